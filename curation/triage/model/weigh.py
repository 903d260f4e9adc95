"""What the model adds to what the rules found, and what it takes from it.

In a text by itself the rules' evidence and the model's opinion of a run of sentences are put together into one chance
for each level (:mod:`curation.triage.model.together`). Where that of any danger is too small, the evidence in the run
is taken back; where it is large, the run is of the likeliest level (of two about as likely the more urgent), by the
evidence of the rules or, without any, by a mark of the model. Plain words (``plain`` in ``phrases/cues.yaml``) always
stand. In a turn of a dialogue all evidence of the rules stands, and the model marks, from a higher chance on, runs in
which they found nothing.
"""

from collections.abc import Iterable
from heapq import nlargest
from typing import NamedTuple

from curation.triage.cues import cue
from curation.triage.evidence import Evidence, Found
from curation.triage.levels import LEVELS, Level
from curation.triage.model.classifier import Opinion, classifier
from curation.triage.model.together import Chances
from curation.triage.model.windows import plain, windows
from curation.triage.words import Reading, Sentence

LEAST = 0.25
"""The least chance of danger, by rules and model together, at which a run of sentences is marked."""
ABOUT_AS_LIKELY = 0.8
"""So much of the likeliest level's chance is about as likely: of levels that are, the most urgent counts."""
LEAST_IN_LONG = 0.05
"""The least chance of danger at which evidence of the rules stands in a text longer than the model learnt from."""
LEAST_ADDED_IN_LONG = 0.9
"""The least chance of danger at which such a text is marked without any evidence of the rules."""
LONG = 280
"""Characters of such a text."""
LEAST_OF_LEVEL = 0.15
"""The least chance of its own level at which evidence of the rules stands in a run that is marked."""
LEAST_IN_TURN = 0.985
"""The least chance by the model alone in a turn of a dialogue: there are many, and one mark is a mark on the whole."""
MOST = 5
"""Runs that are read of a text, those with most words by which phrases are found first: a bound on the time."""
_SUICIDE: tuple[Level, ...] = ("passive", "active")


class _Read(NamedTuple):
    """A run of sentences that the model has read, with what the rules found in it."""

    sentences: list[Sentence]
    here: list[Found]
    opinion: Opinion
    is_long: bool

    def mark(self, level: Level, chance: float) -> Found:
        """Evidence of the model: the whole run."""
        start, end = self.sentences[0].starts[0], self.sentences[-1].ends[-1]
        return Found(level, Evidence(start, end, f"{level}/model", round(chance, 2)))

    def settled(self) -> list[Found]:
        """The evidence in the run by rules and model together."""
        surest: dict[Level, float] = {}
        for one in self.here:
            surest[one.level] = max(surest.get(one.level, 0), one.evidence.confidence)
        chances = classifier().together.chances(self.opinion.logs, surest)
        danger = float(1 - chances[0])
        kept = [one for one in self.here if self._is_plain(one) or self._stands(one.level, danger, chances)]
        likely = chances[1:] >= ABOUT_AS_LIKELY * chances[1:].max()
        level = max((level for level, is_so in zip(LEVELS[1:], likely, strict=True) if is_so), key=LEVELS.index)
        least = LEAST_ADDED_IN_LONG if self.is_long and not self.here else LEAST
        if danger >= least and not any(_kin(one.level, level) for one in kept):
            kept.append(self.mark(level, danger))
        return kept

    def _is_plain(self, found: Found) -> bool:
        """Whether evidence lies over words that say what they say: a wish to die, or to kill oneself."""
        start, end = found.evidence[:2]
        spans = [
            sentence.span(*match.span())
            for sentence in self.sentences
            for match in cue("plain").finditer(sentence.text)
        ]
        return found.level in _SUICIDE and any(start < right and left < end for left, right in spans)

    def _stands(self, level: Level, danger: float, chances: Chances) -> bool:
        if self.is_long:
            return danger >= LEAST_IN_LONG
        likely = sum(float(chances[LEVELS.index(one)]) for one in LEVELS[1:] if _kin(one, level))
        return danger >= LEAST and likely >= LEAST_OF_LEVEL


def weighed(reading: Reading, found: Iterable[Found]) -> list[Found]:
    """The evidence of the rules in a text by itself, ``found``, together with the model's."""
    kept = list(found)
    for read in _read(reading, kept):
        kept = [one for one in kept if one not in read.here] + read.settled()
    return kept


def marked(reading: Reading, found: Iterable[Found], least: float = LEAST_IN_TURN) -> list[Found]:
    """The model's own evidence in a turn of a dialogue; ``found`` is that of the rules, and stands."""
    return [
        read.mark(read.opinion.level, read.opinion.chance)
        for read in _read(reading, list(found))
        if read.opinion.chance >= least and not read.here
    ]


def _kin(level: Level, other: Level) -> bool:
    return level == other or (level in _SUICIDE and other in _SUICIDE)


def _read(reading: Reading, found: list[Found]) -> list[_Read]:
    """The runs that the model reads, with the evidence of a level in each that counts in this text."""
    levels = {one.level for one in found if not one.beside}
    counts = [one for one in found if one.level != "none" and (not one.beside or levels & set(one.beside))]
    reads = []
    for window in nlargest(MOST, windows(reading), key=lambda window: window.weight):
        sentences = [reading.sentence(place) for place in range(window.first, window.last + 1)]
        sentences = [one for one in sentences if one.starts]
        start, end = sentences[0].starts[0], sentences[-1].ends[-1]
        here = [one for one in counts if start <= one.evidence.start < end]
        is_long = len(reading.folded.text) > LONG
        reads.append(_Read(sentences, here, classifier().opinion(plain(*sentences)), is_long))
    return reads
