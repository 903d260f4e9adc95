"""A first look at a text, which says cheaply which rules need not be tried on it.

A rule that wants ``clinic`` finds nothing where that word does not stand, and a set of words is asked thirty times sooner
than a pattern is tried at every letter. What is asked must be necessary for the rule to match, so that no result depends on it.
"""

import re
from functools import lru_cache
from typing import NamedTuple

_WORD = re.compile(r"\w+")
_DIGIT = re.compile(r"\d")


class Glance(NamedTuple):
    """A text, the same in lower case, its words in lower case, and whether it has a digit."""

    text: str
    folded: str
    words: frozenset[str]
    digit: bool

    def has(self, *phrases: str) -> bool:
        """Whether one of ``phrases``, in lower case, stands in the text, as a whole word or not."""
        return any(phrase in self.folded for phrase in phrases)

    def has_word(self, words: frozenset[str]) -> bool:
        """Whether one of ``words``, in lower case, is a word of the text."""
        return not words.isdisjoint(self.words)


@lru_cache(maxsize=1)
def glance(text: str) -> Glance:
    """The look at ``text``; all rules take their turn on one text, so only the last is kept."""
    folded = text.casefold()
    return Glance(text, folded, frozenset(_WORD.findall(folded)), bool(_DIGIT.search(text)))
