"""The allow-list of the field: ``allow_list.yaml``, and when one of its entries stays.

A theorist stays, a namesake in the writer's life does not: a personal cue (``Dr. Beck, my GP``) outweighs the list. A
surname that many people share stays only where the text speaks of theory.
"""

import re
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from curation.helplines import table
from curation.pii.spans import Span

_NOUN = (
    r"(?:scales?|inventory|questionnaire|index|tests?|syndrome|diseases?|disorder|effect|phenomenon|chorea|palsy|criteria|"
    r"hierarchy|pyramid|triad|stages|model|dialogue|complex|therapy|psychology|psychologist|inkblot\w*|types?|indicator|theory|"
    r"horsemen|method|reflex|conditioning|conditions|technique|approach|experiment|assessment|checklist|schedule)"
)
_NAMES_A_NOUN = re.compile(rf"(?:['’]s?)?(?:[ -](?-i:[A-Z])[\w-]*| of| and| for){{0,5}}[ -]{_NOUN}\b", re.IGNORECASE)
_IS_A_NOUN = re.compile(rf".*\b{_NOUN}", re.IGNORECASE | re.DOTALL)
_THEORY = re.compile(
    r"\b(?:theor\w+|books?|research\w*|stud(?:y|ies)|wrote|writes|argue[sd]|developed|founded|according to|work of|works of|"
    r"model|therap(?:y|ies)|psycholog\w+|describe[sd]?|coined|author|podcast|ted talk|videos?|read|attachment|trauma|schema|scale)\b",
    re.IGNORECASE,
)
_KIN = (
    r"(?:husband|wife|partner|boyfriend|girlfriend|fianc\w+|ex|mother|mom|mum|father|dad|brother|sister|son|daughter|uncle|aunt|"
    r"cousin|nephew|niece|friend|roommate|flatmate|boss|manager|coworker|colleague|teacher|coach|therapist|counsell?or|psychiatrist|"
    r"psychologist|doctor|gp|physician|nurse|dentist|midwife|neighbou?r|supervisor|dog|cat|landlord|tutor|pastor|rabbi|surgeon)"
)
_PERSONAL_BEFORE = re.compile(
    rf"(?:\b(?:my|our|his|her|their) (?:\w+ ){{0,2}}{_KIN}(?:,| is| was| named| called|['’]s name is)?,? (?:dr\.?|mr\.?|mrs\.?|ms\.?)? ?"
    r"|\b(?:appointment|session|meeting|lunch|dinner|date|married|lives?|living|moved in|slept|fight) (?:with|to) (?:dr\.? )?"
    r"|\b(?:i|we) (?:see|saw|met|told|asked|called|texted|love|loved|hate|miss|married|dated|trust|hit|hugged) (?:dr\.? )?"
    r"|\b(?:called|named|name is|name['’]s|i['’]?m|this is) )$",
    re.IGNORECASE,
)
_PERSONAL_AFTER = re.compile(
    rf"(?:,? (?:who is |is |was )?(?:my|our|his|her) (?:\w+ ){{0,2}}{_KIN}\b"
    r"|,? (?:hit|texted|called me|told me|left me|came home|came over|cheated|and i\b|hugged|screamed|yelled|snores|drinks|drank))"
    rf"|[^.!?\n]{{0,60}}\b(?:(?:s?he|they) (?:is|are|was)|is) (?:my|our) (?:\w+ ){{0,2}}{_KIN}\b"
    rf"|[^.!?\n]{{0,40}}, my (?:\w+ ){{0,2}}{_KIN}\b",
    re.IGNORECASE,
)
_POSSESSIVE = re.compile(r"['’]s?$")
_TITLE_BEFORE = re.compile(r"\b(?:dr|mr|mrs|ms|miss|mx|prof|doctor|professor)\b\.? ?$", re.IGNORECASE)
_NAMES_BEHIND_A_TITLE = ("common", "public")
"""Kinds whose entries are a person's name where a title stands before them: ``Dr. West``, ``Ms. Pole``."""


