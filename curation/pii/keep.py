"""What stays although it looks personal: help organisations, what the configuration keeps, and figures.

A crisis line must survive in the answer that gives it; a therapist's own number beside it must not.
"""

import re
from collections.abc import Iterable

from curation.helplines import Mention, host_of, is_help_address, is_help_site
from curation.pii import allow, cues
from curation.pii.spans import NAMES, Span, covers, merge, merged, touches, without
from curation.pii.words import announces, is_common, is_word

_LONG = 7
"""A helpline's number of at least so many digits is cut out of a longer span that swallowed it."""

_BESIDE = 120
"""Characters between a helpline and the country that it is for."""

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
    found = list(found)
    personal = [span for span in found if span.source.startswith("cue:") and span.source not in cues.PUBLIC_ALLOWED]
    numbers = merge(span for span in found if span.label not in NAMES)
    taken = sorted({*named, *((span.start, span.end) for span in numbers)})
    found = [part for span in found for part in _names_alone(text, span, taken)]
    for span in found:
        if span.source.startswith("doubt:"):
            continue
        if span.label != "EMAIL" and span.label != "URL" and covers(text, span, named):
            continue
        if span.label == "LOCATION" and allow.is_country(text[span.start : span.end]) and _is_near(text, span, named):
            stays.append(span._replace(source="help-country"))
        elif reason := _reason_to_stay(text, span, keep) or _allowed(text, span, personal):
            stays.append(span._replace(source=reason))
        elif span.label in ("PHONE", "ID", "SSN"):
            parts = without(span, long)
            goes.extend(part for part in parts if part == span or len(key(text[part.start : part.end])) > 4)
        else:
            goes.append(span)
    return goes, stays


def _is_near(text: str, span: Span, helplines: list[tuple[int, int]]) -> bool:
    """Whether a helpline stands in the same paragraph, no further than a long sentence away."""
    return any(
        max(start - span.end, span.start - end) <= _BESIDE
        and "\n" not in text[min(start, span.start) : max(end, span.end)]
        for start, end in helplines
    )


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


def _names_alone(text: str, span: Span, taken: list[tuple[int, int]]) -> list[Span]:
    """A name model's span without the numbers and addresses that others found in it; other spans as they are."""
    if not span.source.startswith("ner:"):
        return [span]
    span = _bare(text, span)
    if not any(start < span.end and span.start < end for start, end in taken):
        return [span]
    parts = [_bare(text, part) for part in without(span, merged(taken))]
    return [part for part in parts if _is_a_name(text[part.start : part.end])]


def _bare(text: str, span: Span) -> Span:
    """A span without the function words at its end: ``Childline is``."""
    while (
        " " in (value := text[span.start : span.end].rstrip())
        and (last := value.split()[-1]).islower()
        and is_word(last)
    ):
        span = span._replace(end=span.start + len(value[: value.rindex(last)].rstrip()))
    return span


def _is_a_name(piece: str) -> bool:
    """Whether what is left of a name beside a number is one, and not the word that announces the number."""
    words = re.findall(r"[^\W\d_]+", piece)
    return any(not is_word(word) and not is_common(word) and not announces(word) for word in words)


def _allowed(text: str, span: Span, personal: list[Span]) -> str | None:
    """Why the allow-list of the field keeps a name; nothing does where a personal cue found the same."""
    if span.label not in NAMES or touches(span, personal):
        return None
    return allow.reason(text, span)


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
