"""How much of what two texts tell they have in common, for many pairs at once: what is far apart is never aligned.

Of the words that one text has to itself those that hardly any other has are left out: most of them are misspellings,
which alignment will settle.
"""

import numpy as np
from numpy.typing import NDArray

from curation.dedup.candidates import Pairs
from curation.dedup.vocabulary import Numbers, Vocabulary, spans, totals

MOST_LOST, MOST_LOST_SHORT = 0.3, 0.36
"""The largest share of information that the text with less of its own may have to itself; more where there are few
words.
"""
MOST_ADDED, MOST_ADDED_SHORT = 0.44, 0.56
"""The same for the text with more of its own: a greeting before a short text is a large share of it."""
MOST_TOGETHER, MOST_TOGETHER_SHORT = 0.64, 0.8
"""The largest sum of both. These limits keep 99 of 100 copies that were changed in all ways at once."""
FEW_WORDS = 25


class Overlap:
    """Tells which pairs have enough in common.

    Args:
        vocabulary: Of the texts.
    """

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._numbers, self._offsets = vocabulary.once
        self._lengths = vocabulary.lengths
        self._bits = vocabulary.bits
        self._known_bits = np.where(vocabulary.rare, 0, vocabulary.bits)
        self._known_totals = totals(self._known_bits, self._numbers, self._offsets)

    def near(self, pairs: Pairs) -> NDArray[np.bool_]:
        """Which of ``pairs`` are near."""
        both, both_known = self._in_common(pairs)
        own = self._known_totals[pairs.T] - both_known
        lost = own / np.maximum(own + both, 1e-9)
        few = self._lengths[pairs].min(axis=1) <= FEW_WORDS
        near: NDArray[np.bool_] = lost.min(axis=0) <= np.where(few, MOST_LOST_SHORT, MOST_LOST)
        near &= lost.max(axis=0) <= np.where(few, MOST_ADDED_SHORT, MOST_ADDED)
        near &= lost.sum(axis=0) <= np.where(few, MOST_TOGETHER_SHORT, MOST_TOGETHER)
        return near

    def _in_common(self, pairs: Pairs) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """The bits of the words that both texts of each pair have, with and without those that hardly any other has."""
        words = np.concatenate([self._words(side) for side in pairs.T])
        words.sort(kind="stable")  # which merges two sorted runs
        words = words[:-1][words[1:] == words[:-1]]
        pair = (words >> np.uint64(32)).astype(np.int64)
        numbers = (words & np.uint64(0xFFFFFFFF)).astype(np.int64)
        return _sums(pair, self._bits[numbers], len(pairs)), _sums(pair, self._known_bits[numbers], len(pairs))

    def _words(self, texts: Numbers) -> NDArray[np.uint64]:
        """Each word of each of ``texts`` once: the number of the pair above, that of the word below, sorted."""
        starts = self._offsets[texts]
        lengths = self._offsets[texts + 1] - starts
        pair = np.repeat(np.arange(len(texts), dtype=np.uint64) << np.uint64(32), lengths)
        return pair | self._numbers[spans(starts, lengths)]


def _sums(pair: Numbers, bits: NDArray[np.float64], pairs: int) -> NDArray[np.float64]:
    return np.bincount(pair, bits, pairs).astype(np.float64)
