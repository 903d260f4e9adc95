"""What the corpus itself tells about words: how many texts have one, and so whether it is one or a typing error.

A misspelling is rare beside the word that it is meant for. Two real words are never taken for each other, however
alike.
"""

from collections.abc import Callable, Collection, Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import OSA

from curation.dedup.english import CLOSED, NEGATIONS, PREFIXES, WEAK

Words = NDArray[np.uint32]

RARE_TO_COMMON = 100
"""How many times rarer than the word that it is meant for a frequent misspelling is."""
RARELY = 2
"""Texts up to which a form can be a misspelling although the word that it is meant for is no frequent one."""
SHORTEST_BY_SHAPE = 5
"""Letters of the shortest two rare words that count as one by their shape alone: shorter words are one letter apart."""
COMMON = 20
"""Texts from which on a form is a word for certain."""
SHORTEST_TWICE_MISTYPED = 6

_PREFIXES = sorted(PREFIXES, key=len, reverse=True)


class Frequencies(NamedTuple):
    """In how many texts each word stands."""

    texts: int
    """How many there are."""
    hashes: Words
    """Of all words, rising."""
    counts: NDArray[np.int64]
    """The texts that have each."""

    def of(self, words: Words) -> NDArray[np.int64]:
        """For each of ``words``, the texts that have it; 1 where none was counted."""
        if not len(self.hashes):
            return np.ones(len(words), np.int64)
        places = np.minimum(np.searchsorted(self.hashes, words), len(self.hashes) - 1)
        return np.where(self.hashes[places] == words, self.counts[places], 1)

    def information(self, words: Words) -> NDArray[np.float64]:
        """Bits that each of ``words`` tells: the negative binary logarithm of the share of texts that have it.

        K. Spaerck Jones, "A statistical interpretation of term specificity", 1972. In a small corpus every word would
        tell nothing, so it is counted as one of a thousand texts at least.
        """
        return np.log2((max(self.texts, 1000) + 1) / self.of(words))


class Spelling:
    """Tells a misspelling from another word.

    Args:
        count: Tells in how many texts a word stands.
        terms: Words that are never misspellings of one another.
    """

    def __init__(self, count: Callable[[str], int], terms: Collection[str] = ()) -> None:
        self._count, self._terms = count, terms
        self.same = lru_cache(1 << 16)(self._same)

    def is_rare(self, word: str) -> bool:
        """Whether so few texts have a word that it can be a misspelling."""
        return self._count(word) <= RARELY

    def can_be_same(self, first: str, second: str) -> bool:
        """A quick no to most words that are no misspelling of each other: both are too frequent."""
        one, other = self._count(first), self._count(second)
        if one <= RARELY or other <= RARELY or first[:3] == second[:3]:
            return True
        return one >= 40 * other or other >= 40 * one

    def is_unknown(self, fewer: Sequence[str], more: Sequence[str]) -> bool:
        """Whether one of ``fewer`` is so rare that it can only be words of ``more`` written together."""
        often = min(self._count(word) for word in more)
        return any(self._count(word) <= RARELY or self._count(word) * 20 < often for word in fewer)

    def rest(self, merged: str, word: str) -> str | None:
        """The word that is written together with ``word`` in ``merged``, if they are: ``you`` for ``youfeel``,
        ``feel``.
        """
        if len(merged) <= len(word) or self._count(merged) > RARELY:
            return None
        for rest in (merged.removesuffix(word), merged.removeprefix(word)):
            if rest != merged and self._count(rest) >= COMMON:
                return rest
        return None

    def _same(self, first: str, second: str) -> bool:
        """Whether one of two forms is a misspelling of the other."""
        distance = OSA.distance(first, second, score_cutoff=2)
        if distance > 2:
            return False
        if not (first.isalpha() and second.isalpha()) or (first in self._terms and second in self._terms):
            return False
        rarer, commoner = sorted((self._count(word), word) for word in (first, second))
        if (
            rarer[1] in NEGATIONS
            or (first in CLOSED and second in CLOSED)
            or self._mean_different_things(rarer, commoner)
        ):
            return False
        return are_inflected(first, second) or self._is_misspelling(rarer, commoner, distance)

    def _mean_different_things(self, rarer: tuple[int, str], commoner: tuple[int, str]) -> bool:
        """Whether a prefix makes the difference. A frequent word without its first letter is no stem: ``nxiety``."""
        if commoner[1] in WEAK or (rarer[0] <= RARELY and commoner[1] == "a" + rarer[1] and commoner[0] >= 10):
            return False
        return are_derived(rarer[1], commoner[1])

    def _is_misspelling(self, rarer: tuple[int, str], commoner: tuple[int, str], distance: int) -> bool:
        seldom, often = rarer[0], commoner[0]
        if commoner[1] in WEAK and seldom <= RARELY and abs(len(rarer[1]) - len(commoner[1])) <= 2:
            return min(len(rarer[1]), len(commoner[1])) >= 2
        if distance == 2 and max(len(rarer[1]), len(commoner[1])) < SHORTEST_TWICE_MISTYPED:
            return seldom == 1 and often >= 50 and min(len(rarer[1]), len(commoner[1])) >= 3 < len(rarer[1])
        shortest, same_start = min(len(rarer[1]), len(commoner[1])), rarer[1][0] == commoner[1][0]
        if rarer[1] in self._terms:
            return False
        if often >= RARE_TO_COMMON * seldom * (1 if distance == 1 else 2):
            return True
        if seldom > RARELY:
            return distance == 1 and same_start and shortest >= 6 and often >= 40 * seldom
        if often >= 10 * seldom * distance:
            return same_start or shortest >= SHORTEST_BY_SHAPE or distance == 1
        if distance == 1 and same_start and shortest == SHORTEST_BY_SHAPE - 1 and often >= 3 * seldom:
            return True
        if distance == 1:
            return shortest >= (SHORTEST_BY_SHAPE if same_start or rarer[1][1:] == commoner[1] else 6)
        return same_start and (shortest >= 7 or (shortest == 6 and often >= 5 * seldom))


def are_derived(first: str, second: str) -> bool:
    """Whether two words are one stem with different prefixes, or one of them with none: then they mean different
    things.
    """
    for one, other in ((first, second), (second, first)):
        for prefix in _PREFIXES:
            stem = one.removeprefix(prefix)
            if stem == one or len(stem) < 3:
                continue
            if other == stem or any(other == further + stem for further in _PREFIXES if further != prefix):
                return True
    return False


def are_inflected(first: str, second: str) -> bool:
    """Whether two words are one with different endings, as far as a final ``s`` or ``d`` tells."""
    shorter, longer = sorted((first, second), key=len)
    return len(shorter) >= 3 and (longer == shorter + "s" or (longer == shorter + "d" and shorter[-1] == "e"))
