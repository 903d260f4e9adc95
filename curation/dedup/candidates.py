"""Pairs of texts that might be near-duplicates: signatures that agree in a band, found by sorting.

Banding: J. Leskovec, A. Rajaraman and J. D. Ullman, "Mining of Massive Datasets", chapter 3. A candidate is a guess:
the words decide.
"""

import numpy as np
from numpy.typing import NDArray

from curation.dedup.tokens import mixed

BAND_ROWS = 3
"""42 bands of 3 values find a pair of which a third of the shingles are shared with a probability of .79, half .996."""
AGREEMENT = 0.22
"""The least share of equal signature values of a pair worth a look at its words."""
BUCKET_NEIGHBOURS = 64
"""Texts in a bucket that one text is paired with: a larger bucket is a template, and its texts meet in other bands."""
_BANDS_AT_ONCE = 6
_PAIRS_AT_ONCE = 1 << 18

Signatures = NDArray[np.uint32]
"""Shape (texts, permutations)."""
Pairs = NDArray[np.int64]
"""Shape (pairs, 2): places of two texts, the smaller first; sorted, each pair once."""


def candidate_pairs(signatures: Signatures) -> Pairs:
    """Pairs of texts whose signatures are equal in at least one band and agree in 22 % of their values."""
    texts, permutations = signatures.shape
    found = np.empty(0, np.int64)
    bands = range(0, permutations - BAND_ROWS + 1, BAND_ROWS)
    for start in range(0, len(bands), _BANDS_AT_ONCE):
        codes = [_codes_of_band(signatures[:, at : at + BAND_ROWS]) for at in bands[start : start + _BANDS_AT_ONCE]]
        new = np.setdiff1d(np.unique(np.concatenate(codes)), found, assume_unique=True)
        found = np.concatenate([found, new[_agreeing(signatures, new)]])
    found.sort()
    return np.stack([found // texts, found % texts], axis=1) if texts else np.empty((0, 2), np.int64)


def _codes_of_band(band: Signatures) -> NDArray[np.int64]:
    """``first * texts + second`` of the pairs that are equal in this band, shape (texts, rows of a band)."""
    texts = len(band)
    keys = np.zeros(texts, np.uint64)
    for column in band.T:
        keys = mixed((keys << np.uint64(1)) ^ column)
    order = np.argsort(keys, kind="stable")
    keys = keys[order]
    codes = []
    for distance in range(1, min(BUCKET_NEIGHBOURS, texts - 1) + 1):
        places = np.flatnonzero(keys[distance:] == keys[:-distance])
        if not len(places):
            break
        codes.append(order[places] * texts + order[places + distance])
    return np.concatenate([np.empty(0, np.int64), *codes])


def _agreeing(signatures: Signatures, codes: NDArray[np.int64]) -> NDArray[np.bool_]:
    texts, permutations = signatures.shape
    agreeing = np.empty(len(codes), bool)
    for start in range(0, len(codes), _PAIRS_AT_ONCE):
        first, second = np.divmod(codes[start : start + _PAIRS_AT_ONCE], texts)
        equal = np.count_nonzero(signatures[first] == signatures[second], axis=1)
        agreeing[start : start + _PAIRS_AT_ONCE] = equal >= AGREEMENT * permutations
    return agreeing
