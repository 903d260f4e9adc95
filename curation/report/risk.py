"""The risk that items speak of, by source and rule, and the most urgent of them with the evidence in its place."""

from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from markupsafe import Markup, escape

from curation.report.charts import Chart, chart, most
from curation.report.columns import Codes, Tally, batches, flattened, rows_of, source_codes
from curation.table import texts
from curation.triage import LEVELS
from schemas.manifest import NOT_LOOKED_AT

MOST_ITEMS = 100
"""Items on the page, the most urgent first; all are in items.parquet."""
MOST_RULES = 30
AROUND = 80
"""Characters shown before and after what was recognised."""


class Marked(NamedTuple):
    """An item with a level or a flag, as the page shows it."""

    item_id: str
    level: str
    history: bool
    reasons: list[tuple[str, Markup]]
    """The rule that was met, and the text around with what met it within ``<mark>``."""


class Risk(NamedTuple):
    """What the page says of risk."""

    levels: Chart
    rules: Chart
    flags: Chart
    marked: list[Marked]


def risk(items: pa.Table, source_ids: list[str]) -> Risk:
    """Levels, rules and flags of the items by source, and the items to look at first.

    Args:
        items: The columns of triage, ``provenance`` and those of the texts.
        source_ids: The sources, in their order.
    """
    levels, rules, flags = (Tally(source_ids) for _ in range(3))
    urgent: list[tuple[int, bool, str]] = []
    for batch in batches(items, ["item_id", "risk_level", "risk_history", "risk_evidence", "flags", "provenance"]):
        codes = source_codes(batch, source_ids)
        levels.add(pc.coalesce(batch["risk_level"], NOT_LOOKED_AT), codes)
        rules.add(*_once_an_item(batch["risk_evidence"], "rule", codes))
        flags.add(*_once_an_item(batch["flags"], "flag", codes))
        urgent = sorted([*urgent, *_urgent(batch)])[:MOST_ITEMS]
    found = levels.values()
    return Risk(
        chart(
            "Items by level",
            source_ids,
            [(level, found.get(level, [0] * len(source_ids))) for level in (*reversed(LEVELS), NOT_LOOKED_AT)],
        ),
        chart("Items by what was recognised", source_ids, most(rules.values(), MOST_RULES)),
        chart("Answers to look at first, by what was noticed", source_ids, most(flags.values(), MOST_RULES)),
        _marked(items, [item_id for _, _, item_id in urgent]),
    )


def _once_an_item(lists: pa.Array, field: str, codes: Codes) -> tuple[pa.Array, Codes]:
    """Each value that a row's list holds, once, and the code of its row."""
    elements, places = flattened(lists, np.arange(len(lists)))
    if not len(elements):
        return pa.array([], pa.string()), codes[:0]
    pairs = (
        pa.table({"value": pc.struct_field(elements, field), "place": places})
        .group_by(["value", "place"])
        .aggregate([])
    )
    return pairs["value"].combine_chunks(), codes[pairs["place"].to_numpy()]


def _urgent(batch: pa.RecordBatch) -> list[tuple[int, bool, str]]:
    """The most urgent of a batch's items with a level, a history or a flag; those with flags first in each level."""
    rank = pc.fill_null(pc.index_in(pc.fill_null(batch["risk_level"], "none"), value_set=pa.array(LEVELS)), 0)
    flagged = pc.fill_null(pc.greater(pc.list_value_length(batch["flags"]), 0), False)
    shown = pc.or_(pc.or_(pc.greater(rank, 0), flagged), pc.fill_null(batch["risk_history"], False))
    table = pa.table(
        {"rank": pc.negate(rank), "plain": pc.cast(pc.invert(flagged), pa.int8()), "item_id": batch["item_id"]}
    ).filter(shown)
    by_urgency = pc.sort_indices(table, [(name, "ascending") for name in table.column_names])
    rows = table.take(by_urgency[:MOST_ITEMS]).to_pylist()
    return [(row["rank"], bool(row["plain"]), row["item_id"]) for row in rows]


def _marked(items: pa.Table, ids: list[str]) -> list[Marked]:
    columns = ["risk_level", "risk_history", "risk_evidence", "flags", "question", "answer", "turns"]
    rows: dict[str, dict[str, Any]] = rows_of(items, columns, ids)
    return [
        Marked(item_id, row["risk_level"] or "none", bool(row["risk_history"]), _reasons(row))
        for item_id, row in ((item_id, rows[item_id]) for item_id in ids)
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
