"""Candidate pairs compared word by word: aligned, what means nothing set aside, the rest weighed."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from curation.dedup.boilerplate import Addition, Boilerplate
from curation.dedup.candidates import Pairs
from curation.dedup.differences import Change, Differ, Difference, are_rewritten, changes, is_addition
from curation.dedup.english import expanded
from curation.dedup.evidence import Spelling, Words
from curation.dedup.exchange import Exchange
from curation.dedup.learning import Interchangeable, Lesson, learn
from curation.dedup.overlap import Overlap
from curation.dedup.terms import Terms
from curation.dedup.tokens import SPEAKERS
from curation.dedup.verdict import FEW, MIDDLING, Knowledge, Verdict, weigh, without_boilerplate
from curation.dedup.vocabulary import Lines, Vocabulary
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
WORDS_AT_ONCE = 1 << 20
"""Words of the pairs looked at together: no more than there are characters to tell them apart by."""


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


class _Aligned(NamedTuple):
    """A pair of which is known where it differs, field by field."""

    first: int
    second: int
    lengths: tuple[tuple[int, int], ...]
    """The words of both."""
    changes: tuple[list[Change], ...]


class _Open(NamedTuple):
    """A pair of which is known in what it differs, and not yet what that means."""

    first: int
    second: int
    differences: tuple[list[Difference], ...]


class Comparer:
    """Compares pairs of texts with what the corpus teaches about words.

    Args:
        comparable: The texts.
        terms: Words of the field that never stand for one another.
        least_score: The least score of a pair worth telling of.
    """

    def __init__(self, comparable: Comparable, terms: Terms, least_score: float) -> None:
        self._of, self._terms, self._least_score = comparable, terms, least_score
        self._vocabulary = Vocabulary(comparable.words, comparable.question_words)
        self._overlap = Overlap(self._vocabulary)
        self._spelling = Spelling(self._vocabulary.count, terms.words)
        self._differ = Differ(self._spelling)
        self._speakers = set(self._vocabulary.numbers_of(map(chr, SPEAKERS)))
        self._boilerplate: Boilerplate | None = None
        self._knowledge: Knowledge | None = None

    def near(self, pairs: Pairs, advance: Advance = lambda done: None) -> Pairs:
        """Of candidates, the pairs of one kind that have enough in common to be worth aligning.

        Args:
            pairs: Places of the texts of each pair, sorted.
            advance: Told of the pairs done.
        """
        from rapidfuzz import process
        from rapidfuzz.distance import Indel

        found = [np.empty((0, 2), np.int64)]
        for some in self._chunks(pairs):
            advance(len(some))
            some = some[(self._of.question_words[some] >= 0).sum(axis=1) != 1]
            some = some[self._overlap.near(some)]
            lines = self._vocabulary.lines(np.unique(some)).of
            firsts, seconds = (["".join(lines[place]) for place in side] for side in some.T.tolist())
            alike = process.cpdist(
                firsts, seconds, scorer=Indel.normalized_similarity, score_cutoff=LEAST_SIMILARITY_SHORT
            )
            shorter = self._vocabulary.lengths[some].min(axis=1)
            found.append(some[alike >= np.where(shorter <= FEW_WORDS, LEAST_SIMILARITY_SHORT, LEAST_SIMILARITY)])
        return np.concatenate(found)

    def compare(self, pairs: Pairs, advance: Advance = lambda done: None, *, candidates: bool = True) -> list[Compared]:
        """Compares pairs. The first call learns from its pairs.

        Args:
            pairs: Places of the texts of each pair, sorted.
            advance: Told of the pairs done.
            candidates: Whether the pairs are only guesses, of which those that were rewritten are left out.
        """
        # Chunk by chunk, and each is let go of once it is worked off: what is known of a pair takes a kilobyte.
        aligned = deque(list(self._aligned(some, candidates)) for some in self._chunks(pairs))
        if self._boilerplate is None:
            additions = (
                one
                for pair in chain.from_iterable(aligned)
                for field in range(len(pair.changes))
                for one in self._additions(pair, field)
            )
            self._boilerplate = Boilerplate(additions, self._vocabulary)
        found: deque[list[_Open]] = deque()
        while aligned:
            found.append(list(self._differing(aligned.popleft(), self._boilerplate, candidates)))
        if self._knowledge is None:
            self._knowledge = self._known(learn(self._examples(found), self._terms), self._boilerplate)
        advance(len(pairs) - sum(map(len, found)))
        compared: list[Compared] = []
        while found:
            some = found.popleft()
            lines, words = self._spelt(some)
            compared += [self._weighed(pair, lines, words, self._knowledge) for pair in some]
            advance(len(some))
        return compared

    def greeted(self) -> set[tuple[int, int]]:
        """Pairs of texts that are the same but for what was learnt to say nothing."""
        return self._boilerplate.equal_without() if self._boilerplate is not None else set()

    def _chunks(self, pairs: Pairs) -> Iterator[Pairs]:
        """Runs of pairs whose texts have :data:`WORDS_AT_ONCE` or little more."""
        words = np.cumsum(self._vocabulary.lengths[pairs].sum(axis=1)) // WORDS_AT_ONCE
        if len(pairs):
            yield from np.split(pairs, np.flatnonzero(np.diff(words)) + 1)

    def _aligned(self, pairs: Pairs, candidates: bool) -> Iterator[_Aligned]:
        lines = self._vocabulary.lines(np.unique(pairs))
        for first, second in pairs.tolist():
            ones, others = lines.of[first], lines.of[second]
            found = tuple(map(changes, ones, others))
            lengths = tuple(zip(map(len, ones), map(len, others), strict=True))
            shorter = min(map(sum, zip(*lengths, strict=True)))
            if not candidates or not are_rewritten(chain.from_iterable(found), shorter):
                yield _Aligned(first, second, lengths, found)

    def _additions(self, pair: _Aligned, field: int) -> Iterator[Addition]:
        """What each of two texts has beyond an end of the other, in one field."""
        found, (length, other_length) = pair.changes[field], pair.lengths[field]
        if not (found and length and other_length):
            return
        at_start, at_end = found[0], found[-1]
        if at_start.start == at_start.other_start == 0:
            yield from self._addition(pair, field, at_start, at_end=False)
        if (at_end.end, at_end.other_end) == (length, other_length):
            yield from self._addition(pair, field, at_end, at_end=True)

    def _addition(self, pair: _Aligned, field: int, change: Change, *, at_end: bool) -> Iterator[Addition]:
        if change.other_start == change.other_end:
            text, start, end = pair.first, change.start, change.end
        elif change.start == change.end:
            text, start, end = pair.second, change.other_start, change.other_end
        else:
            return
        field_start = self._vocabulary.field_start(text, field)
        yield Addition(text, field_start + start, field_start + end, at_end)

    def _can_be_copy(self, pair: _Aligned, boilerplate: Boilerplate) -> bool:
        """Whether one of the texts could be the other with something before or behind it, and not much of that."""
        return any(
            self._overlap_of(pair, field, boilerplate) >= self._least_score for field in range(len(pair.changes))
        )

    def _overlap_of(self, pair: _Aligned, field: int, boilerplate: Boilerplate) -> float:
        """The most, in per cent, that the shorter text of a field can be of the other without greetings."""
        core, meant = list(pair.lengths[field]), list(pair.lengths[field])
        for one in self._additions(pair, field):
            side = 0 if one.text == pair.first else 1
            if not self._speakers.isdisjoint(self._vocabulary.numbers[one.start : one.end].tolist()):
                return 100.0
            length = one.end - one.start
            core[side] -= length
            meant[side] -= length if length <= FEW else boilerplate.most(one)
        return 100.0 * min(core) / max(1, *meant)

    def _differing(self, aligned: list[_Aligned], boilerplate: Boilerplate, candidates: bool) -> Iterator[_Open]:
        if candidates:
            aligned = [pair for pair in aligned if self._can_be_copy(pair, boilerplate)]
        lines, words = self._spelt(aligned)
        for pair in aligned:
            texts = zip(lines.of[pair.first], lines.of[pair.second], pair.changes, strict=True)
            differences = tuple(
                self._differ.between(one, other, found, words) if found else [] for one, other, found in texts
            )
            longer = max(map(sum, zip(*pair.lengths, strict=True)))
            if not candidates or not _are_rewritten(differences, longer):
                yield _Open(pair.first, pair.second, differences)

    def _known(self, interchangeable: Interchangeable, boilerplate: Boilerplate) -> Knowledge:
        spelt = [self._vocabulary.words_of(run) for run in boilerplate.runs]
        stretches = frozenset(tuple(expanded(words)) for words in spelt if all(words))
        return Knowledge(
            self._vocabulary.information,
            Exchange(self._differ, self._spelling, interchangeable),
            stretches,
            frozenset(chain.from_iterable((words[0], words[-1]) for words in [*spelt, *stretches])),
            self._terms,
        )

    def _spelt(self, pairs: Sequence[_Aligned | _Open]) -> tuple[Lines, list[str]]:
        """The texts of some pairs, and the words that their characters stand for."""
        lines = self._vocabulary.lines(np.unique(np.array([(one.first, one.second) for one in pairs], np.int64)))
        return lines, self._vocabulary.spelt(lines, self._of.texts)

    def _examples(self, found: Iterable[list[_Open]]) -> Iterator[Lesson]:
        for some in found:
            some = [pair for pair in some if any(pair.differences)]
            lines, words = self._spelt(some)
            for pair in some:
                for line, differences in zip(lines.of[pair.first], pair.differences, strict=True):
                    yield Lesson([words[ord(sign)] for sign in line], differences)

    def _weighed(self, pair: _Open, lines: Lines, words: list[str], knowledge: Knowledge) -> Compared:
        if not any(pair.differences):
            return Compared(pair.first, pair.second, (_EQUAL,) * len(pair.differences))
        texts = zip(lines.of[pair.first], lines.of[pair.second], strict=True)
        totals = zip(*map(self._vocabulary.totals, (pair.first, pair.second)), strict=True)
        verdicts = []
        for field, ((one, other), bits, differences) in enumerate(zip(texts, totals, pair.differences, strict=True)):
            if not differences:
                verdicts.append(_EQUAL)
                continue
            lengths = len(one), len(other)
            verdict = self._if_broken_off(pair, field, min(lengths), weigh(differences, lengths, bits, knowledge))
            if verdict.guarded or verdict.score < SURE:
                again = self._without_greetings((one, other), words, knowledge)
                if again is not None:
                    again = self._if_broken_off(pair, field, min(lengths), again)
                    verdict = max(verdict, again, key=lambda one: (not one.guarded, one.score))
            verdicts.append(verdict)
        return Compared(pair.first, pair.second, tuple(verdicts))

    def _if_broken_off(self, pair: _Open, field: int, shortest: int, verdict: Verdict) -> Verdict:
        """Guards a text that the other goes on from, if it ends as a text does: then it is no copy that breaks off."""
        goes = pair.first if verdict.only == 1 else pair.second
        if not verdict.goes_on or verdict.guarded or shortest > MIDDLING:
            return verdict
        text = self._of.texts([goes])[0][field].rstrip(CLOSING)
        if not text.endswith(ENDS):
            return verdict
        return verdict._replace(guarded=True, words=verdict.words or (GOES_ON,))

    def _without_greetings(self, lines: tuple[str, str], words: list[str], knowledge: Knowledge) -> Verdict | None:
        """The verdict without greetings, if there are any: they may have been aligned with words of the text."""
        first, second = (without_boilerplate(line, words, knowledge) for line in lines)
        if (first, second) == lines:
            return None
        differences = self._differ.between(first, second, changes(first, second), words)
        if not differences:
            return _EQUAL
        totals = [sum(knowledge.bits(words[ord(sign)]) for sign in line) for line in (first, second)]
        return weigh(differences, (len(first), len(second)), (totals[0], totals[1]), knowledge)


def _are_rewritten(differences: tuple[list[Difference], ...], longer: int) -> bool:
    """Whether what differs within the texts is too much for either to stand for the other."""
    changed = [
        sum(len((one.first, one.second)[side]) for one in chain.from_iterable(differences) if not is_addition(one))
        for side in (0, 1)
    ]
    return max(changed) > FEW_CHANGES + MOST_REWRITTEN * longer
