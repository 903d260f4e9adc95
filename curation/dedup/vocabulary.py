"""The words of all texts: numbered, counted, and spelt as far as they are looked at."""

from collections.abc import Callable, Iterable, Sequence
from itertools import repeat
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from curation.dedup.evidence import RARELY, Frequencies, Words
from curation.dedup.tokens import short, spellings, tokenise

MOST_CHARACTERS = 0x10FFFF - 0x800
"""Characters there are, without surrogates: so many words can be told apart by a character each."""
_SURROGATES = 0xD800, 0x800
_SLOTS = 1 << 21
_TEXTS_AT_ONCE = 20_000

Numbers = NDArray[np.int64]
Fields = tuple[str, ...]


class Once(NamedTuple):
    """The words of each text, every one once."""

    numbers: NDArray[np.uint32]
    """Rising within a text."""
    offsets: Numbers
    """Shape (texts + 1,): the words of text ``i`` are ``numbers[offsets[i]:offsets[i + 1]]``."""


class Lines(NamedTuple):
    """Some texts with a character for each word, which makes them quick to align. Only within them is it the same."""

    of: dict[int, Fields]
    """The fields of each text, by its place."""
    words: NDArray[np.int64]
    """The number of the word that each code point stands for."""


class Vocabulary:
    """Texts as numbers, as characters and as words.

    Args:
        words: The words of each text.
        question_words: Shape (texts,): how many of them are a question's, which is a field of its own; -1 for none.
    """

    def __init__(self, words: Sequence[Words], question_words: Numbers) -> None:
        self.question_words = question_words
        self.lengths: Numbers = np.fromiter(map(len, words), np.int64, len(words))
        """The words of each text."""
        self.offsets = _offsets(self.lengths)
        once = [_once(words[start : start + _TEXTS_AT_ONCE]) for start in range(0, len(words), _TEXTS_AT_ONCE)]
        hashes: Words = np.empty(0, np.uint32)
        for some, _ in once:
            hashes = np.union1d(hashes, some)
        number = _numbering(hashes)
        self.numbers = np.empty(int(self.offsets[-1]), np.uint32)
        """The words of all texts, one text after another, each as a place in ``bits``."""
        for start in range(0, len(words), _TEXTS_AT_ONCE):
            together = np.concatenate(words[start : start + _TEXTS_AT_ONCE])
            self.numbers[self.offsets[start] : self.offsets[start] + len(together)] = number(together)
        self.once = Once(
            np.concatenate([np.empty(0, np.uint32), *(number(some) for some, _ in once)]),
            _offsets(np.concatenate([np.empty(0, np.int64), *(lengths for _, lengths in once)])),
        )
        self.counts: Numbers = np.bincount(self.once.numbers, minlength=len(hashes)).astype(np.int64)
        """In how many texts each word stands."""
        self._frequencies = Frequencies(len(words), hashes, self.counts)
        self.bits = self._frequencies.information(hashes)
        """The information of each word."""
        self.rare = self.counts <= RARELY
        """Whether hardly any text has it."""
        self._totals = totals(self.bits, self.numbers, self.offsets)
        self._spelt: list[str] = [""] * len(hashes)
        self._is_spelt = np.zeros(len(hashes), bool)
        self._counts: dict[str, int] = {}
        self._bits: dict[str, float] = {}

    def lines(self, places: Numbers) -> Lines:
        """The texts at some places (each once) as strings of one character a word.

        Texts of more than a million words in all can have more words than there are characters; the rest of their
        words share the last one.
        """
        lengths = self.lengths[places]
        numbers = self.numbers[spans(self.offsets[places], lengths)]
        among = np.zeros(len(self.bits), bool)
        among[numbers] = True
        distinct = np.flatnonzero(among)
        codes = np.arange(len(distinct), dtype=np.uint32)
        np.minimum(codes, MOST_CHARACTERS, out=codes)
        codes[codes >= _SURROGATES[0]] += np.uint32(_SURROGATES[1])
        code_of = np.empty(len(self.bits), np.uint32)
        code_of[distinct] = codes
        joined = code_of[numbers].astype("<u4").tobytes().decode("utf-32-le")
        ends = np.cumsum(lengths)
        borders = self.question_words[places]
        middles = np.where(borders < 0, -1, ends - lengths + borders)
        fields = map(_fields, repeat(joined), (ends - lengths).tolist(), middles.tolist(), ends.tolist())
        words: Numbers = np.zeros(int(codes[-1]) + 1 if len(codes) else 0, np.int64)
        words[codes] = distinct
        return Lines(dict(zip(places.tolist(), fields, strict=True)), words)

    def spelt(self, lines: Lines, texts: Callable[[Sequence[int]], list[Fields]]) -> list[str]:
        """The words that the code points of ``lines`` stand for.

        Args:
            lines: Of some texts.
            texts: Gives the texts at some places, of which as few are looked at as have all words.
        """
        places = np.fromiter(lines.of, np.int64, len(lines.of))
        lengths = self.lengths[places]
        numbers = self.numbers[spans(self.offsets[places], lengths)]
        unknown = np.flatnonzero(~self._is_spelt[numbers])
        _, first = np.unique(numbers[unknown], return_index=True)
        holding = np.unique(np.searchsorted(np.cumsum(lengths), unknown[first], side="right"))
        self._learn([field for fields in texts(places[holding].tolist()) for field in fields])
        spelt = self._spelt
        return [spelt[number] for number in lines.words.tolist()]

    def _learn(self, texts: list[str]) -> None:
        found = spellings(texts)
        hashes = np.fromiter(found, np.uint32, len(found))
        numbers = np.searchsorted(self._frequencies.hashes, hashes)
        self._is_spelt[numbers] = True
        counts, bits = self._frequencies.counts[numbers].tolist(), self.bits[numbers].tolist()
        for number, word, count, information in zip(numbers.tolist(), found.values(), counts, bits, strict=True):
            self._spelt[number] = word
            self._counts[word] = count
            self._bits[word] = information

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

    def edges(self) -> NDArray[np.bool_]:
        """Shape (words of all texts + 1,): whether a field begins or ends there."""
        edges = np.zeros(len(self.numbers) + 1, bool)
        edges[self.offsets] = True
        edges[(self.offsets[:-1] + self.question_words)[self.question_words >= 0]] = True
        return edges

    def numbers_of(self, words: Iterable[str]) -> list[int]:
        """The numbers of those of ``words`` that stand in a text."""
        hashes = short(tokenise(sorted(words)).hashes)
        found: list[int] = np.flatnonzero(np.isin(self._frequencies.hashes, hashes)).tolist()
        return found

    def words_of(self, numbers: Iterable[int]) -> list[str]:
        """Some words as they are spelt, or nothing for one that was not met yet."""
        return [self._spelt[number] for number in numbers]

    def field_start(self, place: int, field: int) -> int:
        """Where a field of a text begins among the words of all texts."""
        return int(self.offsets[place]) + (int(self.question_words[place]) if field else 0)

    def totals(self, place: int) -> list[float]:
        """The information of each field of a text."""
        border = int(self.question_words[place])
        if border < 0:
            return [float(self._totals[place])]
        bits = self.bits[self.numbers[self.offsets[place] : self.offsets[place + 1]]]
        return [float(bits[:border].sum()), float(bits[border:].sum())]


