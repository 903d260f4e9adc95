"""Surrogates of dates: all dates of an item move by one number of days, and are written as they were."""

import re
from datetime import date, timedelta

from curation.pii.surrogates.choice import Choice

MOST_DAYS = 180
_NAMES = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_WORD = re.compile(r"[A-Za-z]{3,}")
_NUMBERS = re.compile(r"\d+")
_LEAP_YEAR = 2000
"""Stands in for a year that is not written."""


def shifted(value: str, choice: Choice) -> str:
    """``value`` moved by the item's number of days; what cannot be read gets other digits.

    The number is the same for a whole item, so that what lay a week apart still does.
    """
    days = choice.number("days", "", 2 * MOST_DAYS) - MOST_DAYS
    days += days >= 0
    return _named(value, days) or _numeric(value, days) or choice.digits("date", value)


def _named(value: str, days: int) -> str | None:
    month = next((word for word in _WORD.finditer(value) if _month(word.group())), None)
    if month is None:
        return None
    numbers = [(match, int(match.group())) for match in _NUMBERS.finditer(value)]
    year = next(((match, number) for match, number in numbers if len(match.group()) == 4), None)
    day = next(((match, number) for match, number in numbers if len(match.group()) <= 2 and 1 <= number <= 31), None)
    moved = _moved(year[1] if year else _LEAP_YEAR, _month(month.group()), day[1] if day else 15, days)
    if moved is None:
        return None
    name = _NAMES[moved.month - 1].capitalize()
    short = len(month.group()) <= 4 and month.group().lower() not in _NAMES
    name = name[:3] if short else name
    name = name.lower() if month.group().islower() else name.upper() if month.group().isupper() else name
    parts = [(month.span(), name)]
    if year:
        parts.append((year[0].span(), str(moved.year)))
    if day:
        parts.append(
            (day[0].span(), f"{moved.day:0{len(day[0].group())}}" if day[0].group().startswith("0") else str(moved.day))
        )
    shown = _put(value, parts)
    return re.sub(r"(?<=\d)(?:st|nd|rd|th)\b", _ordinal(moved.day), shown) if day else shown


def _numeric(value: str, days: int) -> str | None:
    found = list(_NUMBERS.finditer(value))[:3]
    if len(found) < 3:
        return None
    numbers = [int(match.group()) for match in found]
    day_first = (2, 1, 0) if numbers[0] > 12 else (2, 0, 1)
    order = (0, 1, 2) if len(found[0].group()) == 4 else day_first
    year, month, day = (numbers[place] for place in order)
    short = len(found[order[0]].group()) == 2
    moved = _moved(year + (2000 if year < 50 else 1900) if short else year, month, day, days)
    if moved is None:
        return None
    new = {order[0]: moved.year % 100 if short else moved.year, order[1]: moved.month, order[2]: moved.day}
    widths = {
        place: 2 if found[place].group().startswith("0") or (place == order[0] and short) else 1 for place in range(3)
    }
    return _put(value, [(found[place].span(), f"{new[place]:0{widths[place]}}") for place in range(3)])


def _moved(year: int, month: int, day: int, days: int) -> date | None:
    try:
        return date(year, month, day) + timedelta(days)
    except (ValueError, OverflowError):
        return None


def _month(word: str) -> int:
    """The month of a name or its short form; 0 if it is none."""
    lower = word.lower()
    return next(
        (place for place, name in enumerate(_NAMES, start=1) if len(lower) >= 3 and name.startswith(lower[:4])), 0
    )


def _ordinal(day: int) -> str:
    return "th" if 11 <= day <= 13 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")


def _put(value: str, parts: list[tuple[tuple[int, int], str]]) -> str:
    for (start, end), new in sorted(parts, reverse=True):
        value = value[:start] + new + value[end:]
    return value
