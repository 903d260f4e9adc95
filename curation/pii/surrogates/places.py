"""Surrogates of places and organisations: another of the same kind."""

import re
from functools import cache
from importlib.resources import files

from curation.pii.ner.features import plain
from curation.pii.surrogates.choice import Choice
from curation.pii.surrogates.names import in_case

_KINDS = re.compile(
    r"(?i:\b(?:street|st|road|rd|avenue|ave|lane|ln|drive|dr|boulevard|blvd|court|ct|place|terrace|crescent|circle|parkway|square|"
    r"highway|close|row|grove|gardens|way|apt|apartment|unit|suite|flat|room|north|south|east|west|n|s|e|w|rue|de|la|le|du|via|calle|"
    r"high|middle|elementary|primary|secondary|grammar|school|academy|college|university|institute|of|the|and|for|technology|state|"
    r"hospital|general|medical|cent(?:er|re)|clinic|infirmary|hospice|church|baptist|mosque|temple|synagogue|rehab|ltd|llc|inc|"
    r"corp|group|logistics|industries|airlines|airways|motors|technologies|behavioral|health|counseling|unit)\b)"
)
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_NUMBERED = re.compile(r"\S*\d\S*")


def location(value: str, choice: Choice) -> str:
    """A surrogate of a place: a country for a country, a state for a state, else a town; of an address, part by part."""
    form = plain(value)
    for kind in ("countries", "states"):
        if form in {plain(name) for name in _lists()[kind]}:
            return in_case(value, choice.one(kind, form, _lists()[kind], value))
    if any(map(str.isdigit, value)) or _KINDS.search(value):
        return _parts(value, choice, "streets")
    first = value.split(",", maxsplit=1)
    town = in_case(first[0], choice.one("towns", plain(first[0]), _lists()["towns"], first[0]))
    return (
        f"{town},{location(' ' + first[1].strip(), choice)}"
        if len(first) > 1 and first[1].strip()
        else _kept_ends(value, town)
    )


def organisation(value: str, choice: Choice) -> str:
    """A surrogate of a school, clinic or employer: the words that say what it is stay."""
    if _KINDS.search(value):
        return _parts(value, choice, "streets")
    return in_case(value, choice.one("companies", plain(value), _lists()["companies"], value))


def _parts(value: str, choice: Choice, pool: str) -> str:
    """``value`` with other digits, and one other name for each run of words that are no kind of place."""
    shown = _NUMBERED.sub(lambda match: choice.digits("number", match.group()), value)
    pieces, last = [], 0
    for run in _runs(shown):
        name = choice.one(pool, plain(shown[run[0] : run[1]]), _lists()[pool], shown[run[0] : run[1]])
        pieces += [shown[last : run[0]], in_case(shown[run[0] : run[1]], name)]
        last = run[1]
    return "".join([*pieces, shown[last:]])


def _runs(value: str) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for word in _WORD.finditer(value):
        touches_digit = (
            value[max(0, word.start() - 1) : word.start()].isdigit() or value[word.end() : word.end() + 1].isdigit()
        )
        if _KINDS.fullmatch(word.group()) or touches_digit or (word.group().isupper() and len(word.group()) == 2):
            continue
        if found and value[found[-1][1] : word.start()] in (" ", "-"):
            found[-1] = (found[-1][0], word.end())
        else:
            found.append(word.span())
    return found


def _kept_ends(value: str, new: str) -> str:
    return value[: len(value) - len(value.lstrip())] + new + value[len(value.rstrip()) :]


@cache
def _lists() -> dict[str, tuple[str, ...]]:
    """``places.txt``: a line a list, its name before the colon."""
    lines = files("curation.pii.surrogates").joinpath("places.txt").read_text(encoding="utf-8").splitlines()
    pairs = (line.split(": ", maxsplit=1) for line in lines if line and not line.startswith("#"))
    return {name: tuple(part.strip() for part in values.split("|")) for name, values in pairs}
