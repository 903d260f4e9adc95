"""What the model adds to what the rules found, and what it takes from it.

Where the rules found nothing in a sentence, the model marks it from a chance on: a lower one in a text by itself than
in a turn of a dialogue, of which there are many. Where they found something in a text, it stands unless the model's
chance and the rule's confidence together stay below a sum: the surer the rule, the more it takes. In a turn it stands.
"""

from collections.abc import Iterable
from heapq import nlargest
from typing import NamedTuple

from curation.triage.evidence import Evidence, Found
from curation.triage.levels import Level
from curation.triage.model.classifier import classifier
from curation.triage.model.windows import plain, windows
from curation.triage.words import Reading, Sentence

LEAST = 0.55
"""The least chance of a risk at which the model marks a sentence of a text in which the rules found nothing."""
LEAST_IN_TURN = 0.9
"""The same in a turn of a dialogue."""
TOGETHER = 0.85
"""What a rule's confidence and the model's chance must come to, for the rule's evidence to stand. A phrase that is this
sure by itself always stands: a missed danger is worse than a false alarm, and in real texts the model took such plain
wishes to die for nothing."""
AROUND = 5
"""So many words must stand around a phrase for the model to overrule it: "I want to die." says what it says."""
DOUBTED: tuple[Level, ...] = ("passive", "active", "third_party")
"""Levels whose rules the model may overrule: theirs are the false alarms, in words that are used of everything."""
MOST = 8
"""Sentences that are read of a text, those with most words by which phrases are found first: a bound on the time."""


class _Read(NamedTuple):
    """A sentence that the model has read, with what the rules found in it."""

    sentence: Sentence
    here: list[Found]
    level: Level
    chance: float

    def mark(self, least: float) -> list[Found]:
        """The model's own evidence, where the rules have none and its chance is ``least`` or more."""
        if self.chance < least or not all(one.beside for one in self.here):
            return []
        evidence = Evidence(
            self.sentence.starts[0], self.sentence.ends[-1], f"{self.level}/model", round(self.chance, 2)
        )
        return [Found(self.level, evidence)]


def weighed(reading: Reading, found: Iterable[Found]) -> list[Found]:
    """The evidence of the rules in a text by itself, ``found``, together with the model's."""
    kept = list(found)
    for read in _read(reading, kept):
        kept = [
            one for one in kept if one not in read.here or not _is_overruled(one, read.chance, read.sentence)
        ] + read.mark(LEAST)
    return kept


def marked(reading: Reading, found: Iterable[Found], least: float = LEAST_IN_TURN) -> list[Found]:
    """The model's own evidence in a turn of a dialogue; ``found`` is that of the rules, and stands."""
    return [mark for read in _read(reading, list(found)) for mark in read.mark(least)]


def _read(reading: Reading, found: list[Found]) -> list[_Read]:
    return [
        _Read(sentence, _within(sentence, found), *classifier().opinion(plain(sentence)))
        for window in nlargest(MOST, windows(reading), key=lambda window: window.weight)
        for sentence in [reading.sentence(window.place)]
    ]


def _within(sentence: Sentence, found: list[Found]) -> list[Found]:
    start, end = sentence.starts[0], sentence.ends[-1]
    return [one for one in found if start <= one.evidence.start < end and one.level != "none"]


def _is_overruled(one: Found, chance: float, sentence: Sentence) -> bool:
    around = sum(not one.evidence.start <= start < one.evidence.end for start in sentence.starts)
    return one.level in DOUBTED and around >= AROUND and one.evidence.confidence + chance < TOGETHER
