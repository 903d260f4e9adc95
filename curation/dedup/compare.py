"""Candidate pairs compared word by word: aligned, what means nothing set aside, the rest weighed."""

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import accumulate, chain, pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from curation.dedup.candidates import Pairs
from curation.dedup.differences import Differ, Difference, is_addition, is_rewritten
from curation.dedup.evidence import RARELY, Frequencies, Spelling, Words
from curation.dedup.exchange import Exchange
from curation.dedup.learning import Lesson, Lessons, learn
from curation.dedup.overlap import overlapping
from curation.dedup.terms import Terms
from curation.dedup.tokens import short, spellings, tokenise
from curation.dedup.verdict import Knowledge, Verdict, weigh, without_boilerplate
from curation.progress import Advance

LEAST_SIMILARITY = 0.62
"""The least share of words in common, in order (twice their number by the words of both), of a pair worth aligning."""
LEAST_SIMILARITY_SHORT, FEW_WORDS = 0.55, 30
"""The same for a text of few words, of which a greeting and some typing errors are a larger share."""
MOST_REWRITTEN = 0.45
"""The largest share of a text's words in differences within it, of a pair worth weighing."""
SURE = 85.0
"""The score below which a pair is looked at a second time without the greetings."""
_EQUAL = Verdict(100.0, False, 0, ())
_CHARACTERS = 0x10FFFF - 0x800
"""Characters there are, without surrogates."""
_PAIRS_AT_ONCE = 100_000


class Comparable(NamedTuple):
    """Texts, or items of a question and an answer, as numbers; places count them."""

    words: list[Words]
    """The words of each."""
    question_words: NDArray[np.int64]
    """Shape (texts,): how many of the words are the question's; -1 where there is none."""
    signatures: NDArray[np.uint16]
    """Shape (texts, permutations)."""
    ranks: NDArray[np.int64]
    """Shape (texts,), rising: texts of one rank are preferred only for what they hold."""
    texts: Callable[[Sequence[int]], list[tuple[str, ...]]]
    """The texts themselves at some places, field by field."""


class Compared(NamedTuple):
    """What two texts come to, field by field."""

    first: int
    second: int
    verdicts: tuple[Verdict, ...]


class _Open(NamedTuple):
    """A pair that was aligned and is not yet weighed."""

    first: int
    second: int
    differences: tuple[list[Difference], ...]


