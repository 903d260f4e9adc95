"""Greetings, sign-offs and the like told from sentences that say something, by where they stand.

What says nothing stands at one end of texts, or most texts that have it are found without it as well. A sentence that
was seen beyond an end of some, but which others have in their midst, is one that texts are put together from.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from curation.dedup.english import COURTESIES
from curation.dedup.vocabulary import Numbers, Vocabulary

LEAST, LONGEST = 2, 10
"""Words of the shortest and the longest addition that is learnt."""
LEAST_ADDITIONS = 3
"""Surroundings in which the same words must be seen beyond an end of a text to say nothing."""
AT_ONE_END = 0.95
"""The least share of the places of a sign-off that are at one end, and the same one, of a text."""
ADDED = 0.5
"""The least share of the places of one that stands within texts as well, at which the text is also found without it."""

Run = tuple[int, ...]
"""The numbers of words in a row."""


class Addition(NamedTuple):
    """Words that a text has beyond an end of another, which is the same otherwise or nearly."""

    text: int
    """The place of the text that has them."""
    start: int
    """Where they stand among the words of all texts."""
    end: int
    at_end: bool
    """Whether they end the text; otherwise they begin it."""


class Boilerplate:
    """Additions that say nothing.

    Args:
        additions: All that were seen.
        vocabulary: Of all texts.
    """

    def __init__(self, additions: Iterable[Addition], vocabulary: Vocabulary) -> None:
        self._vocabulary, self._numbers = vocabulary, vocabulary.numbers
        self.runs = _learnt(additions, vocabulary)
        self._borders = {run[place] for run in self.runs for place in (0, -1)}
        self._courtesies = set(vocabulary.numbers_of(COURTESIES))

    def most(self, addition: Addition) -> int:
        """How many words of an addition can say nothing at most."""
        run: Run = tuple(self._numbers[addition.start : addition.end].tolist())
        can_be = run[-1 if addition.at_end else 0] in self._borders or not self._courtesies.isdisjoint(run)
        return min(len(run), LONGEST) if can_be else 0

    def equal_without(self) -> set[tuple[int, int]]:
        """Pairs of texts that are the same without what says nothing, of each set the first text and every other.

        A greeting and a sign-off can be as long as a text, which has then too little in common with a bare copy of it
        to be a candidate.
        """
        offsets, lengths = self._vocabulary.offsets, self._vocabulary.lengths
        longer = np.flatnonzero((lengths > LEAST) & (self._vocabulary.question_words < 0))
        firsts, lasts = self._numbers[offsets[longer]], self._numbers[offsets[longer + 1] - 1]
        begins, ends = (np.array(sorted({run[place] for run in self.runs}), np.uint32) for place in (0, -1))
        greeted = longer[np.isin(firsts, begins) | np.isin(lasts, ends)]
        bare = {place: bounds for place in greeted.tolist() if (bounds := self._bare(place))}
        starts = np.array([start for start, _ in bare.values()], np.int64)
        shapes = (np.array([end for _, end in bare.values()], np.int64) - starts) << 32 | self._numbers[starts]
        alike = longer[np.isin(lengths[longer] << 32 | firsts, shapes)]
        same: dict[bytes, list[int]] = defaultdict(list)
        for place in sorted({*bare, *alike.tolist()}):
            start, end = bare.get(place) or (int(offsets[place]), int(offsets[place + 1]))
            same[self._numbers[start:end].tobytes()].append(place)
        return {(places[0], other) for places in same.values() for other in places[1:]}

    def _bare(self, place: int) -> tuple[int, int] | None:
        """Where a text starts and ends without what says nothing, if it has any of that and more than that."""
        whole: Run = tuple(
            self._numbers[self._vocabulary.offsets[place] : self._vocabulary.offsets[place + 1]].tolist()
        )
        longest = range(min(LONGEST, len(whole) - 1), LEAST - 1, -1)
        start = next((length for length in longest if whole[:length] in self.runs), 0)
        end = next((length for length in longest if whole[-length:] in self.runs), 0)
        if not (start or end) or start + end >= len(whole):
            return None
        return int(self._vocabulary.offsets[place]) + start, int(self._vocabulary.offsets[place + 1]) - end


def _learnt(additions: Iterable[Addition], vocabulary: Vocabulary) -> frozenset[Run]:
    surroundings: dict[Run, set[int]] = defaultdict(set)
    having: dict[Run, set[int]] = defaultdict(set)
    numbers = vocabulary.numbers
    for one in additions:
        if LEAST <= one.end - one.start <= LONGEST:
            run: Run = tuple(numbers[one.start : one.end].tolist())
            surroundings[run].add(int(numbers[one.start - 1 if one.at_end else one.end]))
            having[run].add(one.text)
    seen = {run: len(having[run]) for run, around in surroundings.items() if len(around) >= LEAST_ADDITIONS}
    places = _Places(seen, vocabulary)
    kept = set()
    for run, texts in seen.items():
        start, end, anywhere = places.of(run)
        if max(start, end) >= AT_ONE_END * anywhere or texts >= ADDED * anywhere:
            kept.add(run)
    return frozenset(kept)


class _Places:
    """Where runs of words stand, found by the rarest word of each.

    Args:
        runs: All that are asked for.
        vocabulary: Of all texts.
    """

    def __init__(self, runs: Iterable[Run], vocabulary: Vocabulary) -> None:
        self._numbers, self._edges = vocabulary.numbers, vocabulary.edges()
        self._counts = vocabulary.counts
        rarest: Numbers = np.unique(np.array([self._rarest(run) for run in runs], np.int64))
        is_wanted = np.zeros(len(self._counts), bool)
        is_wanted[rarest] = True
        places = np.flatnonzero(is_wanted[self._numbers])
        found = self._numbers[places]
        order = np.argsort(found, kind="stable")
        bounds = np.searchsorted(found[order], rarest)[1:]
        self._places = dict(zip(rarest.tolist(), np.split(places[order], bounds), strict=False))

    def of(self, run: Run) -> tuple[int, int, int]:
        """How often the run stands at the start of a text, at the end of one, and anywhere."""
        rarest = self._rarest(run)
        starts = self._places[rarest] - run.index(rarest)
        starts = starts[(starts >= 0) & (starts + len(run) <= len(self._numbers))]
        for distance, word in enumerate(run):
            starts = starts[self._numbers[starts + distance] == word]
        ends = starts + len(run)
        return int(self._edges[starts].sum()), int(self._edges[ends].sum()), len(starts)

    def _rarest(self, run: Run) -> int:
        return min(run, key=self._counts.__getitem__)
