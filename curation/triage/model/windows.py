"""The sentences of a text that the model reads, in the plain words that the rules read.

Plain words, so that look-alike letters, leet and slips make no more difference than to the rules. One sentence
at a time: beside harmless neighbours the model overlooks what it recognises alone.
"""

from collections.abc import Iterator
from typing import NamedTuple

from curation.triage.words import Reading, Sentence, weigh


class Window(NamedTuple):
    """The place of a sentence in its reading, and how many words it holds by which phrases are found."""

    place: int
    weight: int


def windows(reading: Reading) -> Iterator[Window]:
    """The sentences that hold a word by which a phrase may be found; the others say nothing."""
    for place, (begin, end) in enumerate(reading.bounds):
        if weight := weigh(reading.folded.text, begin, end):
            yield Window(place, weight)


def plain(sentence: Sentence) -> str:
    """A sentence in plain words, a full stop or a question mark behind."""
    return f"{sentence.text}{'?' if sentence.question else '.'}"