class Comparer:
    """Compares pairs of texts with what the corpus teaches about words.

    Args:
        comparable: The texts.
        terms: Words of the field that never stand for one another.
    """

    def __init__(self, comparable: Comparable, terms: Terms) -> None:
        self._of, self._terms = comparable, terms
        self._frequencies = Frequencies(comparable.words)
        self._spelt: dict[int, str] = {}
        self._counts: dict[str, int] = {}
        self._bits: dict[str, float] = {}
        self._spelling = Spelling(self._counts, terms.words)
        self._differ = Differ(self._spelling)
        self._lessons: Lessons | None = None
        # Pairs come sorted by their first text, so that one is spelt once for all its pairs.
        self._fields = lru_cache(1024)(self._spelled_fields)
        self._totals = lru_cache(1024)(self._bits_of_fields)

    def compare(self, pairs: Pairs, advance: Advance = lambda done: None, *, candidates: bool = True) -> list[Compared]:
        """Compares pairs. The first call learns from its pairs.

        Args:
            pairs: Places of the texts of each pair.
            advance: Told of the pairs done.
            candidates: Whether the pairs are only guesses, of which those with few words in common are left out.
        """
        found: list[_Open] = []
        for start in range(0, len(pairs), _PAIRS_AT_ONCE):
            some = pairs[start : start + _PAIRS_AT_ONCE]
            found += self._aligned(some, candidates)
            advance(len(some))
        if self._lessons is None:
            self._lessons = learn(self._examples(found), self._terms)
        knowledge = Knowledge(
            self._bits_of,
            Exchange(self._differ, self._spelling, self._lessons.interchangeable),
            self._lessons.boilerplate,
            self._terms,
        )
        return [self._weighed(pair, knowledge) for pair in found]

    def _examples(self, found: list[_Open]) -> Iterator[Lesson]:
        for pair in found:
            if any(pair.differences):
                for words, differences in zip(self._fields(pair.first), pair.differences, strict=True):
                    yield Lesson(words, differences)

    def _weighed(self, pair: _Open, knowledge: Knowledge) -> Compared:
        if not any(pair.differences):
            return Compared(pair.first, pair.second, (_EQUAL,) * len(pair.differences))
        verdicts = []
        for one, other, differences, *totals in zip(
            self._fields(pair.first),
            self._fields(pair.second),
            pair.differences,
            self._totals(pair.first),
            self._totals(pair.second),
            strict=True,
        ):
            verdict = weigh(differences, (len(one), len(other)), (totals[0], totals[1]), knowledge) if differences else _EQUAL
            if verdict.guarded or verdict.score < SURE:  # a greeting may have been aligned with a word of the text: look again without it
                cores = without_boilerplate(one, knowledge), without_boilerplate(other, knowledge)
                if cores != (one, other):
                    again = self._without_greetings(*cores, knowledge)
                    verdict = max(verdict, again, key=lambda one: (not one.guarded, one.score))
            verdicts.append(verdict)
        return Compared(pair.first, pair.second, tuple(verdicts))

    def _without_greetings(self, one: list[str], other: list[str], knowledge: Knowledge) -> Verdict:
        differences = self._differ.between(one, other, _keys(one, other))
        if not differences:
            return _EQUAL
        totals = sum(map(knowledge.bits, one)), sum(map(knowledge.bits, other))
        return weigh(differences, (len(one), len(other)), totals, knowledge)

    def _aligned(self, pairs: Pairs, candidates: bool) -> list[_Open]:
        from rapidfuzz import process
        from rapidfuzz.distance import Indel

        pairs = pairs[(self._of.question_words[pairs] >= 0).sum(axis=1) != 1]
        if not len(pairs):
            return []
        places = np.unique(pairs)
        words = [self._of.words[place] for place in places.tolist()]
        codes, numbers = np.unique(np.concatenate(words), return_inverse=True)
        if len(codes) >= _CHARACTERS and len(pairs) > 1:
            return self._aligned(pairs[: len(pairs) // 2], candidates) + self._aligned(
                pairs[len(pairs) // 2 :], candidates
            )
        keys = dict(zip(places.tolist(), _as_characters(numbers, list(map(len, words))), strict=True))
        if candidates:
            offsets = np.concatenate([[0], np.cumsum([len(one) for one in words])])
            counts, bits = self._frequencies.of(codes), self._frequencies.information(codes)
            near = overlapping(numbers, offsets, bits, counts <= RARELY, np.searchsorted(places, pairs))
            pairs = pairs[near]
            firsts, seconds = ([keys[place] for place in side] for side in pairs.T.tolist())
            alike = process.cpdist(
                firsts, seconds, scorer=Indel.normalized_similarity, score_cutoff=LEAST_SIMILARITY_SHORT
            )
            shorter = np.array([min(len(one), len(other)) for one, other in zip(firsts, seconds, strict=True)])
            pairs = pairs[alike >= np.where(shorter <= FEW_WORDS, LEAST_SIMILARITY_SHORT, LEAST_SIMILARITY)]
        self._spell(np.unique(pairs))
        found = []
        for first, second in pairs.tolist():
            if candidates and is_rewritten(keys[first], keys[second]):
                continue
            ones, others = self._fields(first), self._fields(second)
            differences = tuple(
                self._differ.between(one, other, pair)
                for one, other, pair in zip(
                    ones, others, zip(_split(keys[first], ones), _split(keys[second], others), strict=True), strict=True
                )
            )
            if not candidates or not _are_rewritten(differences, sum(map(len, ones)), sum(map(len, others))):
                found.append(_Open(first, second, differences))
        return found

    def _spell(self, places: NDArray[np.int64]) -> None:
        """Learns how the words of some texts are spelt, and how many texts have them."""
        new = {
            code: word
            for code, word in spellings(list(chain.from_iterable(self._of.texts(places.tolist())))).items()
            if code not in self._spelt
        }
        self._spelt.update(new)
        codes = np.fromiter(new, np.uint32, len(new))
        counts, bits = self._frequencies.of(codes).tolist(), self._frequencies.information(codes).tolist()
        self._counts.update(zip(new.values(), counts, strict=True))
        self._bits.update(zip(new.values(), bits, strict=True))

    def _bits_of(self, word: str) -> float:
        """The information of a word, which may stand in no text as it is: contractions are written out."""
        bits = self._bits.get(word)
        if bits is None:
            bits = self._bits[word] = float(self._frequencies.information(short(tokenise([word]).hashes))[0])
        return bits

    def _bits_of_fields(self, place: int) -> list[float]:
        """The information of each field of a text."""
        return [sum(map(self._bits_of, words)) for words in self._fields(place)]

    def _spelled_fields(self, place: int) -> list[list[str]]:
        """The words of each field of a text."""
        words = [self._spelt[code] for code in self._of.words[place].tolist()]
        border = int(self._of.question_words[place])
        return [words] if border < 0 else [words[:border], words[border:]]


def _as_characters(numbers: NDArray[np.int64], lengths: list[int]) -> list[str]:
    """Each text as a string of one character a word, given the number of each word and the words of each text."""
    codes = numbers.astype("<u4")
    codes[codes >= 0xD800] += 0x800  # these are surrogates, which are no characters
    data = codes.tobytes()
    return [data[4 * start : 4 * end].decode("utf-32-le") for start, end in pairwise(accumulate(lengths, initial=0))]


def _keys(*texts: list[str]) -> tuple[str, str]:
    """Two texts as strings of one character a word."""
    numbers: dict[str, str] = {}
    first, second = (
        "".join(numbers.setdefault(word, chr(0xF0000 + len(numbers))) for word in words) for words in texts
    )
    return first, second


def _split(key: str, fields: list[list[str]]) -> list[str]:
    borders = accumulate(map(len, fields), initial=0)
    return [key[start:end] for start, end in pairwise(borders)]


def _are_rewritten(differences: tuple[list[Difference], ...], *lengths: int) -> bool:
    """Whether what differs within the texts is too much for either to stand for the other."""
    changed = [
        sum(len(words[side]) for of_field in differences for words in of_field if not is_addition(words))
        for side in (0, 1)
    ]
    return min(changed) > MOST_REWRITTEN * max(1, *lengths) or max(changed) > MOST_REWRITTEN * max(1, *lengths)
