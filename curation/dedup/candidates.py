"""Pairs of texts that might be near-duplicates: signatures that agree in a band, found by sorting.

Banding: J. Leskovec, A. Rajaraman and J. D. Ullman, "Mining of Massive Datasets", chapter 3. A candidate is a guess:
the words decide.
"""

from collections.abc import Callable, Iterator

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
BAND_BITS = 6
"""Enough for the number of any band."""
_BANDS_AT_ONCE = 6
_PAIRS_AT_ONCE = 1 << 13
_EACH_BYTE = np.uint64(0x0101010101010101)

Signatures = NDArray[np.uint16]
"""Shape (texts, permutations)."""
Pairs = NDArray[np.int64]
"""Shape (pairs, 2): places of two texts, the smaller first; sorted, each pair once."""
Codes = NDArray[np.int64]
"""``first * texts + second`` of pairs."""
Buckets = NDArray[np.uint64]
"""Shape (texts,): equal for texts that are equal in a band."""
Meet = Callable[[Signatures], Iterator[Codes]]
"""Finds the pairs of texts that are equal in a band, in portions of any size and order; a pair may come many times."""


def meetings(signatures: Signatures) -> Iterator[Codes]:
    """The pairs that :func:`neighbours` finds in each band, some bands at a time."""
    texts = len(signatures)
    below = place_bits(texts)
    all_bands = bands(signatures.shape[1])
    for start in range(0, len(all_bands), _BANDS_AT_ONCE):
        codes = []
        for band in all_bands[start : start + _BANDS_AT_ONCE]:
            # With the place of a text below its bucket, to sort the keys alone puts the texts of a bucket in order.
            keys = buckets_of(signatures[:, band], texts) << np.uint64(below) | np.arange(texts, dtype=np.uint64)
            keys.sort()
            places = (keys & np.uint64((1 << below) - 1)).astype(np.int64)
            codes.append(neighbours(keys >> np.uint64(below), places, texts))
        yield np.concatenate(codes)


def candidate_pairs(signatures: Signatures, lengths: NDArray[np.int64], meet: Meet = meetings) -> Pairs:
    """Pairs of texts whose signatures are equal in at least one band and agree in a share of their values.

    Args:
        signatures: Of the texts.
        lengths: Shape (texts,): their words.
        meet: Finds what :func:`meetings` finds, perhaps on other machines.
    """
    texts = len(signatures)
    found: Codes = np.empty(0, np.int64)
    for codes in meet(signatures):
        new = np.setdiff1d(np.unique(codes), found, assume_unique=True)
        found = np.concatenate([found, new[_agreeing(signatures, lengths, new)]])
    found.sort()
    return np.stack([found // texts, found % texts], axis=1) if texts else np.empty((0, 2), np.int64)


def bands(permutations: int) -> list[slice]:
    """The values of a signature that each band holds."""
    return [slice(at, at + BAND_ROWS) for at in range(0, permutations - BAND_ROWS + 1, BAND_ROWS)]


def place_bits(texts: int) -> int:
    """Bits of the place of a text; more than those of the number of a band, so that either goes with a bucket."""
    return max(BAND_BITS + 1, (texts - 1).bit_length())


def buckets_of(band: Signatures, texts: int) -> Buckets:
    """The buckets of some of the ``texts`` in a band, shape (some texts, rows of a band).

    They are hashes, cut short by :func:`place_bits`: texts that meet by chance only make a guess more.
    """
    hashes: Buckets = np.zeros(len(band), np.uint64)
    for column in band.T:
        hashes = mixed((hashes << np.uint64(16)) ^ column)
    return hashes >> np.uint64(place_bits(texts))


def neighbours(buckets: Buckets, places: NDArray[np.int64], texts: int) -> Codes:
    """Pairs each text with the next :data:`BUCKET_NEIGHBOURS` of its bucket.

    Args:
        buckets: Sorted.
        places: Of the texts in them, sorted within a bucket.
        texts: How many there are in all.
    """
    rows = len(buckets)
    codes = []
    starts: NDArray[np.int64] = np.arange(rows, dtype=np.int64)
    for distance in range(1, min(BUCKET_NEIGHBOURS, rows - 1) + 1):
        starts = starts[starts < rows - distance]
        starts = starts[buckets[starts] == buckets[starts + distance]]
        if not len(starts):
            break
        codes.append(places[starts] * texts + places[starts + distance])
    return np.concatenate([np.empty(0, np.int64), *codes])


def _agreeing(signatures: Signatures, lengths: NDArray[np.int64], codes: Codes) -> NDArray[np.bool_]:
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
