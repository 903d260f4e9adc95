"""The review queue as a file: one row an item, the risky ones first, with empty columns for the decision."""

import csv
import io
import json
from pathlib import Path
from typing import Any

from annotations.ledger import Ledger
from annotations.order import alike, not_read, place
from annotations.own_files import check_place
from annotations.policy import policy_of, standings
from curation import open_build
from curation.workspace import Workspace, write_whole
from schemas.errors import UsageError

ALIKE = "alike"
"""The column of the items that are alike, with the words in which they differ: is this item one with any of them?"""
ITEM = (
    *("item_id", "content_hash", "kind", "risk_level", "risk_history", "risk_evidence", "flags"),
    *("topic", "question", "answer", "turns", "passage"),
)
SHOWN = (*ITEM, ALIKE)
"""Columns that tell the reviewer what is decided on."""
DECISION = (
    *("verdict", "ratings", "raised_flags", "edited_question", "edited_answer", "edited_turns", "comment"),
    *("reviewer", "decided_at"),
)
"""Columns that the reviewer fills in."""

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
"""A cell that starts so is a formula to a spreadsheet program; an apostrophe before it makes it text."""


def write_sheet(workspace: Workspace, file: Path, *, limit: int | None = None, force: bool = False) -> int:
    """Writes the items of the last build that wait for a decision, and returns how many.

    Items without a decision, with one on a text that has since changed, and with decisions that disagree are in it:
    by risk, most severe first, then by doubt: see :mod:`annotations.order`.

    Args:
        workspace: The workspace.
        file: A ``.csv`` or ``.jsonl`` file.
        limit: The most items.
        force: Whether a file that exists is replaced, with the verdicts that it may hold.

    Raises:
        UsageError: If the file's ending is another one, it exists, or lies where no sheet belongs.
        CurateError: If there is no build, or the ledger is broken.
    """
    _check_place(workspace, file, force)
    build = open_build(workspace, check=True)
    items, likeness = build.items(), alike(build.pairs())
    standing = standings(items, Ledger(workspace.ledger).entries(), policy_of(workspace))
    waiting = [row for row in items.to_pylist() if standing[row["item_id"]].state in ("waiting", "stale", "disputed")]
    waiting.sort(key=lambda row: place(row, row["item_id"] in likeness))
    rows = [
        {**{name: row[name] for name in ITEM}, **_level(row), ALIKE: likeness.get(row["item_id"], "")}
        for row in waiting[:limit]
    ]
    write_whole(file, _csv(rows) if file.suffix == ".csv" else _jsonl(rows))
    return len(rows)


def _level(row: dict[str, Any]) -> dict[str, str]:
    """What stands in place of a level where none was read: an empty cell would pass for harmless."""
    why = not_read(row)
    return {"risk_level": why} if why else {}


def _check_place(workspace: Workspace, file: Path, force: bool) -> None:
    if file.suffix not in (".csv", ".jsonl"):
        raise UsageError("the ending is neither .csv nor .jsonl", file=file, mend="Name the file with one of the two.")
    check_place(workspace, file, "a sheet")
    if file.exists() and not force:
        raise UsageError(
            "is there already, perhaps with verdicts", file=file, mend="Give another name, or --force to replace it."
        )


def _jsonl(rows: list[dict[str, Any]]) -> str:
    return "".join(json.dumps({**row, "verdict": None}, ensure_ascii=False) + "\n" for row in rows)


def _csv(rows: list[dict[str, Any]]) -> str:
    out = io.StringIO()
    # The byte-order mark tells spreadsheet programs that this is UTF-8.
    out.write("\ufeff")
    writer = csv.DictWriter(out, [*SHOWN, *DECISION], lineterminator="\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({name: _guarded(value) for name, value in shown(row).items()})
    return out.getvalue()


def shown(row: dict[str, Any]) -> dict[str, Any]:
    """An item as a table shows it: its turns as lines of ``role: text``, its marks as their reasons."""
    table = {**row}
    for name in ("risk_evidence", "flags"):
        if name in row:
            table[name] = "; ".join(map(_reason, row[name] or ()))
    if row["turns"] is not None:
        table["turns"] = "\n".join(f"{turn['role']}: {turn['text']}" for turn in row["turns"])
    return table


def _reason(mark: dict[str, Any]) -> str:
    """Why an item is marked, and where: the rule, and the place in the field."""
    return f"{mark['rule']} ({mark['field']} {mark['start']}-{mark['end']})"


def _guarded(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA_STARTS) else value


def unguarded(text: str) -> str:
    """A cell's text without the apostrophe that keeps it from being a formula."""
    return text[1:] if text[:1] == "'" and text[1:].startswith(FORMULA_STARTS) else text
