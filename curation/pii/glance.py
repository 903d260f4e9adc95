"""A first look at a text, which says cheaply which rules need not be tried on it.

A rule that wants ``clinic`` finds nothing where that word does not stand. All words that some rule wants are looked up at
once, in the time that one pattern takes. What is asked must be necessary for the rule to match, so that no result
depends on it.
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

LOOKS = 8192
"""Looks that are kept, with their texts: all rules take their turn on a text, some after the others of its batch."""

_WORD = re.compile(r"\w+")
_DIGIT = re.compile(r"\d")
_NO_WORD = {place: " " for place in range(128) if not _WORD.match(chr(place))}
_TURKISH = str.maketrans("İı", "ii")
_asked: set[str] = set()


class Glance(NamedTuple):
    """A text, those of its words in lower case that some rule asks for, and whether it has a digit."""

    text: str
    words: frozenset[str]
    digit: bool

    @property
    def folded(self) -> str:
        """The text in lower case, by the letters that patterns take for the same."""
        return _folded(self.text)

    def has(self, *phrases: str) -> bool:
        """Whether one of ``phrases``, in lower case, stands in the text, as a whole word or not."""
        folded = self.folded
        return any(phrase in folded for phrase in phrases)

    def has_word(self, words: frozenset[str]) -> bool:
        """Whether one of ``words``, which :func:`asked` was told of, is a word of the text."""
        return not words.isdisjoint(self.words)


def asked(words: Iterable[str]) -> frozenset[str]:
    """``words``, each one run of letters in lower case, which every look from now on notes.

    To be called as a module is loaded: another thread's look that is under way does not know them yet.
    """
    found = frozenset(words)
    _asked.update(found)
    glance.cache_clear()
    return found


@lru_cache(maxsize=LOOKS)
def glance(text: str) -> Glance:
    """The look at ``text``."""
    folded = _folded(text)
    # Splitting at spaces is twice as fast as the pattern, and finds the same words in plain English text.
    words = folded.translate(_NO_WORD).split() if folded.isascii() else _WORD.findall(folded)
    return Glance(text, frozenset(_asked.intersection(words)), bool(_DIGIT.search(text)))


def _folded(text: str) -> str:
    # A pattern that ignores case takes the Turkish letters for an i, and folding by itself does not.
    return text.translate(_TURKISH).casefold() if not text.isascii() else text.lower()
