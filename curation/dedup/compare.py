"""Candidate pairs compared word by word: aligned, what means nothing set aside, the rest weighed."""

from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from curation.dedup.candidates import Pairs
from curation.dedup.differences import Differ, Difference, is_addition, is_rewritten
from curation.dedup.evidence import Spelling, Words
from curation.dedup.exchange import Exchange
from curation.dedup.learning import Lesson, Lessons, learn
from curation.dedup.overlap import overlapping
from curation.dedup.terms import Terms
from curation.dedup.verdict import MIDDLING, Knowledge, Verdict, weigh, without_boilerplate
from curation.dedup.vocabulary import Vocabulary
from curation.progress import Advance

LEAST_SIMILARITY = 0.62
"""The least share of words in common, in order (twice their number by the words of both), of a pair worth aligning."""
LEAST_SIMILARITY_SHORT, FEW_WORDS = 0.55, 30
"""The same for a text of few words, of which a greeting and some typing errors are a larger share."""
MOST_REWRITTEN = 0.25
"""The largest share of a text's words in differences within it, of a pair worth weighing, past the first few."""
FEW_CHANGES = 4
SURE = 85.0
"""The score below which a pair is looked at a second time without its greetings."""
ENDS, CLOSING = (".", "!", "?", "\u2026", "\u3002", "\uff01", "\uff1f"), " \t\n\"')]\u201d\u2019"
"""What a sentence ends with, and what can stand behind that."""
GOES_ON = "one goes on where the other ends"
_EQUAL = Verdict(100.0, False, 0, ())
_PAIRS_AT_ONCE = 1 << 15


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
        self._vocabulary = Vocabulary(comparable.words, comparable.question_words)
        self._spelling = Spelling(self._vocabulary.count, terms.words)
        self._differ = Differ(self._spelling)
        self._lessons: Lessons | None = None

    def compare(self, pairs: Pairs, advance: Advance = lambda done: None, *, candidates: bool = True) -> list[Compared]:
        """Compares pairs. The first call learns from its pairs.

        Args:
            pairs: Places of the texts of each pair, sorted.
            advance: Told of the pairs done.
            candidates: Whether the pairs are only guesses, of which those with few words in common are left out.
        """
        found: list[_Open] = []
        for start in range(0, len(pairs), _PAIRS_AT_ONCE):
            some = pairs[start : start + _PAIRS_AT_ONCE]
            found += self._aligned(self._near(some) if candidates else some, candidates)
            advance(len(some))
        if self._lessons is None:
            self._lessons = learn(self._examples(found), self._terms)
        knowledge = Knowledge(
            self._vocabulary.information,
            Exchange(self._differ, self._spelling, self._lessons.interchangeable),
            self._lessons.boilerplate,
            frozenset(chain.from_iterable((words[0], words[-1]) for words in self._lessons.boilerplate)),
            self._terms,
        )
        return [self._weighed(pair, knowledge) for pair in found]

    def _near(self, pairs: Pairs) -> Pairs:
        """The pairs of one kind that have enough in common to be worth aligning."""
        from rapidfuzz import process
        from rapidfuzz.distance import Indel

        words = self._vocabulary
        pairs = pairs[(self._of.question_words[pairs] >= 0).sum(axis=1) != 1]
        pairs = pairs[overlapping(words.numbers, words.offsets, words.bits, words.rare, pairs)]
        keys = {place: words.characters(place) for place in np.unique(pairs).tolist()}
        firsts, seconds = ([keys[place] for place in side] for side in pairs.T.tolist())
        alike = process.cpdist(firsts, seconds, scorer=Indel.normalized_similarity, score_cutoff=LEAST_SIMILARITY_SHORT)
        shorter = np.diff(words.offsets)[pairs].min(axis=1)
        near = pairs[alike >= np.where(shorter <= FEW_WORDS, LEAST_SIMILARITY_SHORT, LEAST_SIMILARITY)]
        rewritten = [is_rewritten(keys[first], keys[second]) for first, second in near.tolist()]
        kept: Pairs = near[~np.array(rewritten, bool)]
        return kept

    def _aligned(self, pairs: Pairs, candidates: bool) -> list[_Open]:
        places = np.unique(pairs).tolist()
        self._vocabulary.spell(chain.from_iterable(self._of.texts(places)))
        keys = {place: self._vocabulary.characters(place) for place in places} if self._vocabulary.fits else {}
        found = []
        for first, second in pairs.tolist():
            ones, others = self._vocabulary.fields(first), self._vocabulary.fields(second)
            if keys:
                sides = (self._vocabulary.split(place, keys[place]) for place in (first, second))
                pairs_of_keys = list(zip(*sides, strict=True))
            else:
                pairs_of_keys = [_keys(one, other) for one, other in zip(ones, others, strict=True)]
            differences = tuple(map(self._differ.between, ones, others, pairs_of_keys))
            if not candidates or not _are_rewritten(differences, max(sum(map(len, ones)), sum(map(len, others)))):
                found.append(_Open(first, second, differences))
        return found

    def _examples(self, found: list[_Open]) -> Iterator[Lesson]:
        for pair in found:
            if any(pair.differences):
                for words, differences in zip(self._vocabulary.fields(pair.first), pair.differences, strict=True):
                    yield Lesson(words, differences)

    def _weighed(self, pair: _Open, knowledge: Knowledge) -> Compared:
        if not any(pair.differences):
            return Compared(pair.first, pair.second, (_EQUAL,) * len(pair.differences))
        verdicts = []
        for field, differences in enumerate(pair.differences):
            if not differences:
                verdicts.append(_EQUAL)
                continue
            one, other = (self._vocabulary.fields(place)[field] for place in (pair.first, pair.second))
            totals = (self._vocabulary.totals(pair.first)[field], self._vocabulary.totals(pair.second)[field])
            verdict = weigh(differences, (len(one), len(other)), totals, knowledge)
            if verdict.guarded or verdict.score < SURE:
                verdict = self._without_greetings(one, other, knowledge, verdict)
            if verdict.goes_on and not verdict.guarded and min(len(one), len(other)) <= MIDDLING:
                verdict = self._if_broken_off(pair, field, verdict)
            verdicts.append(verdict)
        return Compared(pair.first, pair.second, tuple(verdicts))

    def _if_broken_off(self, pair: _Open, field: int, verdict: Verdict) -> Verdict:
        """Guards a text that the other goes on from, if it ends as a text does: then it is no copy that breaks off."""
        goes = pair.first if verdict.only == 1 else pair.second
        text = self._of.texts([goes])[0][field].rstrip(CLOSING)
        if not text.endswith(ENDS):
            return verdict
        return verdict._replace(guarded=True, words=verdict.words or (GOES_ON,))

    def _without_greetings(self, one: list[str], other: list[str], knowledge: Knowledge, verdict: Verdict) -> Verdict:
        """The better of a verdict and the one without greetings: these may have been aligned with words of the text."""
        first, second = without_boilerplate(one, knowledge), without_boilerplate(other, knowledge)
        if len(first) == len(one) and len(second) == len(other):
            return verdict
        differences = self._differ.between(first, second, _keys(first, second))
        if not differences:
            return _EQUAL
        totals = sum(map(knowledge.bits, first)), sum(map(knowledge.bits, second))
        again = weigh(differences, (len(first), len(second)), totals, knowledge)
        return max(verdict, again, key=lambda one: (not one.guarded, one.score))


def _keys(*texts: list[str]) -> tuple[str, str]:
    """Two texts as strings of one character a word."""
    numbers: dict[str, str] = {}
    first, second = ("".join(numbers.setdefault(word, chr(0xE000 + len(numbers))) for word in words) for words in texts)
    return first, second


def _are_rewritten(differences: tuple[list[Difference], ...], longer: int) -> bool:
    """Whether what differs within the texts is too much for either to stand for the other."""
    changed = [
        sum(len((one.first, one.second)[side]) for one in chain.from_iterable(differences) if not is_addition(one))
        for side in (0, 1)
    ]
    return max(changed) > FEW_CHANGES + MOST_REWRITTEN * longer
