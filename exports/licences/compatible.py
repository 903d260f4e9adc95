"""Whether texts under one licence may be given out, changed, under another."""

import re
from typing import Literal, NamedTuple

from exports.licences.terms import alternatives, generators, known_terms

Kind = Literal["unknown", "no_derivatives", "noncommercial", "share_alike", "terms"]

WHY: dict[Kind, str] = {
    "unknown": "what {id} asks is not known",
    "no_derivatives": "{id} allows no changed texts, and cleaned texts are changed",
    "noncommercial": "{id} forbids commercial use, and {declared} allows it",
    "share_alike": "{id} wants changed texts under itself, and they would go out under {declared}",
    "terms": "whoever uses the texts is bound by {id}, and {declared} does not say so",
}


class Conflict(NamedTuple):
    """Why texts may not go out under the declared licence."""

    kind: Kind
    why: str


def licence_of_generator(generator: str | None) -> str | None:
    """The licence that goes on with what a program wrote, such as Llama's; None if the table has none for it."""
    for one in generators():
        if generator and re.search(one.pattern, generator, re.IGNORECASE):
            return one.licence
    return None


def conflicts(source: str, declared: str) -> list[Conflict]:
    """What stands against giving texts under ``source`` out, changed, under ``declared``; both SPDX expressions.

    Of ``A OR B`` in the source one may be chosen; of the declared licence every choice has to keep to the source's. The
    conflicts are those of the choice that has the fewest.
    """
    choices = [_of_choice(chosen, declared) for chosen in alternatives(source)]
    return min(choices, key=len)


def _of_choice(chosen: frozenset[str], declared: str) -> list[Conflict]:
    found: dict[Conflict, None] = {}
    for given in alternatives(declared):
        for licence in sorted(chosen):
            for kind in _broken(licence, given):
                found[Conflict(kind, WHY[kind].format(id=licence, declared=declared))] = None
    return list(found)


def _broken(licence: str, given: frozenset[str]) -> list[Kind]:
    """What of a licence is not kept to when texts go out under all of ``given``."""
    known = known_terms()
    if licence not in known:
        return ["unknown"]
    terms = known[licence]
    asked = {name for one in given if one in known for name in known[one].asks}
    found: list[Kind] = []
    if "no_derivatives" in terms.asks:
        found.append("no_derivatives")
    if "noncommercial" in terms.asks and "noncommercial" not in asked:
        found.append("noncommercial")
    if "share_alike" in terms.asks and not _shares_alike(licence, given):
        found.append("share_alike")
    if "terms" in terms.asks and licence not in given:
        found.append("terms")
    return found


def _shares_alike(licence: str, given: frozenset[str]) -> bool:
    """The licence itself or one it allows, with nothing beside it that asks more than to be named."""
    known = known_terms()
    own = {licence, *known[licence].also}
    beside = [known[one].asks if one in known else ("terms",) for one in given - own]
    return bool(given & own) and all(set(asks) <= {"attribution", "notice"} for asks in beside)