def reason(text: str, span: Span) -> str | None:
    """Why ``span`` of ``text``, a name, stays, as ``allow:<kind>``; ``None`` if the list says nothing for it."""
    value = _POSSESSIVE.sub("", text[span.start : span.end].strip()).casefold().replace("\n", " ")
    value = re.sub(r"[.’`]", lambda m: "'" if m.group() == "’" else "", value)
    bare = value.removeprefix("the ")
    is_titled = bool(_TITLE_BEFORE.search(text, max(0, span.start - 12), span.start))
    for kind in ("drugs", "therapies", "scales", "organisations", "common", "public"):
        if (value in _entries(kind) or bare in _entries(kind)) and not (kind in _NAMES_BEHIND_A_TITLE and is_titled):
            return f"allow:{kind}"
    if span.label == "LOCATION" and _holds_a_scale(text, span):
        return "allow:scales"
    if _is_personal(text, span):
        return None
    if kind_of_phrase := _phrase_around(text, span):
        return f"allow:{kind_of_phrase}"
    last = re.split(r"[ -]", bare)[-1]
    if bare in _entries("theorists", "names") or bare in _entries("theorists", "alone"):
        return "allow:theorists"
    if _names_an_entry(text, span, place=span.label == "LOCATION" and bare not in _entries("eponyms")):
        return "allow:eponyms"
    if bare in _entries("eponyms") and bare not in _AMBIGUOUS:
        return "allow:eponyms"
    if bare in _entries("theorists", "in_context") and " " not in bare and _speaks_of_theory(text, span):
        return "allow:theorists"
    if (
        span.label == "ORG"
        and bare.split(" ")[0] in _entries("theorists", "alone")
        and last in ("institute", "society", "center")
    ):
        return "allow:theorists"
    return None


def _phrase_around(text: str, span: Span) -> str | None:
    """The kind of an entry of several words that ``span`` is a part of."""
    start = max(0, span.start - 50)
    for match in _phrases().finditer(text, start, min(len(text), span.end + 60)):
        if match.start() <= span.start and span.end <= match.end():
            entry = " ".join(match.group().casefold().split())
            return next((kind for kind in _KINDS if entry in _entries(kind)), None)
    return None


def _holds_a_scale(text: str, span: Span) -> bool:
    """Whether a scale stands in ``span``: with its figures (``PHQ-9 of 14``) it looks like an address."""
    return any(
        match.group().casefold() in _entries("scales") for match in _phrases().finditer(text, span.start, span.end)
    )


@cache
def _phrases() -> re.Pattern[str]:
    entries = {entry for kind in _KINDS for entry in _entries(kind) if " " in entry or "-" in entry}
    ordered = sorted(entries, key=lambda entry: (-len(entry), entry))
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, ordered))})\b", re.IGNORECASE)


_KINDS = ("theorists", "drugs", "therapies", "scales", "organisations", "common", "public")
_AMBIGUOUS = frozenset(
    [
        "graves",
        "down",
        "hamilton",
        "columbia",
        "edinburgh",
        "stockholm",
        "murphy",
        "rosenberg",
        "barr",
        "conners",
        "myers",
        "briggs",
        "addison",
        "cushing",
        "hawthorne",
        "kruger",
        "epstein",
        "lyme",
        "rett",
        "electra",
    ]
)


def is_country(text: str) -> bool:
    """Whether ``text`` names countries and nothing else: ``the US``, ``UK and Ireland``."""
    names = re.split(r",| and | or |/", re.sub(r"[.]", "", text.casefold()))
    return all(re.sub(r"^\s*(?:in |the )*", "", name).strip() in _entries("countries") for name in names)


def _names_an_entry(text: str, span: Span, place: bool) -> bool:
    """Whether the span, or it with the words behind it, names a scale, a syndrome or an idea.

    A place does only with a capital: ``Minnesota Multiphasic Personality Inventory``, but not ``the Ohio approach``.
    """
    value = text[span.start : span.end]
    if " " in value and _IS_A_NOUN.fullmatch(value):
        return True
    named = _NAMES_A_NOUN.match(text, span.end)
    return named is not None and not (place and named.group().split()[-1].islower())


def _is_personal(text: str, span: Span) -> bool:
    return bool(
        _PERSONAL_BEFORE.search(text[max(0, span.start - 60) : span.start])
        or _PERSONAL_AFTER.match(re.sub(r"^['’]s", "", text[span.end : span.end + 110]))
    )


def _speaks_of_theory(text: str, span: Span) -> bool:
    start = max((text.rfind(mark, 0, span.start) for mark in ".!?\n"), default=-1) + 1
    end = min((place for mark in ".!?\n" if (place := text.find(mark, span.end)) >= 0), default=len(text))
    return bool(_THEORY.search(text[start : span.start]) or _THEORY.search(text[span.end : end]))


@cache
def _entries(kind: str, part: str = "names") -> frozenset[str]:
    listed = _list()[kind][part]
    entries = {" ".join(entry.split()) for entry in listed.split("|")}
    if kind == "organisations":
        entries |= {entry.name.casefold() for entry in table().entries}
    return frozenset(entries - {""})


@cache
def _list() -> dict[str, Any]:
    found = yaml.safe_load(files("curation.pii").joinpath("allow_list.yaml").read_text(encoding="utf-8"))
    assert isinstance(found, dict)
    return found
