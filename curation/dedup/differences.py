"""In which words two texts differ, once what means nothing is set aside: spelling, spacing, contractions, order.

What is left of a difference is a :class:`Difference`, which :mod:`curation.dedup.verdict` weighs.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from rapidfuzz.distance import OSA, Levenshtein

from curation.dedup.english import expanded
from curation.dedup.evidence import Spelling

MOVED = 3
"""Words by which a word can have moved and count as swapped with a neighbour."""
IN_A_ROW, MOST_REWRITTEN = 4, 0.18
"""Words that differ in a row where more than typing went wrong, and the largest share of a text that they can be of."""
NEAR_END = 4
"""Words of a text beyond an addition which could change places with words of it."""
LONGEST_SPELLED = 8
"""Words of the longest stretch that is looked at letter by letter: what is longer was rewritten, not mistyped."""

Stretch = tuple[str, ...]


class Difference(NamedTuple):
    """Words of the first text, and the words of the second in their place; one of the two may be empty."""

    first: Stretch
    second: Stretch
    at_start: bool
    at_end: bool
    place: int
    """Words of the first text before it."""


def is_addition(one: Difference) -> bool:
    """Whether one text has words beyond an end of the other."""
    return (one.at_start or one.at_end) and not (one.first and one.second)


class Change(NamedTuple):
    """Where two texts differ: start and end in the first, and in the second."""

    start: int
    end: int
    other_start: int
    other_end: int


def changes(first: str, second: str) -> list[Change]:
    """Where two texts differ that are given as a character a word; neighbouring changes are one."""
    found = []
    start = other_start = end = other_end = 0
    opcodes: list[tuple[str, int, int, int, int]] = Levenshtein.opcodes(first, second).as_list()  # type: ignore[assignment]
    for tag, _, i2, _, j2 in opcodes:
        if tag == "equal":
            if end > start or other_end > other_start:
                found.append(Change(start, end, other_start, other_end))
            start, other_start = i2, j2
        end, other_end = i2, j2
    if end > start or other_end > other_start:
        found.append(Change(start, end, other_start, other_end))
    return found


def are_rewritten(found: Iterable[Change], shorter: int) -> bool:
    """Whether much of a text has other words in its place, several in a row: as in texts that share a sentence.

    Args:
        found: Where it differs from another.
        shorter: The words of the shorter of the two.
    """
    lengths = (min(end - start, other_end - other_start) for start, end, other_start, other_end in found)
    return sum(length for length in lengths if length >= IN_A_ROW) > MOST_REWRITTEN * shorter


class Differ:
    """Finds the differences of texts that are given as their words.

    Args:
        spelling: Tells a misspelling from another word.
    """

    def __init__(self, spelling: Spelling) -> None:
        self._spelling = spelling
        self.reduced: Callable[[Stretch, Stretch], tuple[Stretch, Stretch]] = lru_cache(1 << 16)(self._reduce)

    def between(self, first: str, second: str, found: Iterable[Change], words: Sequence[str]) -> list[Difference]:
        """The differences that are left.

        Args:
            first: A text, a character a word.
            second: Another.
            found: Where they differ.
            words: The words that the code points of both stand for.
        """
        left = []
        for start, end, other_start, other_end in found:
            if start == end or other_start == other_end:
                start, end, other_start, other_end = _slid(first, second, start, end, other_start, other_end)
            one = tuple([words[ord(sign)] for sign in first[start:end]])
            other = tuple([words[ord(sign)] for sign in second[other_start:other_end]])
            if one and other:
                one, other = self.reduced(one, other)
            else:
                one, other = tuple(expanded(one)), tuple(expanded(other))
            if one or other:
                at_start = start == 0 and other_start == 0
                at_end = end == len(first) and other_end == len(second)
                left.append(Difference(one, other, at_start, at_end, start))
        return self._without_moved(left)

    def _without_moved(self, found: list[Difference]) -> list[Difference]:
        """Without words that stand in one place in the first text and close by in the second."""
        for place in range(len(found) - 1):
            for later in range(place + 1, len(found)):
                if found[later].place - found[place].place - len(found[place].first) > MOVED:
                    break
                one, other = found[place], found[later]
                if (one.first and other.second) or (one.second and other.first):
                    found[place], found[later] = self._exchanged(one, other)
        return [one for one in found if one.first or one.second]

    def _exchanged(self, one: Difference, other: Difference) -> tuple[Difference, Difference]:
        """Both without the words that went from one to the other."""
        if one.first and other.second:
            left, right = self._without_misspelt(list(one.first), list(other.second))
            one, other = one._replace(first=tuple(left)), other._replace(second=tuple(right))
        if one.second and other.first:
            left, right = self._without_misspelt(list(one.second), list(other.first))
            one, other = one._replace(second=tuple(left)), other._replace(first=tuple(right))
        return one, other

    def _reduce(self, first: Stretch, second: Stretch) -> tuple[Stretch, Stretch]:
        """What is left of two stretches once each word that has its like in the other is taken out."""
        if max(len(first), len(second)) > LONGEST_SPELLED:
            one, other = _trimmed(expanded(list(first)), expanded(list(second)))
            return tuple(one), tuple(other)
        one, other = self._without_misspelt(list(first), list(second))
        one, other = _trimmed(expanded(one), expanded(other))
        if not (one and other):
            return tuple(one), tuple(other)
        if _are_respaced(one, other) or sorted(one) == sorted(other):
            return (), ()
        if self._are_respaced_and_mistyped(first, second):
            return (), ()
        one, other = self._without_misspelt(one, other)
        if _are_respaced(one, other) or (one and other and self._are_respaced_and_mistyped(one, other)):
            return (), ()
        if len(one) == len(other) == 1:
            one, other = self._parted(one[0], other[0])
        return tuple(one), tuple(other)

    def _parted(self, one: str, other: str) -> tuple[list[str], list[str]]:
        """Two words, of which one can be the other and a further word that were written together."""
        if rest := self._spelling.rest(one, other):
            return [rest], []
        if rest := self._spelling.rest(other, one):
            return [], [rest]
        return [one], [other]

    def _without_misspelt(self, one: list[str], other: list[str]) -> tuple[list[str], list[str]]:
        left: list[str] = []
        rest = list(other)
        for word in one:
            for place, candidate in enumerate(rest):
                if word == candidate or (-2 <= len(word) - len(candidate) <= 2 and self._are_one(word, candidate)):
                    del rest[place]
                    break
            else:
                left.append(word)
        return left, rest

    def _are_one(self, word: str, other: str) -> bool:
        """Whether one of two words, which are about as long, is the other misspelt."""
        first, second = (word, other) if word < other else (other, word)
        return self._spelling.can_be_same(first, second) and self._spelling.same(first, second)

    def _are_respaced_and_mistyped(self, one: Sequence[str], other: Sequence[str]) -> bool:
        """Whether a space and a letter beside it were mistyped: ``aboutxit`` for ``about it``."""
        if len(one) == len(other) or min(len(one), len(other)) > 2 or abs(len(one) - len(other)) > 2:
            return False
        fewer, more = sorted((one, other), key=len)
        joined = " ".join(more)
        allowed = 1 + (len(joined) >= 8) + (len(joined) >= 12)
        distance = OSA.distance(" ".join(fewer), joined, score_cutoff=allowed)
        return distance <= allowed and self._spelling.is_unknown(fewer, more)


def _slid(first: str, second: str, start: int, end: int, other_start: int, other_end: int) -> tuple[int, int, int, int]:
    """An addition moved to an end of the text where it could as well stand there: ``hi [everyone hi] you``."""
    longer, low, high = (first, start, end) if end > start else (second, other_start, other_end)
    before, after = min(start, other_start), min(len(first) - end, len(second) - other_end)
    if before <= NEAR_END and longer[:low] == longer[high - low : high] and start == other_start:
        return 0, end - start, 0, other_end - other_start
    if after <= NEAR_END and len(first) - end == len(second) - other_end and longer[high:] == longer[low : low + after]:
        return start + after, len(first), other_start + after, len(second)
    return start, end, other_start, other_end


def _trimmed(one: list[str], other: list[str]) -> tuple[list[str], list[str]]:
    """Both without the words that they begin and end with alike."""
    start, most = 0, min(len(one), len(other))
    while start < most and one[start] == other[start]:
        start += 1
    end = 0
    while end < most - start and one[-1 - end] == other[-1 - end]:
        end += 1
    return one[start : len(one) - end], other[start : len(other) - end]


def _are_respaced(one: list[str], other: list[str]) -> bool:
    return bool(one) and bool(other) and "".join(one) == "".join(other)
