"""Removed records beside the items that stand for them, with the words that differ marked."""

from typing import Any, NamedTuple

import pyarrow as pa
from markupsafe import Markup, escape

from curation.diff import word_diff
from curation.table import texts

MOST_PAIRS = 200
"""Pairs on the page; all are in removed.parquet."""

LONGEST_TEXT = 3_000
"""Characters of a text that the page shows."""


class Pair(NamedTuple):
    """A removed record and its keeper, as the page shows them."""

    removed_id: str
    kept_id: str
    reason: str
    score: float
    removed: Markup
    kept: Markup


def pairs(items: pa.Table, removed: pa.Table) -> list[Pair]:
    """The pairs a reader should doubt first: near-duplicates by rising score, then exact ones."""
    order = sorted(
        range(len(removed)),
        key=lambda place: (removed["score"][place].as_py(), removed["item_id"][place].as_py()),
    )[:MOST_PAIRS]
    shown = removed.take(pa.array(order, pa.int64())).to_pylist()
    wanted = {row["kept_id"] for row in shown}
    columns = ["item_id", "question", "answer", "turns"]
    keepers = {
        row["item_id"]: row
        for row in items.select(columns)
        .filter(pa.compute.is_in(items["item_id"], pa.array(sorted(wanted), pa.string())))
        .to_pylist()
    }
    found = []
    for row in shown:
        before, after = _text(row), _text(keepers[row["kept_id"]])
        removed_marked, kept_marked = marked(before, after)
        found.append(Pair(row["item_id"], row["kept_id"], row["reason"], row["score"], removed_marked, kept_marked))
    return found


def marked(first: str, second: str) -> tuple[Markup, Markup]:
    """Both texts as HTML, what stands in one alone within ``<mark>``."""
    left, right = Markup(), Markup()
    for piece in word_diff(first, second):
        left += escape(piece.before) if piece.same else _mark(piece.before)
        right += escape(piece.after) if piece.same else _mark(piece.after)
    return left, right


def _mark(text: str) -> Markup:
    return Markup("<mark>") + escape(text) + Markup("</mark>") if text else Markup()


def _text(row: dict[str, Any]) -> str:
    if row["turns"] is not None:
        text = "\n".join(f"{turn['role']}: {turn['text']}" for turn in row["turns"])
    else:
        text = "\n\n".join(text for _, text in texts(row))
    return text if len(text) <= LONGEST_TEXT else text[:LONGEST_TEXT] + " ..."
