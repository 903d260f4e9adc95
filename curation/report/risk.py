"""The risky and the flagged items as the report shows them: the evidence in its place, marked."""

from typing import Any, NamedTuple

import pyarrow as pa
from markupsafe import Markup, escape

from curation.table import texts
from curation.triage import LEVELS

MOST_ITEMS = 100
"""Items on the page, the most urgent first; all are in items.parquet."""
AROUND = 80
"""Characters shown before and after what was recognised."""


class Marked(NamedTuple):
    """An item with a level or a flag, as the page shows it."""

    item_id: str
    level: str
    history: bool
    reasons: list[tuple[str, Markup]]
    """The rule that was met, and the text around with what met it within ``<mark>``."""


def marked_items(items: pa.Table) -> list[Marked]:
    """The items with a level, a history or a flag: by urgency, those with flags first in each."""
    columns = ["item_id", "risk_level", "risk_history", "risk_evidence", "flags", "question", "answer", "turns"]
    rows = [
        row
        for row in items.select(columns).to_pylist()
        if row["risk_level"] not in (None, "none") or row["risk_history"] or row["flags"]
    ]
    order = {level: rank for rank, level in enumerate(LEVELS)}
    rows.sort(key=lambda row: (-order.get(row["risk_level"] or "none", 0), not row["flags"], row["item_id"]))
    return [
        Marked(row["item_id"], row["risk_level"] or "none", bool(row["risk_history"]), _reasons(row))
        for row in rows[:MOST_ITEMS]
    ]


def _reasons(row: dict[str, Any]) -> list[tuple[str, Markup]]:
    of_field = dict(texts(row))
    return [
        (mark["rule"], _excerpt(of_field[mark["field"]], mark["start"], mark["end"]))
        for mark in [*(row["risk_evidence"] or ()), *(row["flags"] or ())]
    ]


def _excerpt(text: str, start: int, end: int) -> Markup:
    if mark_is_whole := end - start > 4 * AROUND:
        end = start + AROUND
    before, after = text[max(0, start - AROUND) : start], text[end : end + AROUND]
    shown = escape(text[start:end])
    return escape(before) + (shown if mark_is_whole else Markup("<mark>") + shown + Markup("</mark>")) + escape(after)
