"""Sources into Arrow tables of records. What cannot be read or mapped goes into quarantine: nothing is lost."""

import hashlib
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, NamedTuple

import pyarrow as pa

from curation.sources.columns import close_name
from curation.sources.mapping import Content, Mapped, key_of, map_record
from curation.sources.paths import record_paths, turn_paths
from curation.sources.reading import read, source_name
from curation.sources.record import WHOLE_RECORD, RecordFault
from curation.sources.tables import Group, grouped
from curation.table import RECORD
from curation.workspace import Workspace, canonical_json
from schemas.config import Mapping, SourceConfig
from schemas.errors import CurateError
from schemas.faults import Fault, Quarantined

STEP = "load"
_PLAIN_KEY = re.compile(r"(?=.*\d)(?![\d.:/-]{7,}$)[\w.:/-]{1,64}|\d{1,64}", re.ASCII)
"""A key that is shown: one word with a digit in it, and no telephone number. Provenance is published with a release."""
BATCH_ROWS = 1_000
_NAMES_KEPT = 1_000
"""How many of the names of a source's fields are kept, to offer the right one for a wrong one."""


class LoadedBatch(NamedTuple):
    """Some records of a source, in order: those that go on, of schema :data:`RECORD`, and those that do not."""

    rows: pa.Table
    quarantined: list[Quarantined]


class _Record(NamedTuple):
    """A record, mapped, or what is wrong with it. ``key`` is None where it has none or it cannot be read."""

    row: int
    key: str | None
    mapped: Mapped | Fault


def load(source: SourceConfig, workspace: Workspace) -> Iterator[LoadedBatch]:
    """Reads a source: every record of it is in a batch's ``rows`` or in its ``quarantined``.

    A record whose key an earlier one has is put into quarantine.

    Raises:
        CurateError: If the file as a whole cannot be used, or no record has a field that the mapping names.
    """
    file = source_name(source, workspace)
    row_of: dict[str, int] = {}
    rows: list[dict[str, Any]] = []
    quarantined: list[Quarantined] = []
    for record in _records(source, workspace):
        item_id = _item_id(source.id, record)
        fault = record.mapped if isinstance(record.mapped, Fault) else None
        if fault is None and item_id in row_of:
            fault = Fault(
                source.map.key or WHOLE_RECORD,
                f"has the key of row {row_of[item_id]}",
                "Give each record its own key, or take one of the two out.",
            )
        if fault is None:
            row_of[item_id] = record.row
            rows.append(_row(item_id, record, source, file))
        else:
            quarantined.append(_quarantined(record, fault, source.id, file))
        if len(rows) + len(quarantined) == BATCH_ROWS:
            yield LoadedBatch(pa.Table.from_pylist(rows, RECORD), quarantined)
            rows, quarantined = [], []
    if rows or quarantined:
        yield LoadedBatch(pa.Table.from_pylist(rows, RECORD), quarantined)


def reread(source: SourceConfig, workspace: Workspace, row: int) -> Content:
    """The record at ``row`` again, mapped, as it stands in its source: nothing of it is cleaned or scrubbed.

    Args:
        source: Where it is.
        workspace: The workspace of the source.
        row: Its place, as its provenance says.

    Raises:
        CurateError: If the source has no record there any more, or one that cannot be read.
    """
    file = source_name(source, workspace)
    for record in _records(source, workspace):
        if record.row == row:
            if isinstance(record.mapped, Fault):
                fault = record.mapped
                raise CurateError(fault.message, file=file, row=row, field=fault.field, mend=fault.mend)
            return record.mapped.content
    raise CurateError("has no record there", file=file, row=row, mend="Has the source changed since the build?")


