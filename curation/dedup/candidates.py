"""Pairs of items that might be near-duplicates: signatures that agree in a band, found by sorting.

Banding: J. Leskovec, A. Rajaraman and J. D. Ullman, "Mining of Massive Datasets", chapter 3. A candidate is a guess:
verification decides.
"""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

BANDS = 32
AGREEMENT = 0.35
"""The least share of equal signature values of a pair worth verifying; on counselling texts it loses no true pair."""

BUCKET_LIMIT = 200
"""Items in one bucket past which only neighbours in it are paired: a template, not near-duplicates of each other."""

Signatures = NDArray[np.uint32]
"""Shape (items, permutations)."""
Pairs = NDArray[np.int64]
"""Shape (pairs, 2): places of two items, the smaller first; sorted, each pair once."""


def candidate_pairs(signatures: Signatures) -> Pairs:
    """Pairs of items whose signatures are equal in at least one of 32 bands and agree in 35 % of their values."""
    rows = signatures.shape[1] // BANDS
    bands = [_pairs_of_band(signatures[:, start : start + rows]) for start in range(0, rows * BANDS, rows)]
    found = np.unique(np.concatenate(bands), axis=0)
    agreement = (signatures[found[:, 0]] == signatures[found[:, 1]]).mean(axis=1)
    agreeing: Pairs = found[agreement >= AGREEMENT]
    return agreeing


def _pairs_of_band(band: Signatures) -> Pairs:
    """Pairs of items whose values in this band (shape (items, rows of a band)) are all equal."""
    order = np.lexsort(band.T)
    same = (band[order][1:] == band[order][:-1]).all(axis=1)
    borders = np.flatnonzero(np.concatenate([[True], ~same, [True]]))
    pairs = [np.empty((0, 2), np.int64)]
    for start, end in pairwise(borders):
        if end - start > 1:
            bucket = np.sort(order[start:end])
            if len(bucket) > BUCKET_LIMIT:
                pairs.append(np.stack([bucket[:-1], bucket[1:]], axis=1))
            else:
                first, second = np.triu_indices(len(bucket), k=1)
                pairs.append(np.stack([bucket[first], bucket[second]], axis=1))
    together: Pairs = np.concatenate(pairs)
    return together
