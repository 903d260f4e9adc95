"""Tables that have a turn a row: the rows of a dialogue become one record.

A row that cannot be read may have been a turn of the dialogue before it or after it. Both are faulty then: a dialogue
that lacks a turn is not what was said.
"""

import math
from collections.abc import Iterator
from typing import Any, NamedTuple

from curation.sources import values
from curation.sources.paths import MISSING, lookup
from curation.sources.record import Read, RecordFault
from schemas.config import TurnMapping
from schemas.faults import Fault


class Group(NamedTuple):
    """The rows of one dialogue, in their order. ``first`` is the row that stands first in the file."""

    first: Any
    rows: list[Any]


class _Rows:
    """The rows of one dialogue while the table is read."""

    def __init__(self, row: int) -> None:
        self.row = row
        self.records: list[Any] = []
        self.fault: Fault | None = None


def grouped(reads: Iterator[Read], turns: TurnMapping) -> Iterator[Read]:
    """The dialogues of a table, in the order of their first rows; ``record`` is a :class:`Group`.

    Rows of the same place, speaker and text count once: a table may have a row an annotator.
    """
    assert turns.group_by is not None
    groups: dict[str, _Rows] = {}
    stray: list[Read] = []
    current: _Rows | None = None
    broken: Read | None = None
    for read in reads:
        found = _key(read, turns.group_by)
        if isinstance(found, Fault):
            broken = Read(read.row, None, found)
            if current is None:
                stray.append(broken)
            else:
                _taint(current, broken)
            continue
        current = groups.setdefault(found, _Rows(read.row))
        current.records.append(read.record)
        if broken is not None:
            _taint(current, broken)
            broken = None
    if not groups:
        yield from stray
    for rows in groups.values():
        yield _group(rows, turns)


def _key(read: Read, path: str) -> str | Fault:
    if read.fault is not None:
        return read.fault
    value = lookup(read.record, path)
    if value is MISSING:
        return Fault(path, "is missing", "Give the row its dialogue, or correct map.turns.group_by.")
    try:
        name = values.name(value, path)
    except RecordFault as error:
        return error.fault
    return name if name is not None else Fault(path, "is blank", "Say which dialogue the row belongs to.")


def _taint(rows: _Rows, broken: Read) -> None:
    assert broken.fault is not None
    if rows.fault is None:
        fault = broken.fault
        rows.fault = Fault(fault.field, f"row {broken.row}, which may belong to it, {fault.message}", fault.mend)


def _group(rows: _Rows, turns: TurnMapping) -> Read:
    if rows.fault is not None:
        return Read(rows.row, None, rows.fault)
    try:
        return Read(rows.row, Group(rows.records[0], _ordered(rows.records, turns)))
    except RecordFault as error:
        return Read(rows.row, None, error.fault)


def _ordered(records: list[Any], turns: TurnMapping) -> list[Any]:
    if turns.order_by is None:
        return records
    names = [values.name(lookup(record, turns.order_by), turns.order_by) for record in records]
    if None in names:
        raise RecordFault(turns.order_by, "is blank in a row of this dialogue", "Give each row its place.")
    numbers = [_number(name) for name in names]
    places: list[Any] = names if None in numbers else numbers
    ordered: list[tuple[Any, Any]] = []
    for place, record in sorted(zip(places, records, strict=True), key=lambda one: one[0]):
        if ordered and ordered[-1][0] == place:
            if not _same_turn(ordered[-1][1], record, turns):
                raise RecordFault(
                    turns.order_by, "is the same in two rows of this dialogue", "Give each row its own place."
                )
            continue
        ordered.append((place, record))
    return [record for _, record in ordered]


def _same_turn(one: Any, other: Any, turns: TurnMapping) -> bool:
    paths = [path for path in (turns.role, turns.text) if path is not None]
    return all(lookup(one, path) == lookup(other, path) for path in paths)


def _number(name: str | None) -> float | None:
    try:
        number = float(name or "")
    except ValueError:
        return None
    return number if math.isfinite(number) else None
