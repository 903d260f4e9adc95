"""How much of what two texts tell they have in common, for many pairs at once: what is far apart is never aligned.

Of the words that one text has to itself those that hardly any other has are left out: most of them are misspellings,
which alignment will settle.
"""

import numpy as np
from numpy.typing import NDArray

from curation.dedup.candidates import Pairs

MOST_LOST, MOST_LOST_SHORT = 0.3, 0.36
"""The largest share of information that the text with less of its own may have to itself; more where there are few
words.
"""
MOST_ADDED, MOST_ADDED_SHORT = 0.44, 0.56
"""The same for the text with more of its own: a greeting before a short text is a large share of it."""
MOST_TOGETHER, MOST_TOGETHER_SHORT = 0.64, 0.8
"""The largest sum of both. These limits keep 99 of 100 copies that were changed in all ways at once."""
FEW_WORDS = 25

Numbers = NDArray[np.int64]


def overlapping(
    numbers: NDArray[np.uint32], offsets: Numbers, bits: NDArray[np.float64], rare: NDArray[np.bool_], pairs: Pairs
) -> NDArray[np.bool_]:
    """Which pairs have enough in common.

    Args:
        numbers: The words of all texts, one text after another, each as a place in ``bits``.
        offsets: Shape (texts + 1,): where each text begins.
        bits: The information of each word.
        rare: Whether hardly any text has it.
        pairs: Places of the texts of each pair.
    """
    first, second = (_once(numbers, offsets, side) for side in pairs.T)
    common = np.intersect1d(first, second, assume_unique=True)
    known = np.where(rare, 0, bits)
    both, both_known = (_bits_of(common, some, len(pairs)) for some in (bits, known))
    own = np.stack([_bits_of(words, known, len(pairs)) - both_known for words in (first, second)])
    lost = own / np.maximum(own + both, 1e-9)
    few = np.diff(offsets)[pairs].min(axis=1) <= FEW_WORDS
    near: NDArray[np.bool_] = lost.min(axis=0) <= np.where(few, MOST_LOST_SHORT, MOST_LOST)
    near &= lost.max(axis=0) <= np.where(few, MOST_ADDED_SHORT, MOST_ADDED)
    near &= lost.sum(axis=0) <= np.where(few, MOST_TOGETHER_SHORT, MOST_TOGETHER)
    return near


def _once(numbers: NDArray[np.uint32], offsets: Numbers, texts: Numbers) -> NDArray[np.uint64]:
    """Each word of each of ``texts`` once: the number of the pair above, that of the word below, sorted."""
    lengths = offsets[texts + 1] - offsets[texts]
    starts = np.cumsum(lengths) - lengths
    places = np.repeat(offsets[texts] - starts, lengths) + np.arange(lengths.sum())
    pair = np.repeat(np.arange(len(texts), dtype=np.uint64) << np.uint64(32), lengths)
    once: NDArray[np.uint64] = np.unique(pair | numbers[places].astype(np.uint64))
    return once


def _bits_of(words: NDArray[np.uint64], bits: NDArray[np.float64], pairs: int) -> NDArray[np.float64]:
    numbers = (words & np.uint64(0xFFFFFFFF)).astype(np.int64)
    return np.bincount((words >> np.uint64(32)).astype(np.int64), bits[numbers], pairs).astype(np.float64)
