"""What holds an item: exports, releases, runs that were trained on it, and the bundles of these runs.

Runs and bundles are read by what they wrote down of themselves; one that cannot be read is an error, since it might
hold the item.
"""

import csv
import json
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa
import pyarrow.parquet as pq

from curation import PARTS, Workspace
from exports.export import INDEX
from exports.shelf import data_file, releases
from schemas.errors import CurateError
from schemas.items import Strict


class Holder(Strict):
    """Something that holds items, or learned from them."""

    kind: Literal["export", "release", "run", "bundle"]
    name: str
    """Its folder's name."""
    fingerprint: str
    """What it calls itself by: a hash over its content or over what it was made from."""
    made_from: str | None = None
    """The fingerprint of what it was made from: a run's export, a bundle's run."""
    ledger_head: str | None = None
    items: list[str]
    """Which of the items asked for it holds."""


def holders(workspace: Workspace, item_ids: set[str]) -> list[Holder]:
    """All that holds any of the items: exports, releases, runs, bundles, in this order.

    Raises:
        CurateError: If the manifest of one cannot be read.
    """
    runs = _runs(workspace, item_ids)
    return [*_exports(workspace, item_ids), *_releases(workspace, item_ids), *runs, *_bundles(workspace, runs)]


def _exports(workspace: Workspace, wanted: set[str]) -> list[Holder]:
    found = []
    for folder in _folders(workspace.exports, "manifest.json"):
        manifest = _read(folder / "manifest.json")
        index = folder / INDEX
        ids = [row["item_id"] for row in csv.DictReader(index.open(encoding="utf-8"))] if index.is_file() else []
        held = [item_id for item_id in ids if item_id in wanted]
        if held:
            found.append(_holder("export", folder, manifest, held))
    return found


def _releases(workspace: Workspace, wanted: set[str]) -> list[Holder]:
    found = []
    for release in releases(workspace):
        held: list[str] = []
        for part in PARTS:
            file = data_file(release.folder, part)
            if file.is_file():
                ids: pa.ChunkedArray = pq.read_table(file, columns=["item_id"])["item_id"]
                held += [item_id for item_id in ids.to_pylist() if item_id in wanted]
        if held:
            found.append(
                Holder(
                    kind="release",
                    name=release.manifest.version,
                    fingerprint=release.manifest.build_sha256,
                    ledger_head=release.manifest.ledger_head,
                    items=held,
                )
            )
    return found


def _runs(workspace: Workspace, wanted: set[str]) -> list[Holder]:
    found = []
    for folder in _folders(workspace.runs, "manifest.json"):
        manifest = _read(folder / "manifest.json")
        lines = (folder / "examples.jsonl").read_text(encoding="utf-8").splitlines()
        held = [one["item_id"] for one in map(json.loads, lines) if one["trained_on"] and one["item_id"] in wanted]
        if held:
            made_from = manifest["export"]["fingerprint"]
            found.append(_holder("run", folder, manifest, held, made_from, manifest["export"]["ledger_head"]))
    return found


def _bundles(workspace: Workspace, runs: list[Holder]) -> list[Holder]:
    of_run = {run.fingerprint: run for run in runs}
    found = []
    for folder in _folders(workspace.bundles, "bundle.json"):
        manifest = _read(folder / "bundle.json")
        lineage = manifest["lineage"]
        run = of_run.get(lineage["run_fingerprint"])
        if run is not None:
            held = (run.items, run.fingerprint, lineage["ledger_head"])
            found.append(_holder("bundle", folder, manifest, *held))
    return found


def _folders(above: Path, manifest: str) -> list[Path]:
    return sorted(path.parent for path in above.glob(f"[!.]*/{manifest}"))


def _read(file: Path) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(file.read_bytes())
    except ValueError:
        mend = "Put back a copy of it, or remove its folder."
        raise CurateError("cannot be read, so what it holds is not known", file=file, mend=mend) from None
    return found


def _holder(
    kind: Literal["export", "run", "bundle"],
    folder: Path,
    manifest: dict[str, Any],
    held: list[str],
    made_from: str | None = None,
    ledger_head: str | None = None,
) -> Holder:
    return Holder(
        kind=kind,
        name=folder.name,
        fingerprint=manifest["fingerprint"],
        made_from=made_from,
        ledger_head=ledger_head or manifest.get("ledger_head"),
        items=list(dict.fromkeys(held)),
    )
