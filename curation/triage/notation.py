"""The notation that phrases are written in, made into regular expressions over words that stand one space apart.

How a phrase is written stands in ``phrases/README.md``. A text is brought into the same form by
:mod:`curation.triage.words`, so that a phrase needs neither other spellings nor punctuation.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

Words = Mapping[str, tuple[str, ...]]
"""The lists that phrases name with an @; their members are in the notation, and may name lists themselves."""
Reader = Callable[[str], str]
"""Brings words into the form in which they are looked for: ``don't`` -> ``do not``."""

_TOKEN = re.compile(r"\.\.\.|[()\[\]|]|[^\s()\[\]|]+")
_NOTATION = re.compile(r"[()\[\]|@]|\.\.\.")
_CLOSING = {"(": ")", "[": "]"}
_GAP = r"(?:[^ ]+ ){0,3}?"
_SPACE = r" (?:[,\"] )?"
"""A comma or a quotation mark may stand between two words of a phrase."""


class Pattern(NamedTuple):
    """A phrase as a regular expression, and words of which every match holds one at least.

    ``expression`` matches words each of which is followed by a space. ``company`` is words of which every match holds
    one as well, None where nothing else must be there.
    """

    expression: str
    anchors: frozenset[str]
    company: frozenset[str] | None


class _Part(NamedTuple):
    """A piece of a phrase: its expression, each word followed by a space, and its anchors where it must be there."""

    expression: str
    anchors: frozenset[str] | None
    company: frozenset[str] | None = None


def pattern(phrase: str, words: Words, read: Reader, rank: Callable[[str], float]) -> Pattern:
    """The regular expression of a phrase.

    Args:
        phrase: In the notation.
        words: The lists that it may name.
        read: Brings its words into the form of the texts.
        rank: How common a word is: the rarest words that a match must hold become its anchors.

    Raises:
        ValueError: If its brackets do not match, or it names a list that there is none of.
    """
    tokens = _TOKEN.findall(phrase)
    part = _Phrase(tokens, words, read, rank).alternatives()
    if tokens:
        raise ValueError(f"phrase '{phrase}' closes a bracket that it did not open")
    if not part.anchors:
        raise ValueError(f"phrase '{phrase}' has no word that must be there")
    return Pattern(part.expression, part.anchors, part.company)


def union(expressions: Iterable[str]) -> re.Pattern[str]:
    """One pattern for all of ``expressions``, from the beginning of a word on."""
    return re.compile("(?<![^ ])(?:" + "|".join(expressions) + ")")


class _Phrase:
    """Reads tokens from the head of a list, one part after the other."""

    def __init__(
        self,
        tokens: list[str],
        words: Words,
        read: Reader,
        rank: Callable[[str], float],
        within: tuple[str, ...] = (),
    ) -> None:
        self.tokens, self.words, self.read, self.rank = tokens, words, read, rank
        self.within = within
        """The lists whose members are being read, from the outermost in."""

    def alternatives(self) -> _Part:
        """Sequences that ``|`` divides."""
        parts = [self.sequence()]
        while self.tokens and self.tokens[0] == "|":
            self.tokens.pop(0)
            parts.append(self.sequence())
        return _either(parts)

    def sequence(self) -> _Part:
        """Words and brackets up to a ``|`` or a closing bracket."""
        expression = ""
        needed: list[frozenset[str]] = []
        while self.tokens and self.tokens[0] not in ("|", ")", "]"):
            token = self.tokens.pop(0)
            if token == "...":
                expression += _GAP
                continue
            part = self._bracket(token) if token in _CLOSING else self._word(token)
            if token == "[":
                expression += f"(?:{part.expression})?"
                continue
            expression += part.expression
            needed += [words for words in (part.anchors, part.company) if words]
        best = sorted(needed, key=self._common)[:2]
        return _Part(expression, *best) if best else _Part(expression, None)

    def _common(self, anchors: frozenset[str]) -> float:
        return sum(map(self.rank, anchors))

    def _bracket(self, opening: str) -> _Part:
        part = self.alternatives()
        if not self.tokens or self.tokens.pop(0) != _CLOSING[opening]:
            raise ValueError(f"a phrase of the list does not close its '{opening}'")
        return part

    def _word(self, token: str) -> _Part:
        if token == "@year":
            return _Part(r"(?:19|20)\d\d ", None)
        if token.startswith("@"):
            if token[1:] not in self.words:
                raise ValueError(f"there is no list '{token}' in words.yaml or slots.yaml")
            members = sorted(self.words[token[1:]], key=len, reverse=True)
            return _either([self._member(member, token) for member in members])
        return self._words(token)

    def _member(self, member: str, of_list: str) -> _Part:
        """A member of a list: words, or a phrase of its own."""
        if not _NOTATION.search(member):
            return self._words(member)
        if of_list in self.within:
            raise ValueError(f"the list '{of_list}' names itself, by way of {', '.join(self.within)}")
        phrase = _Phrase(_TOKEN.findall(member), self.words, self.read, self.rank, (*self.within, of_list))
        part = phrase.alternatives()
        if phrase.tokens:
            raise ValueError(f"'{member}' of the list '{of_list}' closes a bracket that it did not open")
        return part

    def _words(self, text: str) -> _Part:
        """One or more words; ``don't`` becomes ``do not``."""
        read = self.read(text).split()
        if not read:  # a word that says nothing, and that texts are read without
            return _Part("", None)
        return _Part("".join(re.escape(word) + _SPACE for word in read), frozenset([min(read, key=self.rank)]))


def _either(parts: list[_Part]) -> _Part:
    expression = parts[0].expression if len(parts) == 1 else "(?:" + "|".join(part.expression for part in parts) + ")"
    return _Part(expression, _all([part.anchors for part in parts]), _all([part.company for part in parts]))


def _all(of_parts: list[frozenset[str] | None]) -> frozenset[str] | None:
    """The words of which one must be there whichever of the parts is met; None if a part needs none."""
    known = [words for words in of_parts if words is not None]
    return frozenset().union(*known) if len(known) == len(of_parts) else None
