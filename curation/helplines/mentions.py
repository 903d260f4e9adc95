"""Where a text names a helpline by its number, and whether an address is that of a help organisation."""

import re
from functools import cache
from typing import Literal, NamedTuple

from curation.helplines.table import Helpline, table

_SEPARATOR = r"[\s().\-\u2010-\u2015/]{0,3}"

_SHORT = 4
"""Numbers of up to so many digits are counts and years as well: they count only where a call is spoken of."""

_CALLING = re.compile(
    r"(?:\b(?:call\w*|dial\w*|text\w*|ring\w*|phon\w*|llam\w+|number|hotline|helpline|lifeline|line|emergency|or)\b"
    r"[^.!?\n]{0,25}|\()$",
    re.IGNORECASE,
)
_CALLED = re.compile(r"^\W{0,3}(?:suicide|crisis|life|help|hot|emergency|operator|dispatch)", re.IGNORECASE)

_DIALLING_CODES = {
    **{"GB": "44", "IE": "353", "AU": "61", "NZ": "64", "IN": "91", "DE": "49", "FR": "33", "NL": "31", "DK": "45"},
    **{"JP": "81", "NO": "47", "FI": "358", "PT": "351", "KE": "254", "NG": "234", "BD": "880", "LK": "94", "RO": "40"},
    **{"ES": "34", "ZA": "27", "SG": "65", "MY": "60", "HK": "852", "PH": "63", "KR": "82", "CN": "86", "MX": "52"},
}

_EUROPE = frozenset(
    [
        "AT",
        "BE",
        "BG",
        "CH",
        "CY",
        "CZ",
        "DE",
        "DK",
        "EE",
        "ES",
        "FI",
        "FR",
        "GB",
        "GR",
        "HR",
        "HU",
        "IE",
        "IS",
        "IT",
        "LT",
        "LU",
        "LV",
        "MT",
        "NL",
        "NO",
        "PL",
        "PT",
        "RO",
        "SE",
        "SI",
        "SK",
        "UA",
    ]
)
"""Where the numbers that Europe has in common are answered."""


class Mention(NamedTuple):
    """A helpline's number in a text: code points ``start`` to ``end`` (exclusive), and the id of its entry."""

    start: int
    end: int
    helpline: str


def mentions(text: str) -> list[Mention]:
    """Every helpline number in ``text``, in order, however it is separated, with or without its country code."""
    if not re.search(r"\d", text):
        return []
    owners = _owners()
    return [
        Mention(match.start(), match.end(), owners[_key(match.group())][0].id)
        for match in _pattern().finditer(text)
        if _counts(text, match)
    ]


class Misplaced(NamedTuple):
    """A number in an answer that should be looked at."""

    flag: Literal["outdated_number", "foreign_number"]
    mention: Mention


def misplaced_numbers(text: str, country: str | None = None) -> list[Misplaced]:
    """Numbers in ``text`` that a line has given up, and lines of other countries where none of the right one is named.

    Args:
        text: An answer.
        country: Where the seeker is (ISO 3166); no line counts as foreign where it is not known.
    """
    found = mentions(text)
    owners = {mention: _owners()[_key(text[mention.start : mention.end])] for mention in found}
    misplaced = [
        Misplaced("outdated_number", mention)
        for mention, entries in owners.items()
        if all(_key(text[mention.start : mention.end]) in _former(entry) for entry in entries)
    ]
    if country is None or any(_is_for(entry, country) for entries in owners.values() for entry in entries):
        return misplaced
    return [*misplaced, *(Misplaced("foreign_number", mention) for mention in found)]


def _is_for(entry: Helpline, country: str) -> bool:
    return entry.country in (country, "INT") or (entry.country == "EU" and country in _EUROPE)


def is_help_site(url: str) -> bool:
    """Whether ``url`` (with or without its scheme) is on the site of a help organisation."""
    labels = host_of(url).split(".")
    return any(".".join(labels[place:]) in _sites() for place in range(len(labels) - 1))


def is_help_address(email: str) -> bool:
    """Whether ``email`` is the public address of a help organisation."""
    return email.casefold() in {address for entry in table().entries for address in entry.emails}


def host_of(url: str) -> str:
    """The host of a URL in lower case, without user, port and ``www.``."""
    rest = re.sub(r"^[a-z][a-z0-9+.-]*://", "", url.casefold())
    host = re.split(r"[/?#]", rest, maxsplit=1)[0].rpartition("@")[2].partition(":")[0]
    return re.sub(r"^www\d{0,3}\.", "", host).rstrip(".")


def _counts(text: str, match: re.Match[str]) -> bool:
    if len(_key(match.group())) > _SHORT:
        return True
    before, after = text[max(0, match.start() - 60) : match.start()], text[match.end() : match.end() + 20]
    return bool(_CALLING.search(before) or _CALLED.search(after))


def _key(number: str) -> str:
    """The letters and digits of a number."""
    return re.sub(r"[^0-9A-Z]", "", number.upper())


@cache
def _owners() -> dict[str, list[Helpline]]:
    """The keys of all spellings -> the entries that have them; those that still give the number first."""
    found: dict[str, list[Helpline]] = {}
    for entry in table().entries:
        for number in entry.dialled:
            for key in _keys(entry, number):
                if entry not in found.setdefault(key, []):
                    found[key].append(entry)
    return {key: sorted(entries, key=lambda entry: key in _former(entry)) for key, entries in found.items()}


def _former(entry: Helpline) -> set[str]:
    """The keys of an entry's former numbers."""
    return {key for number in entry.former for key in _keys(entry, number)}


def _keys(entry: Helpline, number: str) -> list[str]:
    """The keys that a number may be written with: as it stands, and with or without its country code."""
    key = _key(number)
    if number.startswith("1-") and entry.country in ("US", "CA"):
        return [key, key[1:]]
    code = _DIALLING_CODES.get(entry.country)
    return [key, code + key.removeprefix("0")] if code and len(key) > _SHORT else [key]


@cache
def _sites() -> frozenset[str]:
    return frozenset(site for entry in table().entries for site in entry.sites)


@cache
def _pattern() -> re.Pattern[str]:
    keys = sorted(_owners(), key=lambda key: (-len(key), key))
    # A short number must not be the head or the tail of a longer one: 988-555-0100 is not 988. A long one may touch
    # the next sentence's first word where a space was lost.
    long = "|".join(
        _SEPARATOR.join(key) + (r"(?![A-Za-z])" if key[-1].isalpha() else r"(?!\d)") for key in keys if len(key) >= 7
    )
    short = "|".join(_SEPARATOR.join(key) for key in keys if len(key) < 7)
    # All begin with a digit, which spares the hundreds of spellings a look at every other place.
    return re.compile(
        rf"(?=\d)(?:(?<!\d)(?:{long})|(?<![\w.$£€])(?<!\d[-\u2010-\u2015/.,])(?:{short})(?!\w)(?![-\u2010-\u2015/.,]\d))",
        re.IGNORECASE,
    )
