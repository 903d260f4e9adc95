"""The records that could not be used, by what is wrong with them."""

from collections import Counter
from typing import NamedTuple

from schemas.faults import Quarantined

MOST_KINDS = 100
"""Kinds of faults on the page, the most frequent; all are in quarantine.jsonl."""
MOST_FAULTS, MOST_OF_A_KIND = 500, 20
"""Quarantined records on the page, in all and of one kind."""


class KindOfFault(NamedTuple):
    """One thing that is wrong, and how many records of one source it is wrong with."""

    records: int
    source_id: str
    step: str
    field: str
    message: str
    mend: str


class Quarantine(NamedTuple):
    """What the page says of quarantined records: kinds of faults, and the places of the first records of each."""

    kinds: list[KindOfFault]
    faults: list[Quarantined]
    all_kinds: int


def quarantine(quarantined: list[Quarantined]) -> Quarantine:
    """What is wrong, the most frequent first; of messages that differ in a number alone, the mend is the first's."""
    found: Counter[tuple[str, str, str, str]] = Counter()
    mends: dict[tuple[str, str, str, str], str] = {}
    faults: list[Quarantined] = []
    for one in quarantined:
        kind = one.source_id, one.step, one.field, one.reason
        found[kind] += 1
        mends.setdefault(kind, one.mend)
        if found[kind] <= MOST_OF_A_KIND and len(faults) < MOST_FAULTS:
            faults.append(one)
    ranked = sorted(found.items(), key=lambda one: (-one[1], one[0]))
    kinds = [KindOfFault(records, *kind, mends[kind]) for kind, records in ranked[:MOST_KINDS]]
    return Quarantine(kinds, faults, len(found))
