"""The Arrow tables that flow through a build.

A record is loaded as :data:`RECORD`. Validation turns it into the columns of :data:`CONTENT`, which are all of an item
that a reader sees; the later steps rewrite some of these or add their own columns beside them.
"""

from typing import Any

import pyarrow as pa

TURN = pa.struct([("role", pa.string()), ("text", pa.string()), ("strategy", pa.string()), ("emotion", pa.string())])

PROVENANCE = pa.struct(
    [
        ("source_id", pa.string()),
        ("file", pa.string()),
        ("row", pa.int64()),
        ("record", pa.string()),
        ("locator", pa.string()),
        ("license", pa.string()),
        ("citation", pa.string()),
        ("collected", pa.date32()),
        ("consent", pa.string()),
        ("origin", pa.string()),
        ("generator", pa.string()),
        ("prompt", pa.string()),
        ("passage", pa.string()),
        ("parent_ids", pa.list_(pa.string())),
    ]
)

FAULT = pa.struct([("field", pa.string()), ("message", pa.string()), ("mend", pa.string())])

QUOTES = pa.list_(pa.struct([("field", pa.string()), ("text", pa.string())]))
"""The sentences of the passage that are to support the text of a field."""

RECORD = pa.schema(
    [
        ("item_id", pa.string()),
        ("kind", pa.string()),
        ("language", pa.string()),
        ("cleaning", pa.list_(pa.string())),  # the rules of the source beside the general ones
        ("passage", pa.string()),  # what the answer was made from, where the source says it
        ("quotes", QUOTES),
        ("mapped", pa.string()),  # JSON of the mapped fields: question, answer, turns, topic
        ("provenance", PROVENANCE),
    ]
)
"""A record as it was read: mapped, and not yet looked at."""

CONTENT = pa.schema(
    [
        ("question", pa.string()),
        ("answer", pa.string()),
        ("turns", pa.list_(TURN)),
        ("topic", pa.string()),
    ]
)
"""What a reader sees of an item: a question and an answer, or turns; the others are null."""


def texts(row: dict[str, Any]) -> list[tuple[str, str]]:
    """The texts of an item as (field, text): ``question`` and ``answer``, or ``turns.0.text`` and so on."""
    if row["turns"] is not None:
        return [(f"turns.{place}.text", turn["text"]) for place, turn in enumerate(row["turns"])]
    return [("question", row["question"]), ("answer", row["answer"])]


def with_texts(row: dict[str, Any], new: dict[str, str]) -> dict[str, Any]:
    """``row`` with the texts of the fields in ``new`` (named as in :func:`texts`) put in their places."""
    if row["turns"] is None:
        return {**row, **new}
    turns = [{**turn, "text": new.get(f"turns.{place}.text", turn["text"])} for place, turn in enumerate(row["turns"])]
    return {**row, "turns": turns}