def totals(bits: NDArray[np.float64], numbers: NDArray[np.uint32], offsets: Numbers) -> NDArray[np.float64]:
    """Shape (texts,): the sum of the bits of the words of each text."""
    texts = len(offsets) - 1
    sums: NDArray[np.float64] = np.zeros(texts)
    for start in range(0, texts, _TEXTS_AT_ONCE):
        some = offsets[start : start + _TEXTS_AT_ONCE + 1]
        text = np.repeat(np.arange(len(some) - 1), np.diff(some))
        sums[start : start + len(some) - 1] = np.bincount(text, bits[numbers[some[0] : some[-1]]], len(some) - 1)
    return sums


def _fields(joined: str, start: int, middle: int, end: int) -> Fields:
    return (joined[start:end],) if middle < 0 else (joined[start:middle], joined[middle:end])


def spans(starts: Numbers, lengths: Numbers) -> Numbers:
    """The places of several runs, one after another, given where each starts and how long it is."""
    before = np.cumsum(lengths) - lengths
    places: Numbers = np.repeat(starts - before, lengths) + np.arange(int(lengths.sum()))
    return places


def _offsets(lengths: Numbers) -> Numbers:
    offsets: Numbers = np.zeros(len(lengths) + 1, np.int64)
    np.cumsum(lengths, out=offsets[1:])
    return offsets


def _once(words: Sequence[Words]) -> tuple[Words, Numbers]:
    """The words of each text sorted and every one once, one text after another, and how many these are."""
    text = np.repeat(np.arange(len(words), dtype=np.uint64) << np.uint64(32), list(map(len, words)))
    once = np.unique(text | np.concatenate(words))
    return once.astype(np.uint32), np.bincount((once >> np.uint64(32)).astype(np.int64), minlength=len(words))


def _numbering(hashes: Words) -> Callable[[Words], NDArray[np.uint32]]:
    """Finds the places of words in ``hashes``, which are sorted: most in a table by their lower bits."""
    table = np.zeros(_SLOTS, np.uint32)
    table[hashes & np.uint32(_SLOTS - 1)] = np.arange(len(hashes), dtype=np.uint32)

    def number(words: Words) -> NDArray[np.uint32]:
        places: NDArray[np.uint32] = table[words & np.uint32(_SLOTS - 1)]
        others = np.flatnonzero(hashes[places] != words)
        places[others] = np.searchsorted(hashes, words[others])
        return places

    return number


def _hash(word: str) -> Words:
    return short(tokenise([word]).hashes)
