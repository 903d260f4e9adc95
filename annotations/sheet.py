"""The review queue as a file: one row an item, the risky ones first, with empty columns for the decision."""

import csv
import json
from pathlib import Path
from typing import Any

from annotations.ledger import Ledger
from annotations.policy import standings
from curation import open_build
from curation.triage import LEVELS
from curation.workspace import Workspace, write_whole
from schemas.errors import ConfigError

SHOWN = (
    *("item_id", "content_hash", "kind", "risk_level", "risk_history", "risk_evidence", "flags"),
    *("topic", "question", "answer", "turns"),
)
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
    items = open_build(workspace).items()
    standing = standings(items, Ledger(workspace.ledger).entries())
    severity = {level: rank for rank, level in enumerate(LEVELS)}
    rows = [
        row
        for row in items.select(list(SHOWN)).to_pylist()
        if standing[row["item_id"]].state in ("waiting", "stale", "disputed")
    ]
    # A text whose risk was not looked at comes before those in which none was found; flagged answers lead their level.
    rows.sort(key=lambda row: (-severity.get(row["risk_level"], 0.5), not row["flags"]))
    rows = rows[:limit]
    write_whole(file, _csv(rows) if file.suffix == ".csv" else _jsonl(rows))
    return len(rows)


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
        row["risk_evidence"] = "; ".join(map(_reason, row["risk_evidence"] or ()))
        row["flags"] = "; ".join(map(_reason, row["flags"] or ()))
        writer.writerow({name: _as_text(value) for name, value in row.items()})
    return out.getvalue()


def _reason(mark: dict[str, Any]) -> str:
    """Why an item is marked, and where: the rule, and the place in the field."""
    return f"{mark['rule']} ({mark['field']} {mark['start']}-{mark['end']})"


def _as_text(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA_STARTS) else value
