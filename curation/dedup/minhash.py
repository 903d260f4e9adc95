"""Signatures by which texts are found to be alike: in how many values two agree is the share of shingles in common.

Each shingle falls into one cell of its text's signature, where the smallest stays, so that it is hashed once and not
once for every value: P. Li, A. Owen and C.-H. Zhang, "One permutation hashing", 2012. Cells that stay empty are filled
by further rounds of other hashes, as in S. Dahlgaard, M. Knudsen and M. Thorup, "Fast similarity sketching", 2017, and
what a short text leaves empty even then takes the value of its neighbour, as in A. Shrivastava and P. Li, "Densifying
one permutation hashing via rotation", 2014.
"""

import numpy as np
from numpy.typing import NDArray

from curation.dedup.tokens import Hashes, Places, mixed

PERMUTATIONS = 126
"""Values of a signature."""
ROUNDS = 4
_VALUE_BITS = 28
_EMPTY = np.uint32(0xFFFFFFFF)


def minhash(hashes: Hashes, offsets: Places) -> NDArray[np.uint16]:
    """Shape (texts, :data:`PERMUTATIONS`): the signatures of texts.

    Args:
        hashes: Of the shingles of all texts, one text after another.
        offsets: Shape (texts + 1,): the shingles of text ``i`` are ``hashes[offsets[i]:offsets[i + 1]]``.
    """
    texts = len(offsets) - 1
    cells = np.full(texts * PERMUTATIONS, _EMPTY, np.uint32)
    row = np.repeat(np.arange(texts, dtype=np.int64) * PERMUTATIONS, np.diff(offsets))
    for further in range(ROUNDS):
        hashes = mixed(hashes + np.uint64(further))
        column = (hashes >> np.uint64(32)) * np.uint64(PERMUTATIONS) >> np.uint64(32)
        values = (hashes & np.uint64((1 << _VALUE_BITS) - 1)).astype(np.uint32) | np.uint32(further << _VALUE_BITS)
        np.minimum.at(cells, row + column.astype(np.int64), values)
    # Half of each value is enough: two that differ agree in it once in 65,536.
    return (mixed(_filled(cells.reshape(texts, PERMUTATIONS))) & np.uint64(0xFFFF)).astype("<u2")


def _filled(cells: NDArray[np.uint32]) -> Hashes:
    """Each empty cell with the value of the last cell before it that is not, and with how far away that was."""
    columns = np.arange(PERMUTATIONS)
    source = np.maximum.accumulate(np.where(cells == _EMPTY, -PERMUTATIONS, columns), axis=1)
    # Before the first cell that holds something comes, as on a ring, the last one.
    source = np.where(source < 0, source[:, -1:] - PERMUTATIONS, source)
    distance = (columns - source).astype(np.uint64)
    found: Hashes = np.take_along_axis(cells, source % PERMUTATIONS, axis=1) | (distance << np.uint64(32))
    return found
