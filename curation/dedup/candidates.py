"""Pairs of texts that might be near-duplicates: signatures that agree in a band, found by sorting.

Banding: J. Leskovec, A. Rajaraman and J. D. Ullman, "Mining of Massive Datasets", chapter 3. A candidate is a guess:
the words decide.
"""

import numpy as np
from numpy.typing import NDArray

from curation.dedup.tokens import mixed

BAND_ROWS = 3
"""42 bands of 3 values find a pair of which a third of the shingles are shared with a probability of .79, half .996."""
AGREEMENT, AGREEMENT_SHORT, FEW_WORDS = 0.32, 0.2, 30
"""The least share of equal signature values of a pair worth a look at its words; less where a text has few words, of
which a typing error takes a larger share.
"""
BUCKET_NEIGHBOURS = 24
"""Texts in a bucket that one text is paired with: a larger bucket is a template, and its texts meet in other bands."""
_BANDS_AT_ONCE = 6
_PAIRS_AT_ONCE = 1 << 13
_EACH_BYTE = np.uint64(0x0101010101010101)

Signatures = NDArray[np.uint16]
"""Shape (texts, permutations)."""
Pairs = NDArray[np.int64]
"""Shape (pairs, 2): places of two texts, the smaller first; sorted, each pair once."""
_Codes = NDArray[np.int64]
"""``first * texts + second`` of pairs."""


def candidate_pairs(signatures: Signatures, lengths: NDArray[np.int64]) -> Pairs:
    """Pairs of texts whose signatures are equal in at least one band and agree in a share of their values.

    Args:
        signatures: Of the texts.
        lengths: Shape (texts,): their words.
    """
    texts, permutations = signatures.shape
    found: _Codes = np.empty(0, np.int64)
    bands = range(0, permutations - BAND_ROWS + 1, BAND_ROWS)
    for start in range(0, len(bands), _BANDS_AT_ONCE):
        codes = [_codes_of_band(signatures[:, at : at + BAND_ROWS]) for at in bands[start : start + _BANDS_AT_ONCE]]
        new = np.setdiff1d(np.unique(np.concatenate(codes)), found, assume_unique=True)
        found = np.concatenate([found, new[_agreeing(signatures, lengths, new)]])
    found.sort()
    return np.stack([found // texts, found % texts], axis=1) if texts else np.empty((0, 2), np.int64)


def _codes_of_band(band: Signatures) -> _Codes:
    """The pairs that are equal in this band, shape (texts, rows of a band).

    A key holds the band's hash above and the text's place below, so that sorting the keys alone brings equal texts
    together, in the order of their places. Hashes cut short only make a guess more.
    """
    texts = len(band)
    below = max(1, (texts - 1).bit_length())
    keys: NDArray[np.uint64] = np.zeros(texts, np.uint64)
    for column in band.T:
        keys = mixed((keys << np.uint64(16)) ^ column)
    keys = (keys >> np.uint64(below) << np.uint64(below)) | np.arange(texts, dtype=np.uint64)
    keys.sort()
    order = (keys & np.uint64((1 << below) - 1)).astype(np.int64)
    keys >>= np.uint64(below)
    codes = []
    starts: NDArray[np.int64] = np.arange(texts, dtype=np.int64)
    for distance in range(1, min(BUCKET_NEIGHBOURS, texts - 1) + 1):
        starts = starts[starts < texts - distance]
        starts = starts[keys[starts] == keys[starts + distance]]
        if not len(starts):
            break
        codes.append(order[starts] * texts + order[starts + distance])
    return np.concatenate([np.empty(0, np.int64), *codes])


def _agreeing(signatures: Signatures, lengths: NDArray[np.int64], codes: _Codes) -> NDArray[np.bool_]:
    texts, permutations = signatures.shape
    agreeing = np.empty(len(codes), bool)
    for start in range(0, len(codes), _PAIRS_AT_ONCE):
        first, second = np.divmod(codes[start : start + _PAIRS_AT_ONCE], texts)
        equal = _equal(signatures[first], signatures[second])
        few = np.minimum(lengths[first], lengths[second]) <= FEW_WORDS
        agreeing[start : start + _PAIRS_AT_ONCE] = equal >= permutations * np.where(few, AGREEMENT_SHORT, AGREEMENT)
    return agreeing


def _equal(first: Signatures, second: Signatures) -> NDArray[np.int64]:
    """In how many values each signature of ``first`` equals that of ``second``.

    Eight are added at a time, as the bytes of one number; multiplied, its highest byte is the sum of all, which is
    less than 256.
    """
    pairs, permutations = first.shape
    equal = np.zeros((pairs, -(-permutations // 8) * 8), bool)
    np.equal(first, second, out=equal[:, :permutations])
    sums: NDArray[np.uint64] = equal.view(np.uint64).sum(axis=1)
    counts: NDArray[np.int64] = (sums * _EACH_BYTE >> np.uint64(56)).astype(np.int64)
    return counts
