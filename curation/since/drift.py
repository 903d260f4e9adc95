"""What changed from one build to the next: what it was made of, which items, and what they are like."""

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from curation.build import ITEMS, MANIFEST, REMOVED, Build, open_build
from curation.flow import counted
from curation.workspace import Workspace, canonical_json
from schemas.manifest import BuildManifest

MOST_SETTINGS = 50
"""Settings that changed, of those told of."""
MOST_SHIFTS = 12
"""Values of one kind that are told of: those whose share changed the most."""
_COLUMNS = ["item_id", "content_hash", "split", "topic", "language", "provenance.source_id"]


class Setting(NamedTuple):
    """A key of ``curate.yaml`` with its values before and now; None where it is not set."""

    key: str
    before: str | None
    now: str | None


class SourceDrift(NamedTuple):
    """What became of the items of one source."""

    source_id: str
    before: int
    now: int
    added: int
    changed: int
    """Items whose text is another: decisions on them are stale."""
    moved: int
    """Items that are in another part of the split."""
    gone: int
    removed: int
    """Of those that are gone, those for which another item stands now; the rest is in quarantine or no longer read."""


class Shift(NamedTuple):
    """How often a value is met, before and now, and its share of all."""

    name: str
    before: int
    now: int
    share_before: float
    share_now: float

    @property
    def change(self) -> float:
        return self.share_now - self.share_before


class Shifts(NamedTuple):
    """How one kind of value is distributed, before and now."""

    title: str
    distance: float
    """The share that would have to change for the one to be the other (total variation)."""
    shifts: list[Shift]
    """The values whose share changed, those that changed the most first."""


class Drift(NamedTuple):
    """What changed from one build to another."""

    before: BuildManifest
    now: BuildManifest
    other_code: bool
    settings: list[Setting]
    files: list[tuple[str, str]]
    """Files that were added, changed or are no longer read."""
    sources: list[SourceDrift]
    shifts: list[Shifts]


def previous_build(workspace: Workspace, build_id: str) -> str | None:
    """The last other build that can be read (one of an earlier version may not); None if there is none."""
    others = [file for file in workspace.builds.glob(f"*/{MANIFEST}") if file.parent.name != build_id]
    for file in sorted(others, key=lambda file: (file.stat().st_mtime_ns, file.parent.name), reverse=True):
        with suppress(ValueError):
            BuildManifest.model_validate_json(file.read_bytes())
            return file.parent.name
    return None


def drift(workspace: Workspace, build: Build, against: str | None = None) -> Drift | None:
    """What changed from another build to this one; None where there is no other.

    Args:
        workspace: Where both are.
        build: This one.
        against: The id of the other; where it is not given, the last that was made.

    Raises:
        CurateError: If the other one is not there, or a file of either was changed.
    """
    other_id = against or previous_build(workspace, build.manifest.build_id)
    if other_id is None:
        return None
    other = open_build(workspace, other_id)
    before, now = other.manifest, build.manifest
    tables = _items(other), _items(build)
    removed = pq.read_table(build.file(REMOVED), columns=["item_id"])["item_id"]
    return Drift(
        before,
        now,
        before.code_sha256 != now.code_sha256,
        _settings(before.config, now.config)[:MOST_SETTINGS],
        _files(before, now),
        _sources(*tables, removed),
        [
            *(
                _shifts(title, *(counted(pc.fill_null(table[column], "(none)")) for table in tables))
                for title, column in (("Topics", "topic"), ("Languages", "language"))
            ),
            _shifts("Levels of risk", before.risk, now.risk),
            _shifts("Flags on answers", before.flags, now.flags),
            _shifts("Masked personal data, by kind", before.pii, now.pii),
            _shifts("Cleaning rules", before.cleaned, now.cleaned),
            _shifts("Why records left", *(_reasons(manifest) for manifest in (before, now))),
        ],
    )


def _items(build: Build) -> pa.Table:
    return pq.ParquetFile(build.file(ITEMS)).read(_COLUMNS)


def _settings(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[Setting]:
    one, other = (dict(_flat("", config)) for config in (before, now))
    return [
        Setting(key, one.get(key), other.get(key)) for key in sorted({*one, *other}) if one.get(key) != other.get(key)
    ]


def _flat(key: str, value: Any) -> Iterator[tuple[str, str]]:
    """The settings within ``value`` with dots in their keys; sources by their ids."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _flat(f"{key}.{name}" if key else name, inner)
    elif key == "sources":
        for source in value:
            yield from _flat(f"sources.{source['id']}", source)
    elif value is not None:
        yield key, canonical_json(value)


def _files(before: BuildManifest, now: BuildManifest) -> list[tuple[str, str]]:
    one, other = ({file.path: file.sha256 for file in manifest.files_read} for manifest in (before, now))
    return [
        (path, "changed" if path in one and path in other else "added" if path in other else "no longer read")
        for path in sorted({*one, *other})
        if one.get(path) != other.get(path)
    ]


def _sources(before: pa.Table, now: pa.Table, removed: pa.ChunkedArray) -> list[SourceDrift]:
    """What became of the items, by their ids; sources in the order of the build of now."""
    place = pc.index_in(now["item_id"], value_set=before["item_id"])
    known = place.is_valid()
    then, still = before.take(place.drop_null()), now.filter(known)
    gone = before.filter(pc.invert(pc.is_in(before["item_id"], value_set=now["item_id"])))
    counts = [
        _by_source(before),
        _by_source(now),
        _by_source(now.filter(pc.invert(known))),
        _by_source(still.filter(pc.not_equal(then["content_hash"], still["content_hash"]))),
        _by_source(still.filter(pc.not_equal(then["split"], still["split"]))),
        _by_source(gone),
        _by_source(gone.filter(pc.is_in(gone["item_id"], value_set=removed))),
    ]
    source_ids = dict.fromkeys([*counts[1], *counts[0]])
    return [SourceDrift(source_id, *(count[source_id] for count in counts)) for source_id in source_ids]


def _by_source(items: pa.Table) -> Counter[str]:
    return counted(pc.struct_field(items["provenance"], "source_id"))


def _reasons(manifest: BuildManifest) -> dict[str, int]:
    return {f"{one.step}: {one.reason}": one.records for one in manifest.reasons()}


def _shifts(title: str, before: Mapping[str, int], now: Mapping[str, int]) -> Shifts:
    sums = [sum(counts.values()) or 1 for counts in (before, now)]
    shifts = [
        Shift(name, before.get(name, 0), now.get(name, 0), before.get(name, 0) / sums[0], now.get(name, 0) / sums[1])
        for name in {*before, *now}
    ]
    distance = float(np.abs([one.change for one in shifts]).sum() / 2) if shifts else 0.0
    moved = sorted((one for one in shifts if one.before != one.now), key=lambda one: (-abs(one.change), one.name))
    return Shifts(title, distance, moved[:MOST_SHIFTS])
