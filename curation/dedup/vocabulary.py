"""The words of all texts: numbered, counted, and spelt as far as they are looked at."""

from collections.abc import Iterable, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from curation.dedup.evidence import RARELY, Frequencies, Words
from curation.dedup.tokens import short, spellings, tokenise

CHARACTERS = 0x10FFFF - 0x800
"""Characters there are, without surrogates: so many words can be told apart by a character each."""
_SURROGATES = 0xD800, 0x800


class Vocabulary:
    """Texts as numbers, as characters (one a word, quick to align) and as words.

    Args:
        words: The words of each text.
        question_words: Shape (texts,): how many of them are a question's, which is a field of its own; -1 for none.
    """

    def __init__(self, words: Sequence[Words], question_words: NDArray[np.int64]) -> None:
        self._frequencies = Frequencies(words)
        self._question_words = question_words
        hashes = self._frequencies.hashes
        self.offsets: NDArray[np.int64] = np.zeros(len(words) + 1, np.int64)
        np.cumsum([len(one) for one in words], out=self.offsets[1:])
        self.numbers = np.empty(int(self.offsets[-1]), np.uint32)
        """The words of all texts, one text after another, each as a place in ``bits``."""
        for start in range(0, len(words), 10_000):
            some = words[start : start + 10_000]
            place = self.offsets[start]
            together = np.concatenate(some)
            self.numbers[place : place + len(together)] = np.searchsorted(hashes, together)
        self.bits = self._frequencies.information(hashes)
        """The information of each word."""
        self.rare = self._frequencies.counts <= RARELY
        """Whether hardly any text has it."""
        self.fits = len(hashes) < CHARACTERS
        """Whether every word has a character of its own."""
        self._hashes = hashes
        self._spelt: list[str | None] = [None] * len(hashes)
        self._counts: dict[str, int] = {}
        self._bits: dict[str, float] = {}
        # Pairs come sorted by their first text, so that one is spelt once for all its pairs.
        self.fields = lru_cache(1024)(self._fields)
        self.totals = lru_cache(1024)(self._totals)

    def spell(self, texts: Iterable[str]) -> None:
        """Learns how the words of some texts are spelt."""
        found = spellings(list(texts))
        numbers = np.searchsorted(self._hashes, np.fromiter(found, np.uint32, len(found)))
        for number, word in zip(numbers.tolist(), found.values(), strict=True):
            if self._spelt[number] is None:
                self._spelt[number] = word
                self._counts[word] = int(self._frequencies.counts[number])
                self._bits[word] = float(self.bits[number])

    def characters(self, place: int) -> str:
        """A text as a string of one character a word; different words have different ones where the vocabulary fits."""
        codes = self.numbers[self.offsets[place] : self.offsets[place + 1]] % CHARACTERS
        codes[codes >= _SURROGATES[0]] += np.uint32(_SURROGATES[1])
        return codes.astype("<u4").tobytes().decode("utf-32-le")

    def count(self, word: str) -> int:
        """In how many texts a word stands, which may be none: contractions are written out."""
        count = self._counts.get(word)
        if count is None:
            count = self._counts[word] = int(self._frequencies.of(_hash(word))[0])
        return count

    def information(self, word: str) -> float:
        """The information of a word in bits."""
        bits = self._bits.get(word)
        if bits is None:
            bits = self._bits[word] = float(self._frequencies.information(_hash(word))[0])
        return bits

    def split(self, place: int, characters: str) -> tuple[str, ...]:
        """The characters of a text field by field."""
        border = int(self._question_words[place])
        return (characters,) if border < 0 else (characters[:border], characters[border:])

    def _fields(self, place: int) -> list[list[str]]:
        """The words of each field of a text that was spelt."""
        numbers = self.numbers[self.offsets[place] : self.offsets[place + 1]].tolist()
        words = [self._spelt[number] or "" for number in numbers]
        border = int(self._question_words[place])
        return [words] if border < 0 else [words[:border], words[border:]]

    def _totals(self, place: int) -> list[float]:
        """The information of each field of a text."""
        bits = self.bits[self.numbers[self.offsets[place] : self.offsets[place + 1]]]
        border = int(self._question_words[place])
        return [float(bits.sum())] if border < 0 else [float(bits[:border].sum()), float(bits[border:].sum())]


def _hash(word: str) -> Words:
    return short(tokenise([word]).hashes)
