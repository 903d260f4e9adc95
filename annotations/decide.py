"""Decisions from a file into the ledger: the review queue of a team without a server."""

import csv
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
from pydantic import ValidationError

from annotations.ledger import Ledger
from annotations.policy import approved_row
from annotations.sheet import DECISION, SHOWN
from curation import open_build
from curation.config import load_config
from curation.pii import Scrub
from curation.table import texts
from curation.validate import check
from curation.workspace import Workspace
from schemas.errors import ConfigError, CurateError
from schemas.review import Review

EDITED = ("question", "answer", "turns")


class Decided(NamedTuple):
    """What a file of decisions came to."""

    written: int
    """Decisions that are new in the ledger."""
    known: int
    """Decisions that it held already."""
    undecided: int
    """Rows without a verdict."""


def decide(workspace: Workspace, file: Path, *, reviewer: str | None = None) -> Decided:
    """Takes the decisions of a ``.csv`` or ``.jsonl`` file into the ledger: all, or none if one cannot be taken.

    A row needs ``item_id``, the ``content_hash`` of the text that was read and ``verdict`` (accept, edit or reject);
    an edit needs ``edited_question``, ``edited_answer`` or ``edited_turns`` (a JSON list of role and text).

    Args:
        workspace: The workspace.
        file: The decisions, such as :func:`annotations.write_sheet` prepares.
        reviewer: Who decided, where the rows do not say.

    Raises:
        CurateError: If a decision is not on an item of the last build as it stands, or its edit would not be a valid
            item or holds personal data; names the row and the field.
    """
    rows = _rows(file)
    build = open_build(workspace)
    items = {row["item_id"]: row for row in build.items().to_pylist()}
    # An edit is looked at for personal data that is new in it; what stands in for some in the item may stay there.
    scrub = Scrub(load_config(workspace).pii.model_copy(update={"mode": "placeholder"}))
    now = datetime.now(UTC)
    reviews, undecided = [], 0
    for number, row in rows:
        if not row.get("verdict"):
            undecided += 1
            continue
        review = _review(row, file, number, reviewer, now)
        item = items.get(review.item_id)
        if item is None:
            raise CurateError(
                "the last build has no such item",
                file=file,
                row=number,
                field="item_id",
                mend="Take the ids from `curate review sheet`.",
            )
        if review.content_hash != item["content_hash"]:
            raise CurateError(
                "the item's text has changed since this decision was made",
                file=file,
                row=number,
                field="content_hash",
                mend="Review it as it stands now: `curate review sheet` writes it again.",
            )
        if review.verdict == "edit":
            _check_edit(item, review, scrub, file, number)
        reviews.append(review)
    written = Ledger(workspace.ledger).append(reviews)
    return Decided(written, len(reviews) - written, undecided)


def _review(row: dict[str, Any], file: Path, number: int, reviewer: str | None, now: datetime) -> Review:
    values = {name: row[name] for name in ("item_id", "content_hash", "verdict", "comment") if row.get(name)}
    values |= {name: row[f"edited_{name}"] for name in EDITED if row.get(f"edited_{name}")}
    values["reviewer"] = row.get("reviewer") or reviewer
    values["decided_at"] = row.get("decided_at") or now
    if values["reviewer"] is None:
        raise CurateError(
            "nobody is named as the reviewer", file=file, row=number, field="reviewer", mend="Give --reviewer NAME."
        )
    if isinstance(values.get("turns"), str):
        try:
            values["turns"] = json.loads(values["turns"])
        except ValueError:
            raise CurateError(
                "is not JSON",
                file=file,
                row=number,
                field="edited_turns",
                mend='Write a list such as [{"role": "seeker", "text": "..."}, ...].',
            ) from None
    try:
        return Review.model_validate(values)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        place = ".".join(map(str, first["loc"]))
        field = f"edited_{place}" if place.split(".")[0] in EDITED else place or "verdict"
        raise CurateError(
            first["msg"].removeprefix("Value error, "),
            file=file,
            row=number,
            field=field,
            mend="Nothing was written; mend the row and give the file again.",
        ) from None


def _check_edit(item: dict[str, Any], review: Review, scrub: Scrub, file: Path, number: int) -> None:
    edited = approved_row(item, review)
    fault = check(edited)
    if fault is not None:
        raise CurateError(
            f"the edited text {fault.message}", file=file, row=number, field=f"edited_{fault.field}", mend=fault.mend
        )
    table = pa.table({name: [edited[name]] for name in scrub.reads})
    texts_before, texts_after = dict(texts(item)), dict(texts(edited))
    standing = {
        texts_before[span["field"]][span["shown_start"] : span["shown_end"]]
        for span in item["pii"] or ()
        if span["field"] in texts_before
    }
    for span in scrub(table)["pii"].to_pylist()[0]:
        if texts_after.get(span["field"], "")[span["start"] : span["end"]] in standing:
            continue
        raise CurateError(
            f"the edited text holds personal data ({span['label']}) at characters {span['start']} to {span['end']}",
            file=file,
            row=number,
            field=f"edited_{span['field']}",
            mend="Take it out or put a placeholder such as [PHONE_1] there.",
        )


def _rows(file: Path) -> list[tuple[int, dict[str, Any]]]:
    """The rows of a file of decisions, counted from 1 (a CSV file's header is none)."""
    if file.suffix not in (".csv", ".jsonl"):
        raise ConfigError("the ending is neither .csv nor .jsonl", file=file, mend="Name the file with one of the two.")
    try:
        text = file.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise CurateError("there is no such file", file=file, mend="`curate review sheet FILE` makes one.") from None
    except UnicodeDecodeError:
        raise CurateError("is not UTF-8", file=file, mend="Save it as 'CSV UTF-8'.") from None
    rows = _csv_rows(text, file) if file.suffix == ".csv" else _jsonl_rows(text, file)
    for number, row in rows:
        unknown = [name for name in row if name not in (*SHOWN, *DECISION)]
        if unknown:
            raise CurateError(
                "is no column of a decision",
                file=file,
                row=number,
                field=unknown[0],
                mend=f"The columns are {', '.join(DECISION)} beside item_id and content_hash.",
            )
    return rows


def _csv_rows(text: str, file: Path) -> list[tuple[int, dict[str, Any]]]:
    import io

    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    try:
        rows = list(enumerate(reader, start=1))
    except csv.Error:
        raise CurateError(
            "the rows cannot be told apart",
            file=file,
            row=reader.line_num,
            mend="A quotation mark is not closed, or the file was cut off: save it again as CSV.",
        ) from None
    for number, row in rows:
        if None in row or None in row.values():
            raise CurateError(
                "the row has more or fewer fields than the header", file=file, row=number, mend="Save it again as CSV."
            )
    return rows


def _jsonl_rows(text: str, file: Path) -> list[tuple[int, dict[str, Any]]]:
    rows = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError:
            row = None
        if not isinstance(row, dict):
            raise CurateError("is not a JSON object", file=file, row=number, mend="Write one object a line.")
        rows.append((number, row))
    return rows
