"""What the name model left of a name that it found: the rest of an address, the letters behind a name, the partners of a firm."""

import re
from collections.abc import Sequence

from curation.pii.ner.features import FAMILY, LONGEST_PLACE, gazetteer, lookup, plain
from curation.pii.places import NUMBERED
from curation.pii.spans import Span
from curation.pii.words import is_word

_STREET_WORD = r"(?:ul|al|os|pl|av|avda|str|via|rua|rue|calle|c/)"
_BEFORE = re.compile(
    rf"(?<![\w.-])((?:\d{{1,5}}[a-zA-Z]?,? )?{_STREET_WORD}\.? ?|\d{{1,5}}[a-zA-Z]?,? )$", re.IGNORECASE
)
_UNIT = r"(?:(?:apt|apartment|suite|ste|unit|flat)\b\.? ?#?\d{1,5}[a-zA-Z]?)"
_STATE = r"(?:(?-i:[A-Z]{1,3})|nan)\b"
_CODE = r"(?:[A-Z]{1,2}-?)?\d{4,6}(?:-\d{3,4})?(?!\d|-\d)|\d{2,3}[- ]\d{2,3}(?![ -]?\d)"
_BEHIND = re.compile(
    rf"(?:[ .]{{1,2}}\d{{1,4}}\.?(?![\w:]))?(?:[\s,]{{1,4}}{_UNIT})?"
    rf"(?:[\s,]{{1,6}}(?:{_STATE}|\d{{1,2}}\b(?=[\s,]{{1,6}}\d{{5}}\b)))?(?:[\s,]{{1,6}}(?:{_CODE}))?",
    re.IGNORECASE,
)
_PLACE = r"[^\W\d_a-z][^\W\d_]*(?:[ -][^\W\d_]+){0,2}"
_BETWEEN = re.compile(
    rf"[\s,.#-]{{0,6}}(?:(?:[A-Z]{{2,3}}|nan|\d{{1,6}}|(?i:{_UNIT}))[\s,.#-]{{1,6}}){{0,2}}"
    rf"|[,.]?\s*\n\s*{_PLACE}\s*[\n,]\s*| and "
)
_CREDENTIALS = re.compile(
    r" (?:(?:M\.?D|D\.?D\.?S|D\.?V\.?M|Ph\.?D|Psy\.?D|R\.?N|LCSW|LMFT|LMHC|LPC|MSW|Esq|Jr|Sr|II|III)\b\.?)(?:,? (?:MD|PhD|RN|LCSW|LPC))?"
)
_FIRST_PART = re.compile(r"(?<![\w.'’-])(?:(?:DJ|MC|[Ll]il['’]?) |[B-HJ-Z]\. ?)$")
_LETTER_BEHIND = re.compile(r" [B-HJ-Z](?:\.(?! ?[A-Z])|(?![\w.&-]|['’]\w))")
"""The letter for which a family name stands: ``Billy O``. One that looks like a pronoun or an article is none."""
_EPITHET = re.compile(r" the ([A-Z][a-z]{2,})(?! [A-Z])")

_WORD = re.compile(r"(?<![^\W_])[^\W_]+")
_PARTNERS = re.compile(r", |,? (?:and|&) ")


def completed(text: str, spans: Sequence[Span]) -> list[Span]:
    """The spans of the name model, in order, each with what belongs to it."""
    found: list[Span] = []
    for span in spans:
        if span.source.startswith("doubt:"):
            found.append(span)
        elif span.label == "PERSON":
            _add_person(text, _whole_person(text, span), found)
        elif span.label == "ORG":
            _add_partner(text, span, found)
        else:
            _add_place(text, _whole_place(text, span), found)
    return found


def _whole_person(text: str, span: Span) -> Span:
    """A person with what is a part of the name: ``DJ``, initials, letters of a profession, ``the Great``."""
    before = _FIRST_PART.search(text, max(0, span.start - 6), span.start)
    start = before.start() if before else span.start
    behind = _CREDENTIALS.match(text, span.end)
    if behind is None and text[span.start : span.end].istitle() and not text.isupper():
        behind = _LETTER_BEHIND.match(text, span.end) or _EPITHET.match(text, span.end)
        behind = None if behind and behind.lastindex and is_word(behind.group(1)) else behind
    return span._replace(start=start, end=behind.end() if behind else span.end)


def _add_person(text: str, span: Span, found: list[Span]) -> None:
    """Adds a person, or makes two of them one: ``roger the roo``."""
    last = found[-1] if found else None
    if (
        last
        and last.label == "PERSON"
        and not last.source.startswith("doubt:")
        and text[last.end : span.start] == " the "
    ):
        found[-1] = last._replace(end=span.end, score=max(last.score, span.score))
    else:
        found.append(span)


def _whole_place(text: str, span: Span) -> Span:
    """A place with the other words of its name, where the gazetteer knows one of several words: ``United States``."""
    reach = LONGEST_PLACE * 12
    near = list(_WORD.finditer(text, max(0, span.start - reach), span.end + reach))
    forms = [plain(match.group()) for match in near]
    for place, form in enumerate(forms):
        for rest in gazetteer()[1].get(form, ()):
            last = place + len(rest)
            if last < len(near) and tuple(forms[place + 1 : last + 1]) == rest:
                start, end = near[place].start(), near[last].end()
                if start < span.end and span.start < end:
                    return span._replace(start=min(span.start, start), end=max(span.end, end))
    return span


def _add_place(text: str, span: Span, found: list[Span]) -> None:
    """Adds a place, or makes it a part of the address that the last one began."""
    start, end = span.start, span.end
    before = _BEFORE.search(text, max(0, start - 14), start)
    if before and (NUMBERED.search(text[start:end]) or not before.group(1).strip(" ,").isdigit()):
        start = before.start(1)
    last = next(
        (place for place in range(len(found) - 1, -1, -1) if not found[place].source.startswith("doubt:")), None
    )
    if last is not None and _is_one_address(text, found[last], start, end):
        joined = found[last]._replace(end=max(end, found[last].end), score=max(found[last].score, span.score))
        del found[last:]
        found.append(_with_code(text, joined))
    else:
        found.append(_with_code(text, span._replace(start=start)))


def _with_code(text: str, span: Span) -> Span:
    """An address with the house number, flat, state and post code behind it."""
    behind = _BEHIND.match(text, span.end) if NUMBERED.search(text[span.start : span.end]) else None
    return span._replace(end=max(span.end, behind.end())) if behind else span


def _is_one_address(text: str, last: Span, start: int, end: int) -> bool:
    """Whether the place from ``start`` to ``end`` goes on with the address that ``last`` began."""
    if last.label != "LOCATION" or last.end > end:
        return False
    if last.end >= start:
        return True
    between = text[last.end : start]
    if between == " and ":
        return not re.search(r"\d", text[last.start : last.end]) and bool(re.search(r"\d", text[start:end]))
    return bool(_BETWEEN.fullmatch(between)) and bool(NUMBERED.search(text[last.start : end]))


def _add_partner(text: str, span: Span, found: list[Span]) -> None:
    """Adds an organisation; family names in a row (``Owens, Duran and Oneal``) are one firm."""
    last = found[-1] if found else None
    if (
        last
        and last.label == "ORG"
        and _PARTNERS.fullmatch(text, last.end, span.start)
        and _is_family(text[last.start : last.end].split(" ")[-1])
        and _is_family(text[span.start : span.end].split(" ")[0])
    ):
        found[-1] = last._replace(end=span.end, score=max(last.score, span.score))
    else:
        found.append(span)


def _is_family(name: str) -> bool:
    return bool(lookup([plain(name)])[0] & FAMILY)
