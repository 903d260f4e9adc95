"""A file of decisions, read: what reviewers filled in, row by row."""

import csv
import io
import json
from pathlib import Path
from typing import Any

from annotations.sheet import DECISION, SHOWN, unguarded
from curation.sources.columns import close_name
from schemas.errors import CurateError, UsageError

NEEDED = ("item_id", "content_hash", "verdict")

Rows = list[tuple[int, dict[str, Any]]]
"""Rows with their numbers, counted from 1; the header of a CSV file is none."""


def read_decisions(file: Path) -> Rows:
    """The rows of a ``.csv`` or ``.jsonl`` file of decisions.

    Raises:
        CurateError: If it cannot be read, or has a column that is none of a decision.
    """
    if file.suffix not in (".csv", ".jsonl"):
        raise UsageError("the ending is neither .csv nor .jsonl", file=file, mend="Name the file with one of the two.")
    try:
        text = file.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise CurateError("there is no such file", file=file, mend="`curate review sheet FILE` makes one.") from None
    except UnicodeDecodeError:
        raise CurateError("is not UTF-8", file=file, mend="Save it as 'CSV UTF-8'.") from None
    return _csv_rows(text, file) if file.suffix == ".csv" else _jsonl_rows(text, file)


def _csv_rows(text: str, file: Path) -> Rows:
    header = text.partition("\n")[0]
    # Spreadsheet programs of countries with a decimal comma write semicolons.
    delimiter = max(",;\t", key=header.count)
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True, delimiter=delimiter)
    try:
        rows = list(enumerate(reader, start=1))
    except csv.Error:
        mend = "A quotation mark is not closed, or the file was cut off: save it again as CSV."
        raise CurateError("the rows cannot be told apart", file=file, row=reader.line_num, mend=mend) from None
    _check_columns(list(reader.fieldnames or ()), file, None)
    for number, row in rows:
        if None in row or None in row.values():
            what = "the row has more or fewer fields than the header"
            raise CurateError(what, file=file, row=number, mend="Save it again as CSV.")
        rows[number - 1] = number, {name: unguarded(value) for name, value in row.items()}
    return rows


def _jsonl_rows(text: str, file: Path) -> Rows:
    rows = []
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError:
            row = None
        if not isinstance(row, dict):
            raise CurateError("is not a JSON object", file=file, row=number, mend="Write one object a line.")
        _check_columns(list(row), file, number)
        rows.append((number, row))
    return rows


def _check_columns(names: list[str], file: Path, row: int | None) -> None:
    """Refuses an unknown column, and a missing one. An unknown one is named only if it is a known name misspelt: it
    could be a record's text.
    """
    known = [*SHOWN, *DECISION]
    for place, name in enumerate(names, start=1):
        if name in known:
            continue
        near = close_name(name, known)
        raise CurateError(
            f"column {place} is none of a decision",
            file=file,
            row=row,
            field=name if near else None,
            mend=f"Did you mean '{near}'?" if near else f"Besides item_id and content_hash: {', '.join(DECISION)}.",
        )
    for name in NEEDED:
        if name not in names:
            raise CurateError("is missing", file=file, row=row, field=name, mend="`curate review sheet` writes it.")
