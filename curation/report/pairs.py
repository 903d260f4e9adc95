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
    differences: str
    """The words that decided."""
    removed: Markup
    kept: Markup


def pairs(items: pa.Table, removed: pa.Table, near: pa.Table) -> list[Pair]:
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
    differences = {
        frozenset((row["item_id"], row["other_id"])): "; ".join(row["differences"]) for row in near.to_pylist()
    }
    found = []
    for row in shown:
        before, after = _text(row), _text(keepers[row["kept_id"]])
        removed_marked, kept_marked = marked(before, after)
        words = differences.get(frozenset((row["item_id"], row["kept_id"])), "")
        found.append(
            Pair(row["item_id"], row["kept_id"], row["reason"], row["score"], words, removed_marked, kept_marked)
        )
    return found


class GreyPair(NamedTuple):
    """Two items of which a reviewer is to say whether they are one, as the page shows them."""

    item_id: str
    other_id: str
    score: float
    differences: str
    one: Markup
    other: Markup


def grey_pairs(items: pa.Table, near: pa.Table) -> list[GreyPair]:
    """The pairs to be decided, the most alike first."""
    grey = near.filter(pa.compute.equal(near["zone"], "grey")).to_pylist()
    shown = sorted(grey, key=lambda row: (-row["score"], row["item_id"], row["other_id"]))[:MOST_PAIRS]
    wanted = pa.array(sorted({row[name] for row in shown for name in ("item_id", "other_id")}), pa.string())
    columns = items.select(["item_id", "question", "answer", "turns"])
    texts_of = {
        row["item_id"]: _text(row) for row in columns.filter(pa.compute.is_in(columns["item_id"], wanted)).to_pylist()
    }
    found = []
    for row in shown:
        one, other = marked(texts_of[row["item_id"]], texts_of[row["other_id"]])
        differences = "; ".join(row["differences"])
        found.append(GreyPair(row["item_id"], row["other_id"], row["score"], differences, one, other))
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
