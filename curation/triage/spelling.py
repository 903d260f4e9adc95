"""How a word is read: chat spellings, evasions, leet, doubled letters and slips, by ``phrases/spellings.yaml``."""

import re
from collections.abc import Iterable
from datetime import date
from functools import cache

from curation.triage.files import phrase_file
from schemas.items import Strict

_ENDINGS = {"n't": "not", "'re": "are", "'ve": "have", "'ll": "will", "'d": "would", "'m": "am"}
_IS = frozenset(
    ["he", "she", "it", "that", "what", "who", "there", "here", "how", "where", "when", "everyone", "someone", "nobody"]
)
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_RUN = re.compile(r"(.)\1+")
_SLIP_LENGTH = 5
"""Shorter words have too many neighbours for a slip to be told from another word."""


class Spellings(Strict):
    """``spellings.yaml``. What its parts mean stands in the file."""

    version: int
    date: date
    words: dict[str, str]
    pairs: dict[str, str]
    fillers: frozenset[str]
    slips: tuple[str, ...]
    genuine: frozenset[str]
    leet: dict[str, str]
    common: tuple[str, ...]


@cache
def spellings() -> Spellings:
    """The spellings that come with this version of the code."""
    return Spellings.model_validate(phrase_file("spellings.yaml"))


def spelled(word: str) -> tuple[str, ...]:
    """A word as the list of spellings reads it, with contractions in full; itself where nothing is known of it.

    Words that say nothing are read as none at all.
    """
    known = spellings()
    if word in known.fillers:
        return ()
    if word in known.words:
        return tuple(known.words[word].split())
    for ending, full in _ENDINGS.items():
        if word.endswith(ending) and len(word) > len(ending):
            return (word.removesuffix(ending), full)
    if word.endswith("'s") and word[:-2] in _IS:
        return (word[:-2], "is")
    return (word,)


class Readings(dict[str, tuple[str, ...]]):
    """Words as they stand in texts -> how they are read; filled as words are met.

    Args:
        vocabulary: The words that phrases are made of. Only these are looked for behind leet and slips.
    """

    MOST = 200_000

    def __init__(self, vocabulary: Iterable[str]) -> None:
        super().__init__()
        self.vocabulary = frozenset(word for word in vocabulary if word.isascii())
        self.squeezed: dict[str, str] = {}
        for word in sorted(self.vocabulary | spellings().words.keys(), key=lambda word: (-len(word), word)):
            self.squeezed[_squeeze(word)] = word
        self.slips = {slip: word for word in spellings().slips for slip in _one_letter_off(word)}
        self.slips = {slip: word for slip, word in self.slips.items() if slip not in self.vocabulary}
        self.leet = str.maketrans(spellings().leet)

    def __missing__(self, word: str) -> tuple[str, ...]:
        if len(self) > self.MOST:
            self.clear()
        found = self[word] = self._read(word)
        return found

    def knows(self, word: str) -> bool:
        """Whether the word, as it is written, is one of the vocabulary or of the spellings."""
        return word in self.vocabulary or word in spellings().words or word in spellings().fillers

    def decoded(self, word: str) -> tuple[str, ...] | None:
        """How a word with signs or digits in it is read; None where no known word is behind it."""
        if "*" in word:
            return self._censored(word)
        for plain in (word.translate(self.leet), word.replace("1", "l").translate(self.leet)):
            if self.knows(plain):
                return spelled(plain)
            repaired = self._repaired(plain)
            if repaired != (plain,):
                return repaired
        return None

    def _read(self, word: str) -> tuple[str, ...]:
        if self.knows(word):
            return spelled(word)
        if not word.isalpha() and any(letter in _LETTERS for letter in word):
            decoded = self.decoded(word)
            if decoded is not None:
                return decoded
        if (contracted := spelled(word)) != (word,):
            return contracted
        return self._repaired(word)

    def _repaired(self, word: str) -> tuple[str, ...]:
        if word.endswith("in") and f"{word}g" in self.vocabulary:
            return (f"{word}g",)
        if _RUN.search(word) and word not in spellings().genuine:
            meant = self.squeezed.get(_squeeze(word))
            if meant is not None:
                return spelled(meant)
        if len(word) >= _SLIP_LENGTH and word in self.slips:
            return (self.slips[word],)
        return (word,)

    def _censored(self, word: str) -> tuple[str, ...] | None:
        if not word[0].isalpha() or len(word) < 3:
            return None
        hidden = re.compile("".join("[a-z]" if letter == "*" else re.escape(letter) for letter in word))
        found = [
            known
            for known in ("kill", "killing", *spellings().slips, "die", "rape", "raped")
            if hidden.fullmatch(known)
        ]
        return spelled(found[0]) if found else None


def _squeeze(word: str) -> str:
    return _RUN.sub(r"\1", word)


def _one_letter_off(word: str) -> set[str]:
    """Every word that one letter left out, put in, changed or swapped with its neighbour makes of ``word``."""
    heads = [(word[:place], word[place:]) for place in range(len(word) + 1)]
    left_out = {head + tail[1:] for head, tail in heads if tail}
    swapped = {head + tail[1] + tail[0] + tail[2:] for head, tail in heads if len(tail) > 1}
    changed = {head + letter + tail[1:] for head, tail in heads if tail for letter in _LETTERS}
    put_in = {head + letter + tail for head, tail in heads for letter in _LETTERS}
    return (left_out | swapped | changed | put_in) - {word}
