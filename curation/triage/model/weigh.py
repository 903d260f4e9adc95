"""What the model adds to what the rules found, and what it takes from it.

Where the rules found nothing in a run of sentences, the model marks it from a chance on. Where they found something in
a text by itself, it stands unless the model's chance and the rule's confidence together stay below a sum: the surer the
rule, the more it takes. In a turn of a dialogue it stands.
"""

from collections.abc import Iterable
from heapq import nlargest
from typing import NamedTuple

from curation.triage.evidence import Evidence, Found
from curation.triage.levels import Level
from curation.triage.model.classifier import classifier
from curation.triage.model.windows import plain, windows
from curation.triage.words import Reading, Sentence

LEAST = 0.5
"""The least chance of a risk at which the model marks sentences of a text in which the rules found nothing."""
LEAST_IN_TURN = 0.95
"""The same in a turn of a dialogue: there are many, and one mark is a mark on the whole."""
SURE = 0.85
"""A phrase of this confidence always stands: a missed danger is worse than a false alarm, and the model took plain
wishes to die for nothing, in real texts as in short messages."""
TOGETHER, TOGETHER_IN_SHORT = 0.85, 1.0
"""What the confidence of a phrase that is less sure and the model's chance must come to, for the evidence to stand; the
second in a text of one run, such as the model learnt from, the first in a longer one."""
AROUND = 5
"""So many words must stand around a phrase for the model to overrule it: "I want to die." says what it says."""
DOUBTED: tuple[Level, ...] = ("passive", "active", "third_party")
"""Levels whose rules the model may overrule: theirs are the false alarms, in words that are used of everything. Of the
others it took abuse and self-harm that real texts name in so many words."""
MOST = 5
"""Runs that are read of a text, those with most words by which phrases are found first: a bound on the time."""


class _Read(NamedTuple):
    """A run of sentences that the model has read, with what the rules found in it."""

    sentences: list[Sentence]
    here: list[Found]
    level: Level
    chance: float
    is_all: bool
    """Whether the run is the whole text."""

    def mark(self, least: float) -> list[Found]:
        """The model's own evidence, where the rules have none and its chance is ``least`` or more."""
        if self.chance < least or not all(one.beside for one in self.here):
            return []
        start, end = self.sentences[0].starts[0], self.sentences[-1].ends[-1]
        return [Found(self.level, Evidence(start, end, f"{self.level}/model", round(self.chance, 2)))]

    def overruled(self) -> list[Found]:
        """What the rules found and the model takes for harmless, in its run and in the sentence by itself."""
        return [one for one in self.here if one.level in DOUBTED and self._is_overruled(one.evidence)]

    def _is_overruled(self, evidence: Evidence) -> bool:
        if evidence.confidence >= SURE:
            return False
        least = (TOGETHER_IN_SHORT if self.is_all else TOGETHER) - evidence.confidence
        if self.chance >= least:
            return False
        sentence = next(one for one in self.sentences if one.starts[0] <= evidence.start < one.ends[-1])
        around = sum(not evidence.start <= start < evidence.end for start in sentence.starts)
        return around >= AROUND and classifier().opinion(plain(sentence)).chance < least


def weighed(reading: Reading, found: Iterable[Found]) -> list[Found]:
    """The evidence of the rules in a text by itself, ``found``, together with the model's."""
    kept = list(found)
    for read in _read(reading, kept):
        overruled = read.overruled()
        kept = [one for one in kept if one not in overruled] + read.mark(LEAST)
    return kept


def marked(reading: Reading, found: Iterable[Found], least: float = LEAST_IN_TURN) -> list[Found]:
    """The model's own evidence in a turn of a dialogue; ``found`` is that of the rules, and stands."""
    return [mark for read in _read(reading, list(found)) for mark in read.mark(least)]


def _read(reading: Reading, found: list[Found]) -> list[_Read]:
    reads = []
    for window in nlargest(MOST, windows(reading), key=lambda window: window.weight):
        sentences = [reading.sentence(place) for place in range(window.first, window.last + 1)]
        sentences = [one for one in sentences if one.starts]
        level, chance = classifier().opinion(plain(*sentences))
        start, end = sentences[0].starts[0], sentences[-1].ends[-1]
        here = [one for one in found if start <= one.evidence.start < end and one.level != "none"]
        is_all = window.last - window.first + 1 == len(reading.bounds)
        reads.append(_Read(sentences, here, level, chance, is_all))
    return reads
