"""Written dates and high ages: what Safe Harbor counts as personal of the calendar.

A date with its day, or a month with its year, goes; a year, a month or a weekday alone stays, as counselling is full of
them, but for the year of an event that registers and archives hold (a birth, a degree, a wedding, a founding). Ages stay up to 89 (45 CFR 164.514(b)(2)(i)(C)).
"""

import re

from curation.pii.glance import glance
from curation.pii.spans import Span, matched

_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)\b\.?"
)
_YEAR = r"(?:(?:19|20)\d\d|['’]\d\d)"
_DAY = r"(?:0?[1-9]|[12]\d|3[01])"
_ORDINAL = rf"{_DAY}(?:st|nd|rd|th)"
_TIME = r"(?:[ T,]{1,2}\d{1,2}:\d\d(?::\d\d)?(?: ?[ap]m)?)?"

_NUMERIC = re.compile(
    rf"(?<![\w/.-])(?:{_DAY}([/.-]){_DAY}\1(?:(?:18|19|20)\d\d|\d\d)|(?:18|19|20)\d\d([/.-]){_DAY}\2{_DAY}){_TIME}"
    r"(?![\w/-]|\.\d)",
    re.IGNORECASE,
)
_DAY_FIRST = re.compile(
    rf"\b(?:the )?(?:{_ORDINAL}(?: of)?|{_DAY}(?: of)?)[ -]{_MONTH},?(?:[ -]{_YEAR})?{_TIME}(?![\w])", re.IGNORECASE
)
_MONTH_FIRST = re.compile(
    rf"\b{_MONTH} (?:the )?(?:{_ORDINAL}(?:,? {_YEAR})?|{_DAY},? {_YEAR}|{_DAY}(?![\w:%]|[.,]\d))(?! (?:times|people|years|"
    rf"months|weeks|days|hours|minutes|of us|or)\b){_TIME}",
    re.IGNORECASE,
)
_MONTH_YEAR = re.compile(rf"\b{_MONTH},? (?:of )?(?:19|20)\d\d\b", re.IGNORECASE)
_ON_RECORD = re.compile(
    r"\b(?:born|graduat\w+|married|wed|divorced|died|founded|incorporated|enlisted|deployed|emigrated|immigrated|naturalized|"
    r"ordained|elected|convicted|imprisoned|publish\w+|renamed|became|knighted|inaugurated)\b[^.!?\n\d]{0,60}?"
    r" in (?:the (?:year|summer|spring|fall|autumn|winter) of )?((?:18|19|20)\d\d)\b(?![-–/:])",
    re.IGNORECASE,
)
_HAS_YEAR, _HIGH = re.compile(r"(?:18|19|20)\d\d"), re.compile(r"9\d|1[01]\d")
_VERB = re.compile(r"(?:may|march|mar|sept?|dec|jan)\b", re.IGNORECASE)
_HOLIDAY = re.compile(r"(?:the )?(?:4th of july|july 4th|11th of september|september 11(?:th)?)", re.IGNORECASE)
_CALENDAR = re.compile(rf"\d[/.-]\d|\b{_MONTH}", re.IGNORECASE)

_OLD = r"(?P<age>(?:9\d|1[01]\d))"
_AGE = re.compile(
    rf"\b(?:i['’]?m|i am|he['’]?s|she['’]?s|(?:he|she|who|mother|father|mom|mum|dad|gran\w*|grandm\w+|grandf\w+|grandpa|nan|"
    rf"aunt|uncle|husband|wife|patient|client) (?:is|was|just turned|turned|turns)|turned|turning|aged?:?|age of) {_OLD}\b"
    r"(?! ?(?:%|kg|lbs?|pounds?|percent|cm|mg|degrees|days|weeks|months|minutes|hours|miles|points|dollars|bpm|times|cents))"
    rf"|(?<![\w.$£€-]){_OLD.replace('age', 'old')}[ -]?(?:years?[ -]old|y\.?/?o\.?\b|yrs? old|year[- ]olds?)",
    re.IGNORECASE,
)


def find(text: str) -> list[Span]:
    """Dates and ages of 90 and more in ``text``; spans may overlap."""
    if not glance(text).digit:
        return []
    found = _dates(text) if _CALENDAR.search(text) else []
    if _HAS_YEAR.search(text):
        found += matched(_ON_RECORD, text, "DATE", "rule:date-on-record", 0.7)
    for match in _AGE.finditer(text) if _HIGH.search(text) else ():
        group = "age" if match.group("age") else "old"
        found.append(Span(match.start(group), match.end(group), "AGE", "rule:age-over-89", 0.8))
    return found


def find_in_figures(text: str) -> list[Span]:
    """Dates written in figures alone, as they are in many languages."""
    return [Span(*match.span(), "DATE", "rule:date-numeric", 0.8) for match in _NUMERIC.finditer(text)]


def _dates(text: str) -> list[Span]:
    found = []
    for name, pattern in (("day-first", _DAY_FIRST), ("month-first", _MONTH_FIRST), ("month-year", _MONTH_YEAR)):
        for match in pattern.finditer(text):
            words = match.group()
            if _HOLIDAY.fullmatch(words.strip()):
                continue
            if (
                name == "month-first"
                and _VERB.match(words)
                and words[:1].islower()
                and not re.search(r"(?:th|st|nd|rd)\b|\d{4}", words)
            ):
                continue
            found.append(Span(*match.span(), "DATE", f"rule:date-{name}", 0.8))
    return found + find_in_figures(text)
