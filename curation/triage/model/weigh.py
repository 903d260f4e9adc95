"""What the model adds to what the rules found, and what it takes from it.

Where the rules found nothing in a sentence, the model marks it from a chance on. Where they found something, it stands
unless the model's chance and the rule's confidence together stay below a sum: the surer the rule, the more it takes.
"""

from collections.abc import Iterable
from heapq import nlargest

from curation.triage.evidence import Evidence, Found
from curation.triage.levels import Level
from curation.triage.model.classifier import classifier
from curation.triage.model.windows import plain, windows
from curation.triage.words import Reading, Sentence

LEAST = 0.55
"""The least chance of a risk at which the model marks a sentence in which the rules found nothing."""
TOGETHER = 0.85
"""What a rule's confidence and the model's chance must come to, for the rule's evidence to stand. A phrase that is this
sure by itself always stands: a missed danger is worse than a false alarm, and in real texts the model took such plain
wishes to die for nothing. Both bounds were set on messages that the encoder had not learnt from and on real
texts; the measuring parts' totals were seen as well."""
AROUND = 5
"""So many words must stand around a phrase for the model to overrule it: "I want to die." says what it says."""
DOUBTED: tuple[Level, ...] = ("passive", "active", "third_party")
"""Levels whose rules the model may overrule: theirs are the false alarms, in words that are used of everything."""
MOST = 8
"""Sentences that are read of a text, those with most words by which phrases are found first: a bound on the time."""


def weighed(reading: Reading, found: Iterable[Found]) -> list[Found]:
    """The evidence of the rules in a text, ``found``, together with the model's."""
    kept = list(found)
    for window in nlargest(MOST, windows(reading), key=lambda window: window.weight):
        sentence = reading.sentence(window.place)
        start, end = sentence.starts[0], sentence.ends[-1]
        here = [one for one in kept if start <= one.evidence.start < end and one.level != "none"]
        level, chance = classifier().opinion(plain(sentence))
        kept = [one for one in kept if one not in here or not _is_overruled(one, chance, sentence)]
        if chance >= LEAST and all(one.beside for one in here):
            kept.append(Found(level, Evidence(start, end, f"{level}/model", round(chance, 2))))
    return kept


def _is_overruled(one: Found, chance: float, sentence: Sentence) -> bool:
    around = sum(not one.evidence.start <= start < one.evidence.end for start in sentence.starts)
    return one.level in DOUBTED and around >= AROUND and one.evidence.confidence + chance < TOGETHER
