"""The runs of sentences of a text that the model reads, in the plain words that the rules read.

Plain words, so that look-alike letters, leet and slips make no more difference than to the rules. Runs, because what a
sentence means is often said by those beside it, and a sentence by itself looks like danger far more often.
"""

from collections.abc import Iterator
from typing import NamedTuple

from curation.triage.words import Reading, Sentence, weigh

LONGEST_RUN = 400
"""Characters of a run; a longer sentence is one by itself."""


class Window(NamedTuple):
    """The sentences ``first`` to ``last`` of a reading, and how many words they hold by which phrases are found."""

    first: int
    last: int
    weight: int


def windows(reading: Reading) -> Iterator[Window]:
    """The text's sentences in runs, of which each holds a word by which a phrase may be found; others say nothing."""
    for first, last in _runs(reading.bounds):
        if weight := sum(weigh(reading.folded.text, begin, end) for begin, end in reading.bounds[first : last + 1]):
            yield Window(first, last, weight)


def _runs(bounds: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    first = 0
    for place, (_, end) in enumerate(bounds):
        if place > first and end - bounds[first][0] > LONGEST_RUN:
            yield first, place - 1
            first = place
    if bounds:
        yield first, len(bounds) - 1


def plain(*sentences: Sentence) -> str:
    """Sentences in plain words, a full stop or a question mark behind each."""
    return " ".join(f"{sentence.text}{'?' if sentence.question else '.'}" for sentence in sentences)
