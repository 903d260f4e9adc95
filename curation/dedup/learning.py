"""What pairs of long texts teach about short ones: words that stand in for each other.

Two long texts that are alike but for several small changes are one text reworded, and each change an example of words
that mean the same there. Where such an example comes back in other surroundings, or is the one unknown among known
ones, it is believed. A single change in otherwise equal texts teaches nothing: that is how contrasts look.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from curation.dedup.differences import Difference, Stretch, is_addition
from curation.dedup.terms import Terms
from curation.dedup.verdict import is_strict

LEAST_WORDS = 30
"""Words of the shortest text that teaches."""
LEAST_CHANGES = 3
MOST_CHANGED = 0.3
"""The largest share of words in changes of a text that was reworded rather than rewritten."""
LONGEST_CHANGE = 2
LEAST_EXAMPLES = 2
"""Surroundings in which a change must be seen."""


class Lesson(NamedTuple):
    """The differences of one pair of texts."""

    words: list[str]
    """The words of the first text."""
    differences: list[Difference]


Interchangeable = frozenset[frozenset[Stretch]]
"""Pairs of words, or of a few words in a row, that stand in for each other."""


def learn(lessons: Iterable[Lesson], terms: Terms) -> Interchangeable:
    """Learns from pairs of texts; of ``terms`` none stands in for another word."""
    surroundings: dict[frozenset[Stretch], set[tuple[str, str]]] = defaultdict(set)
    reworded = []
    for lesson in lessons:
        changes = [one for one in lesson.differences if one.first and one.second]
        changed = sum(len(one.first) for one in lesson.differences if not is_addition(one))
        if (
            len(lesson.words) < LEAST_WORDS
            or len(changes) < LEAST_CHANGES
            or changed > MOST_CHANGED * len(lesson.words)
        ):
            continue
        changes = [
            one
            for one in changes
            if max(len(one.first), len(one.second)) <= LONGEST_CHANGE and not is_strict(one, terms)
        ]
        reworded.append([frozenset((one.first, one.second)) for one in changes])
        for one, change in zip(changes, reworded[-1], strict=True):
            surroundings[change].add(_around(lesson.words, one))
    known = {change for change, places in surroundings.items() if len(places) >= LEAST_EXAMPLES}
    for changes_of_text in reworded:
        unknown = {change for change in changes_of_text if change not in known}
        if len(unknown) == 1 and len(set(changes_of_text)) > LEAST_CHANGES:
            known |= unknown
    return frozenset(known)


def _around(words: list[str], one: Difference) -> tuple[str, str]:
    end = one.place + len(one.first)
    return words[one.place - 1] if one.place else "", words[end] if end < len(words) else ""