def _records(source: SourceConfig, workspace: Workspace) -> Iterator[_Record]:
    mapping, found, names, looked_at = source.map, set[str](), set[str](), 0
    reads = read(source, workspace)
    if mapping.turns is not None and mapping.turns.group_by is not None:
        reads = grouped(reads, mapping.turns)
    for one in reads:
        if one.fault is not None:
            yield _Record(one.row, None, one.fault)
            continue
        looked_at += 1
        first, turns = (one.record.first, one.record.rows) if isinstance(one.record, Group) else (one.record, None)
        if len(names) < _NAMES_KEPT:
            names |= _names(first, turns, mapping)
        key = None
        try:
            key = key_of(first, mapping, found)
            yield _Record(one.row, key, map_record(first, mapping, found, turns))
        except RecordFault as error:
            yield _Record(one.row, key, error.fault)
    if looked_at:
        _check_found(mapping, found, names, source_name(source, workspace))


def _names(record: Any, turns: list[Any] | None, mapping: Mapping) -> set[str]:
    """The names of the fields of a record and of its first turn."""
    found = set(record) if isinstance(record, dict) else set()
    if turns is None and mapping.turns is not None:
        nested = record.get(mapping.turns.path) if isinstance(record, dict) else record
        if isinstance(nested, list) and nested and isinstance(nested[0], dict):
            found |= set(nested[0])
    return {name for name in found if isinstance(name, str)}


def _check_found(mapping: Mapping, found: set[str], names: set[str], file: str) -> None:
    wanted = [(path, path) for path in record_paths(mapping)]
    if mapping.turns is not None:
        wanted += [(path, f"turns[].{path}") for path in turn_paths(mapping)]
        if mapping.turns.group_by is not None:
            return  # the columns of a table were looked at before its rows
    for path, entry in wanted:
        if entry not in found and path not in names:
            near = close_name(path, list(names))
            mend = f"Did you mean '{near}'? " if near else ""
            raise CurateError(
                f"no record has the field '{path}'", file=file, field=path, mend=f"{mend}Correct map in curate.yaml."
            )


def _name(record: _Record) -> str:
    """The record's key, or its row where it has none, or one that could be a name, an address or a text."""
    return record.key if record.key is not None and _PLAIN_KEY.fullmatch(record.key) else str(record.row)


def _item_id(source_id: str, record: _Record) -> str:
    return f"{source_id}-{_short_hash(['row', record.row] if record.key is None else ['key', record.key])}"


def _short_hash(value: Any) -> str:
    return hashlib.sha256(canonical_json(value).encode()).hexdigest()[:12]


@lru_cache(4096)  # the records of one passage share a locator
def _scrubbed(locator: str | None) -> str | None:
    if locator is None:
        return None
    from curation.pii import scrub_text

    return scrub_text(locator).text


def _as_it_is(locator: str | None) -> str | None:
    return locator


def _row(item_id: str, record: _Record, source: SourceConfig, file: str) -> dict[str, Any]:
    assert isinstance(record.mapped, Mapped)
    made = record.mapped.made
    # What `curate generate` writes was scrubbed but for offsets, which look like telephone numbers.
    shown = _as_it_is if source.texts is not None else _scrubbed
    return {
        "item_id": item_id,
        "kind": source.kind,
        "language": source.language,
        "cleaning": source.cleaning,
        "passage": made.passage,
        "quotes": [{"field": field, "text": text} for field, text in made.quotes],
        "mapped": canonical_json(record.mapped.content),
        "provenance": {
            "source_id": source.id,
            "file": file,
            "row": record.row,
            "record": _name(record),
            "locator": shown(record.mapped.locator),
            "license": source.license,
            "citation": source.citation,
            "collected": source.collected,
            "consent": source.consent,
            "origin": source.origin,
            "generator": shown(made.generator) or source.generator,
            "prompt": shown(made.prompt),
            "passage": shown(made.passage_id),
            # Parents are compared, never read: a name used for one is not published.
            "parent_ids": [f"{source.id}:{_short_hash(parent)}" for parent in record.mapped.parents],
        },
    }


def _quarantined(record: _Record, fault: Fault, source_id: str, file: str) -> Quarantined:
    return Quarantined(
        source_id=source_id,
        file=file,
        row=record.row,
        record=_name(record),
        step=STEP,
        field=fault.field,
        message=fault.message,
        mend=fault.mend,
    )
