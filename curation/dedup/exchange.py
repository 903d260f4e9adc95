"""Words that stand in for each other in this corpus, taken out of a difference, misspelt as they may be."""

from collections import defaultdict
from collections.abc import Collection, Iterator

from rapidfuzz.distance import OSA

from curation.dedup.differences import Differ, Difference, Stretch
from curation.dedup.english import EXPANSIONS, NEGATIONS, PERSONS, WEAK
from curation.dedup.evidence import Spelling

LONGEST_CHANGED = 7
"""Words of the longest difference that is looked into: what is longer was rewritten."""
LONGEST = 3
"""Words of the longest stretch that stands in for another."""


class Exchange:
    """Finds in a difference what stands in for each other.

    Args:
        differ: Takes misspellings out of stretches.
        spelling: Tells which words are rare enough to be misspelt.
        learnt: Pairs of stretches (see :mod:`curation.dedup.learning`); contractions are known beside them.
    """

    def __init__(self, differ: Differ, spelling: Spelling, learnt: Collection[frozenset[Stretch]]) -> None:
        self._differ, self._spelling = differ, spelling
        # Sorted, since the first that fits is taken: sets of words come in another order in every process.
        partners: dict[Stretch, set[Stretch]] = defaultdict(set)
        pairs = [tuple(pair) for pair in learnt if len(pair) == 2]
        for one, other in [*pairs, *(((word,), meant) for word, meant in EXPANSIONS.items() if len(meant) > 1)]:
            partners[one].add(other)
            partners[other].add(one)
            if len(one) == len(other) == 1:  # what holds of one problem and one issue holds of several
                partners[(one[0] + "s",)].add((other[0] + "s",))
                partners[(other[0] + "s",)].add((one[0] + "s",))
        self._partners = {words: sorted(found) for words, found in partners.items()}

    def reduced(self, one: Difference) -> Difference:
        """A difference with words on both sides, without those that stand in for each other."""
        first, second = one.first, one.second
        while first and second and (found := self._next(first, second)) is not None:
            start, end, other_start, other_end = found
            first, second = first[:start] + first[end:], second[:other_start] + second[other_end:]
            if first and second:
                first, second = self._differ.reduced(first, second)
        if (len(first) == 1 < len(second) and self._is_merged(first, second)) or (
            len(second) == 1 < len(first) and self._is_merged(second, first)
        ):
            first, second = (), ()
        return one if first is one.first and second is one.second else one._replace(first=first, second=second)

    def _is_merged(self, merged: Stretch, words: Stretch) -> bool:
        """Whether a word is others written together, one of which stands in for one of ``words``: ``amvextremely``."""
        if len(words) > LONGEST or not self._spelling.is_rare(merged[0]):
            return False
        return any(
            self._differ.reduced(merged, words[:start] + partner + words[end:]) == ((), ())
            for start, end in _stretches(words)
            for partner in self._partners.get(words[start:end], ())
        )

    def _next(self, first: Stretch, second: Stretch) -> tuple[int, int, int, int] | None:
        """Start and end in each of the two of what stands in for each other."""
        if max(len(first), len(second)) > LONGEST_CHANGED:
            return None
        for start, end in _stretches(first):
            for partner in self._partners.get(first[start:end], ()):
                if (place := self._find(partner, second)) is not None:
                    return start, end, *place
        for start, end in _stretches(second):
            for partner in self._partners.get(second[start:end], ()):
                if (place := self._find(partner, first)) is not None:
                    return *place, start, end
        for start, word in enumerate(first):
            for other_start, other in enumerate(second):
                if word == other or _are_weak_and_alike(word, other):
                    return start, start + 1, other_start, other_start + 1
        return None

    def _find(self, wanted: Stretch, words: Stretch) -> tuple[int, int] | None:
        """Start and end of ``wanted`` in ``words``, misspelt or not."""
        length = len(wanted)
        for start in range(len(words) - length + 1):
            if words[start : start + length] == wanted:
                return start, start + length
        for place, word in enumerate(words):
            if not self._spelling.is_rare(word):
                continue
            for start in range(max(0, place - length), place + 1):
                for end in range(max(place + 1, start + length - 1), min(start + length + 1, len(words)) + 1):
                    if self._differ.reduced(words[start:end], wanted) == ((), ()):
                        return start, end
        return None


def _stretches(words: Stretch) -> Iterator[tuple[int, int]]:
    """Start and end of the stretches within ``words``, the longest first."""
    for length in range(min(len(words), LONGEST), 0, -1):
        for start in range(len(words) - length + 1):
            yield start, start + length


def _are_weak_and_alike(one: str, other: str) -> bool:
    """Whether two weak words are a letter apart, of which the typing error tells no more than they do."""
    if one in NEGATIONS or other in NEGATIONS or (one in PERSONS and other in PERSONS):
        return False
    letter, word = sorted((one, other), key=len)
    if len(letter) == 1 and letter.isalpha() and letter not in "ia" and len(word) <= 3 and letter in word:
        return True
    known = (one in WEAK) + (other in WEAK) + (len(one) == 1) + (len(other) == 1)
    return (
        known >= 2
        and (one in WEAK or other in WEAK)
        and one.isalpha()
        and other.isalpha()
        and OSA.distance(one, other) <= 1
    )
