"""Surrogates of people: another name of the same gender and naming tradition, word for word."""

from functools import cache
from importlib.resources import files
from typing import NamedTuple

from curation.pii.ner.features import plain
from curation.pii.surrogates.choice import Choice


class _Known(NamedTuple):
    """What is known of a name: its kinds (``f``, ``m``, ``l``) and the tradition of its first one."""

    kinds: str
    group: str


def person(value: str, choice: Choice) -> str:
    """A surrogate of the name ``value``, in its case; the same word gets the same surrogate in all of an item.

    The last of several words is a family name, the others are given names; initials stay initials.
    """
    words = value.split(" ")
    group = next((known.group for word in words if (known := _lookup(word))), "english")
    replaced = []
    for place, word in enumerate(words):
        is_family = place == len(words) - 1 and len(words) > 1
        replaced.append(_word(word, is_family, group, choice))
    return " ".join(replaced)


def _word(word: str, is_family: bool, group: str, choice: Choice) -> str:
    core = word.strip(".,\n")
    if not any(map(str.isalpha, core)):
        return word
    letters = plain(core)
    if len(letters) == 1:
        return word.replace(core, choice.one("initial", letters, tuple("ABCDEFGHJKLMNPRSTVW"), core))
    kind = _kind(core, is_family, choice)
    pool = _pool(kind, group)
    return word.replace(core, in_case(core, choice.one("name", letters, pool, core)))


def _kind(word: str, is_family: bool, choice: Choice) -> str:
    """``f``, ``m`` or ``l``; a given name of both genders or none is of one that the key chooses."""
    known = _lookup(word)
    if is_family or (known and known.kinds == "l"):
        return "l"
    kinds = known.kinds.replace("l", "") if known else ""
    return kinds if len(kinds) == 1 else choice.one("gender", plain(word), ("f", "m"), "")


def in_case(like: str, value: str) -> str:
    """``value`` in the case of ``like``: lower, upper, or as it is."""
    return value.lower() if like.islower() else value.upper() if like.isupper() and len(like) > 1 else value


def _lookup(word: str) -> _Known | None:
    form = plain(word.strip(".,'’\n"))
    return _names().get(form) or _names().get(form.removesuffix("s"))


@cache
def _names() -> dict[str, _Known]:
    found: dict[str, _Known] = {}
    for name, kind, group in _lines():
        before = found.get(plain(name))
        if before is None:
            found[plain(name)] = _Known(kind, group)
        elif kind not in before.kinds:
            found[plain(name)] = before._replace(kinds=before.kinds + kind)
    return found


@cache
def _pool(kind: str, group: str) -> tuple[str, ...]:
    """The names of a kind and tradition that are of no other kind, so that a surrogate reads as what it replaces."""
    names = tuple(name for name, of_kind, of_group in _lines() if of_kind == kind and of_group == group)
    single = tuple(name for name in names if _names()[plain(name)].kinds == kind)
    return single if len(single) > 10 else names if len(names) > 10 else _pool(kind, "english")


@cache
def _lines() -> tuple[tuple[str, str, str], ...]:
    text = files("curation.pii.surrogates").joinpath("names.txt").read_text(encoding="utf-8")
    found = []
    for line in text.splitlines():
        name, kind, group = line.split("\t")
        found.append((name, kind, group))
    return tuple(found)
