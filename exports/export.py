"""Approved items, and only these, as training files in a folder with a manifest."""

import hashlib
import json
from collections.abc import Callable
from typing import Any

from annotations import Ledger, approved_row, counted, policy_of, standings
from curation import PARTS, Workspace, open_build
from curation.workspace import sha256_of, whole_folder
from exports.messages import messages
from schemas.errors import Refused, UsageError
from schemas.items import Strict

Writer = Callable[[dict[str, Any]], dict[str, Any]]


def _torchtune(row: dict[str, Any]) -> dict[str, Any]:
    return {"item_id": row["item_id"], "content_hash": row["content_hash"], "messages": messages(row)}


FORMATS: dict[str, Writer] = {"torchtune": _torchtune}
"""How an item becomes a line of a training file, by the format's name."""


class ExportResult(Strict):
    """What was exported, and what was not and why."""

    folder: str
    format: str
    build_id: str
    ledger_head: str
    """The hash that stands for the ledger when it was read."""
    examples: dict[str, int]
    """Examples in each part."""
    left_out: dict[str, int]
    """Items that are not in it, by where they stand in the review."""
    fingerprint: str
    """SHA-256 over the files."""
    sha256: dict[str, str]


def export(workspace: Workspace, format: str = "torchtune") -> ExportResult:
    """Writes the approved items of the last build to ``exports/<format>/``, replacing what is there.

    Args:
        workspace: The workspace.
        format: A key of :data:`FORMATS`.

    Raises:
        UsageError: If the format is not known.
        Refused: If no item is approved.
        CurateError: If there is no build, or the ledger is broken.
    """
    if format not in FORMATS:
        raise UsageError(f"there is no format '{format}'", mend=f"The formats are: {', '.join(FORMATS)}.")
    build = open_build(workspace, check=True)
    items = build.items()
    entries = Ledger(workspace.ledger).entries()
    standing = standings(items, entries, policy_of(workspace))
    lines: dict[str, list[str]] = {part: [] for part in PARTS}
    for row in items.to_pylist():
        entry = standing[row["item_id"]].entry
        if entry is not None:
            example = FORMATS[format](approved_row(row, entry.review))
            lines[row["split"]].append(json.dumps(example, ensure_ascii=False))
    counts = counted(standing)
    if not any(lines.values()):
        raise Refused(
            f"no item of build {build.manifest.build_id} is approved, and only approved items are exported",
            mend="Write a sheet with `curate review sheet FILE`, and take it in with `curate review decide FILE`.",
        )
    folder = workspace.exports / format
    with whole_folder(folder, replace=True) as partial:
        sums = {}
        for part, texts in lines.items():
            file = partial / f"{part}.jsonl"
            file.write_text("".join(text + "\n" for text in texts), encoding="utf-8")
            sums[file.name] = sha256_of(file)
        result = ExportResult(
            folder=workspace.relative(folder),
            format=format,
            build_id=build.manifest.build_id,
            ledger_head=entries[-1].hash,
            examples={part: len(texts) for part, texts in lines.items()},
            left_out={state: count for state, count in counts.items() if state != "approved" and count},
            fingerprint=hashlib.sha256(json.dumps(sums, sort_keys=True).encode()).hexdigest(),
            sha256=sums,
        )
        (partial / "manifest.json").write_text(result.model_dump_json(indent=2) + "\n", encoding="utf-8")
    return result
