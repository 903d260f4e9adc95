"""What holds an item: exports, releases, runs that were trained on it, and the bundles of these runs.

Runs and bundles are read by what they wrote down of themselves; one that cannot be read is an error, since it might
hold the item.
"""

import csv
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from curation import Workspace
from exports.export import INDEX
from exports.shelf import releases
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
        with _whole(folder / "manifest.json") as file:
            manifest = json.loads(file.read_bytes())
        with _whole(folder / INDEX) as file:
            rows = csv.DictReader(file.read_text(encoding="utf-8").splitlines())
            held = [row["item_id"] for row in rows if row["item_id"] in wanted]
        if held:
            found.append(_holder("export", folder, manifest, held))
    return found


def _releases(workspace: Workspace, wanted: set[str]) -> list[Holder]:
    found = []
    for release in releases(workspace):
        held = [item_id for item_id in release.part_of() if item_id in wanted]
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
        with _whole(folder / "manifest.json") as file:
            manifest = json.loads(file.read_bytes())
            export = manifest["export"]
            made_from = export["fingerprint"], export["ledger_head"]
        with _whole(folder / "examples.jsonl") as file:
            lines = file.read_text(encoding="utf-8").splitlines()
            held = [one["item_id"] for one in map(json.loads, lines) if one["trained_on"] and one["item_id"] in wanted]
        if held:
            found.append(_holder("run", folder, manifest, held, *made_from))
    return found


def _bundles(workspace: Workspace, runs: list[Holder]) -> list[Holder]:
    of_run = {run.fingerprint: run for run in runs}
    found = []
    for folder in _folders(workspace.bundles, "bundle.json"):
        with _whole(folder / "bundle.json") as file:
            manifest = json.loads(file.read_bytes())
            lineage = manifest["lineage"]
            run, ledger_head = of_run.get(lineage["run_fingerprint"]), lineage["ledger_head"]
        if run is not None:
            found.append(_holder("bundle", folder, manifest, run.items, run.fingerprint, ledger_head))
    return found


def _folders(above: Path, manifest: str) -> list[Path]:
    return sorted(path.parent for path in above.glob(f"[!.]*/{manifest}"))


@contextmanager
def _whole(file: Path) -> Iterator[Path]:
    """While a file is read: what is not there, or not as it was written, is an error that names the file."""
    try:
        yield file
    except (OSError, ValueError, LookupError, TypeError):
        mend = "Put back a copy of it, or remove its folder."
        raise CurateError("cannot be read, so what it holds is not known", file=file, mend=mend) from None


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
