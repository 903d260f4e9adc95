"""The story of one item of a build, told by going through its steps again from its place in the source."""

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from curation.build import build_id_of, files_read, open_build
from curation.pipeline import row_steps
from curation.sources import reread
from curation.table import RECORD, texts
from curation.workspace import Workspace, canonical_json
from schemas.config import WorkspaceConfig
from schemas.errors import CurateError
from schemas.story import Change, Relative, Story


def trace(workspace: Workspace, item_id: str) -> Story:
    """The story of an item or a removed record of the last build.

    No build holds unscrubbed text, so the record is read again from its source and taken through the steps once more;
    where a source cannot be read, or it or the code has changed since the build, the changes are left out.

    Raises:
        CurateError: If there is no build, or no such item in it.
    """
    build = open_build(workspace, check=True)
    items, removed = build.items(), build.removed()
    row, fate = _find(items, item_id), "item"
    if row is None:
        row, fate = _find(removed, item_id), "removed"
    if row is None:
        raise CurateError(
            f"build {build.manifest.build_id} has no item '{item_id}'",
            mend="Take an id from the report or items.parquet; records in quarantine have none, see quarantine.jsonl.",
        )
    config = WorkspaceConfig.model_validate(build.manifest.config)
    fault = None
    try:
        unchanged = build_id_of(config, workspace, files_read(config, workspace)) == build.manifest.build_id
    except CurateError as error:
        unchanged, fault = False, str(error)
    return Story(
        item_id=item_id,
        build_id=build.manifest.build_id,
        fate=fate,
        provenance=row["provenance"],
        source_changed=not unchanged,
        source_fault=fault,
        changes=_changes(workspace, config, row) if unchanged else [],
        cleaned=row["cleaned"] or [],
        pii=row["pii"] or [],
        stands_for=[_relative(other) for other in _where(removed, "kept_id", item_id)],
        replaced_by=_keeper(items, row) if fate == "removed" else None,
        group=[other["item_id"] for other in _where(items, "group_id", row["group_id"])] if fate == "item" else [],
        split=row.get("split"),
        risk_level=row.get("risk_level"),
        risk_evidence=row.get("risk_evidence") or [],
        content_hash=row.get("content_hash"),
    )


def _find(table: pa.Table, item_id: str) -> dict[str, Any] | None:
    rows = _where(table, "item_id", item_id)
    return rows[0] if rows else None


def _where(table: pa.Table, column: str, value: str | None) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = table.filter(pc.equal(table[column], pa.scalar(value, pa.string()))).to_pylist()
    return found


def _relative(row: dict[str, Any]) -> Relative:
    provenance = row["provenance"]
    return Relative(
        item_id=row["item_id"],
        reason=row["reason"],
        score=row["score"],
        file=provenance["file"],
        row=provenance["row"],
    )


def _keeper(items: pa.Table, removed: dict[str, Any]) -> Relative | None:
    keeper = _find(items, removed["kept_id"])
    if keeper is None:
        return None
    return _relative({**keeper, "reason": removed["reason"], "score": removed["score"]})


def _changes(workspace: Workspace, config: WorkspaceConfig, row: dict[str, Any]) -> list[Change]:
    """What cleaning and scrubbing changed, field by field."""
    provenance = row["provenance"]
    source = next(source for source in config.sources if source.id == provenance["source_id"])
    steps = row_steps(config, workspace)
    mapped = canonical_json(reread(source, workspace, provenance["row"]))
    described = {"kind": source.kind, "language": source.language, "cleaning": source.cleaning}
    record = {"item_id": row["item_id"], **described, "mapped": mapped}
    schema = pa.schema([field for field in RECORD if field.name in record])
    table = _through(pa.Table.from_pylist([record], schema), steps["validate"])
    changes = []
    for name in ("clean", "scrub"):
        before = dict(texts(table.to_pylist()[0]))
        table = _through(table, steps[name])
        after = dict(texts(table.to_pylist()[0]))
        if len(before) != len(after):  # turns were taken out or joined, so places no longer match
            before, after = ({"turns": _spoken(side)} for side in (before, after))
        changes += [
            Change(step=name, field=field, before=text, after=after[field])
            for field, text in before.items()
            if text != after[field]
        ]
    return changes


def _through(table: pa.Table, step: Any) -> pa.Table:
    results = step(table.select(list(step.reads)))
    for field in step.writes:
        place = table.schema.get_field_index(field.name)
        column = results[field.name]
        table = table.append_column(field, column) if place < 0 else table.set_column(place, field, column)
    return table


def _spoken(side: dict[str, str]) -> str:
    return "\n".join(side.values())
