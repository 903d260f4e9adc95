"""A piece of personal data in a text, and how pieces that overlap become one."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

LABELS = (
    "PERSON",
    "LOCATION",
    "ORG",
    "DATE",
    "AGE",
    "PHONE",
    "EMAIL",
    "URL",
    "IP",
    "SSN",
    "ID",
    "USERNAME",
)
"""All labels, whether or not this version finds them; between two equal spans the earlier label wins."""

NAMES = ("PERSON", "LOCATION", "ORG")
"""The labels of names, which the allow-list of the field may keep."""


class Span(NamedTuple):
    """Code points ``start`` to ``end`` (exclusive) of a text.

    ``source`` says who found it (``presidio:EmailRecognizer``, ``cue:own-name``) or, for what was kept, why it stays
    (``helpline:us-988``, ``config``). ``score`` is the finder's own, 0 to 1, and is no probability.
    """

    start: int
    end: int
    label: str
    source: str
    score: float


def matched(pattern: re.Pattern[str], text: str, label: str, source: str, score: float) -> Iterator[Span]:
    """Yields a span for each match: its last group, where the pattern has groups, else all of it."""
    for match in pattern.finditer(text):
        yield Span(*match.span(match.lastindex or 0), label, source, score)


def merge(spans: Iterable[Span]) -> list[Span]:
    """Spans in order, without overlaps: what overlaps becomes one span with the label of its longest part.

    The union is masked, since half a number left standing is still half a number.
    """
    merged: list[Span] = []
    strongest: list[Span] = []
    for span in sorted(spans, key=lambda span: (span.start, -span.end, LABELS.index(span.label), span.source)):
        if not merged or span.start >= merged[-1].end:
            merged.append(span)
            strongest.append(span)
            continue
        if _rank(span) > _rank(strongest[-1]):
            strongest[-1] = span
        best = strongest[-1]
        start, end = merged[-1].start, max(merged[-1].end, span.end)
        merged[-1] = Span(start, end, best.label, best.source, best.score)
    return merged


def _rank(span: Span) -> tuple[int, float, int]:
    return (span.end - span.start, span.score, -LABELS.index(span.label))


def without(span: Span, holes: Sequence[tuple[int, int]]) -> list[Span]:
    """The parts of ``span`` that lie outside ``holes`` (in order, without overlaps)."""
    parts, start = [], span.start
    for hole_start, hole_end in holes:
        if hole_end <= start or hole_start >= span.end:
            continue
        if hole_start > start:
            parts.append(span._replace(start=start, end=hole_start))
        start = max(start, hole_end)
    if start < span.end:
        parts.append(span._replace(start=start))
    return parts


def merged(regions: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Regions in order, those that overlap made one."""
    found: list[tuple[int, int]] = []
    for start, end in sorted(regions):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


def covers(text: str, span: Span, regions: Sequence[tuple[int, int]]) -> bool:
    """Whether every letter and digit of ``span`` lies in one of ``regions``."""
    return all(
        any(start <= place < end for start, end in regions)
        for place in range(span.start, span.end)
        if text[place].isalnum()
    )


def touches(span: Span, others: Iterable[Span]) -> bool:
    """Whether ``span`` has a code point in common with one of ``others``."""
    return any(other.start < span.end and span.start < other.end for other in others)


def trimmed(text: str, span: Span) -> Span | None:
    """``span`` without the spaces at its ends, and with the combining marks that belong to its last character.

    ``None`` if no letter or digit is left.
    """
    start, end = span.start, span.end
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if not any(character.isalnum() for character in text[start:end]):
        return None
    while end < len(text) and unicodedata.category(text[end]).startswith("M"):
        end += 1
    return span._replace(start=start, end=end)
