"""The review queue as a file: one row an item, the risky ones first, with empty columns for the decision."""

import csv
import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from annotations.ledger import Ledger
from annotations.policy import standings
from curation import open_build
from curation.triage import LEVELS
from curation.workspace import Workspace, write_whole
from schemas.errors import ConfigError

ALIKE = "alike"
"""The column of the items that are alike, with the words in which they differ: is this item one with any of them?"""
ITEM = ("item_id", "content_hash", "kind", "risk_level", "topic", "question", "answer", "turns")
SHOWN = (*ITEM, ALIKE)
"""Columns that tell the reviewer what is decided on."""
DECISION = ("verdict", "edited_question", "edited_answer", "edited_turns", "comment", "reviewer", "decided_at")
"""Columns that the reviewer fills in."""

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
"""A cell that starts so is a formula to a spreadsheet program; an apostrophe before it makes it text."""


def write_sheet(workspace: Workspace, file: Path, *, limit: int | None = None) -> int:
    """Writes the items of the last build that wait for a decision, and returns how many.

    Items without a decision, with one on a text that has since changed, and with decisions that disagree are in it:
    by risk, most severe first, then in the order of the build.

    Args:
        workspace: The workspace.
        file: A ``.csv`` or ``.jsonl`` file; replaced where it exists.
        limit: The most items.

    Raises:
        ConfigError: If the file's ending is another one.
        CurateError: If there is no build, or the ledger is broken.
    """
    if file.suffix not in (".csv", ".jsonl"):
        raise ConfigError("the ending is neither .csv nor .jsonl", file=file, mend="Name the file with one of the two.")
    build = open_build(workspace)
    items, alike = build.items(), _alike(build.pairs())
    standing = standings(items, Ledger(workspace.ledger).entries())
    severity = {level: rank for rank, level in enumerate(LEVELS)}
    rows = [
        {**row, ALIKE: alike.get(row["item_id"], "")}
        for row in items.select(list(ITEM)).to_pylist()
        if standing[row["item_id"]].state in ("waiting", "stale", "disputed")
    ]
    # A text whose risk was not looked at comes before those in which none was found.
    rows.sort(key=lambda row: -severity.get(row["risk_level"], 0.5))
    rows = rows[:limit]
    write_whole(file, _csv(rows) if file.suffix == ".csv" else _jsonl(rows))
    return len(rows)


def _alike(pairs: pa.Table) -> dict[str, str]:
    """For each item of a pair that waits for a decision, the other items and the words that differ."""
    found: dict[str, list[str]] = defaultdict(list)
    for pair in pairs.filter(pc.equal(pairs["zone"], "grey")).to_pylist():
        words = "; ".join(pair["differences"])
        for one, other in (("item_id", "other_id"), ("other_id", "item_id")):
            found[pair[one]].append(f"{pair[other]} ({words})")
    return {item_id: "\n".join(others) for item_id, others in found.items()}


def _jsonl(rows: list[dict[str, Any]]) -> str:
    return "".join(json.dumps({**row, "verdict": None}, ensure_ascii=False) + "\n" for row in rows)


def _csv(rows: list[dict[str, Any]]) -> str:
    import io

    out = io.StringIO()
    # The byte-order mark tells spreadsheet programs that this is UTF-8.
    out.write("\ufeff")
    writer = csv.DictWriter(out, [*SHOWN, *DECISION], lineterminator="\n")
    writer.writeheader()
    for row in rows:
        if row["turns"] is not None:
            row["turns"] = "\n".join(f"{turn['role']}: {turn['text']}" for turn in row["turns"])
        writer.writerow({name: _as_text(value) for name, value in row.items()})
    return out.getvalue()


def _as_text(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA_STARTS) else value
