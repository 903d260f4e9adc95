"""The labelled counselling text of ``labelled/``, and how what was masked is judged.

``develop_*`` was looked at while rules were written; ``heldout_*`` only to report. A span counts as covered if at least nine
tenths of its letters and digits are masked, whatever the label. ``keep.txt`` marks what must stay by ``<...>``.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from curation.pii import Scrubbed, Span

FOLDER = Path(__file__).parent / "labelled"
UNSCORED = {"AGE"}
_MARK = re.compile(r"\[([^\[\]]+|[^()]*?\[[^\[\]]+\][^()]*?)\]\(([A-Z]+)\)|<([^<>]+)>")


class Labelled(NamedTuple):
    """One text with its spans of personal data and, in the must-keep list, what must stay (``KEEP``)."""

    text: str
    spans: list[tuple[int, int, str]]


def sentences(part: str) -> list[Labelled]:
    """The single sentences of ``part``: ``develop``, ``heldout``."""
    return [_read(line) for line in _lines(f"{part}_sentences.txt") if line]


def dialogues(part: str) -> list[list[Labelled]]:
    """The dialogues of ``part``, turn by turn."""
    blocks = "\n".join(_lines(f"{part}_dialogues.txt")).strip().split("\n\n")
    return [[_read(line) for line in block.split("\n")] for block in blocks]


def must_keep() -> list[Labelled]:
    """Sentences with ``KEEP`` spans."""
    return [_read(line) for line in _lines("keep.txt") if line]


def uncovered(labelled: Labelled, scrubbed: Scrubbed) -> Iterator[tuple[str, str]]:
    """(label, text) of each span that is not covered."""
    masked = places(scrubbed.spans)
    for start, end, label in labelled.spans:
        letters = [place for place in range(start, end) if labelled.text[place].isalnum()]
        if label not in UNSCORED | {"KEEP"} and len(masked.intersection(letters)) < 0.9 * len(letters):
            yield label, labelled.text[start:end]


def needless(labelled: Labelled, scrubbed: Scrubbed) -> list[str]:
    """The words that are masked and not personal."""
    masked = places(scrubbed.spans)
    wanted = {place for start, end, label in labelled.spans if label != "KEEP" for place in range(start, end)}
    words = re.finditer(r"\w+", labelled.text)
    return [word.group() for word in words if word.start() in masked and word.start() not in wanted]


def places(spans: list[Span]) -> set[int]:
    """Every code point of ``spans``."""
    return {place for span in spans for place in range(span.start, span.end)}


def _lines(name: str) -> list[str]:
    lines = (FOLDER / name).read_text(encoding="utf-8").splitlines()
    return [line.replace("\\n", "\n") for line in lines if not line.startswith("#")]


def _read(line: str) -> Labelled:
    text, spans, done = "", [], 0
    for match in _MARK.finditer(line):
        text += line[done : match.start()]
        value = match.group(1) or match.group(3)
        spans.append((len(text), len(text) + len(value), match.group(2) or "KEEP"))
        text += value
        done = match.end()
    return Labelled(text + line[done:], spans)
