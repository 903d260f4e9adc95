"""What stays although it looks personal: help organisations, what the configuration keeps, and figures.

A crisis line must survive in the answer that gives it; a therapist's own number beside it must not.
"""

import re
from collections.abc import Iterable

from curation.helplines import Mention, host_of, is_help_address, is_help_site
from curation.pii.spans import Span, covers, without

_LONG = 7
"""A helpline's number of at least so many digits is cut out of a longer span that swallowed it."""

_MEASURED = re.compile(
    r"(?:[$£€#]|\b(?:score[sd]?|scoring|isbn|issn|doi|pmid|page|pp|vol|chapter|icd|dsm|version|room)\b[\s:.of-]{0,6})$",
    re.IGNORECASE,
)
_YEARS = re.compile(r"(?:19|20)\d\d\s?[-–/ ]\s?(?:19|20)\d\d(?:\s?[-–/ ]\s?(?:19|20)\d\d)*")
_DECIMAL = re.compile(r"\d*\.\d+")


def key(text: str) -> str:
    """The letters and digits of ``text`` in lower case: two spellings of one number or address have the same."""
    return "".join(character for character in text.casefold() if character.isalnum())


def decide(
    text: str, found: Iterable[Span], helplines: list[Mention], keep: frozenset[str]
) -> tuple[list[Span], list[Span]]:
    """Divides what was found into what goes and what stays, the latter with the reason as its source.

    Args:
        text: The text that was looked at.
        found: Spans, which may overlap. One that stays shields nothing but itself: a longer span over it goes.
        helplines: The helplines that ``text`` names by number; they stay and are counted, found or not.
        keep: Keys (:func:`key`) of the texts that the configuration keeps.
    """
    named = [(mention.start, mention.end) for mention in helplines]
    long = [(start, end) for start, end in named if len(key(text[start:end])) >= _LONG]
    goes: list[Span] = []
    stays = [Span(start, end, "PHONE", f"helpline:{helpline}", 1.0) for start, end, helpline in helplines]
    for span in found:
        if span.label != "EMAIL" and span.label != "URL" and covers(text, span, named):
            continue
        if reason := _reason_to_stay(text, span, keep):
            stays.append(span._replace(source=reason))
        elif span.label in ("PHONE", "ID", "SSN"):
            parts = without(span, long)
            goes.extend(part for part in parts if part == span or len(key(text[part.start : part.end])) > 4)
        else:
            goes.append(span)
    return goes, stays


def _reason_to_stay(text: str, span: Span, keep: frozenset[str]) -> str | None:
    value = text[span.start : span.end]
    if keep and _keys(span.label, value) & keep:
        return "config"
    if span.label == "URL" and is_help_site(value):
        return "help-site"
    if span.label == "EMAIL" and is_help_address(value):
        return "help-address"
    if (
        span.label in ("PHONE", "SSN", "ID", "IP")
        and not span.source.startswith("cue:")
        and _is_figure(text, span, value)
    ):
        return "figure"
    return None


def _keys(label: str, value: str) -> set[str]:
    keys = {key(value)}
    if label == "URL":
        keys.add(key(host_of(value)))
    if label == "PHONE":
        keys.add(key(value).removeprefix("1"))
    return keys


def _is_figure(text: str, span: Span, value: str) -> bool:
    """Whether digits that have the form of a number are a sum, a score, a decimal, a range of years or an ISBN.

    An IPv6 address of fewer than three groups (``5::``) is a typing error or a face.
    """
    if span.label == "IP" and ":" in value and len([group for group in value.split(":") if group]) < 3:
        return True
    before = text[max(0, span.start - 20) : span.start]
    return bool(_MEASURED.search(before) or _YEARS.fullmatch(value) or _DECIMAL.fullmatch(value))
