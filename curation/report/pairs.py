"""Pairs of records side by side, with the words that differ marked: removed ones, and those that a person decides on.

All pairs are in the build's tables. The page shows a sample of them that depends on the build alone: as many of each
score as there is room for, so that a reader sees what any threshold would do.
"""

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from markupsafe import Markup, escape

from curation.dedup.deduplicate import NEAR
from curation.diff import Piece, word_diff
from curation.report.columns import batches, rows_of
from curation.table import texts

MOST_PAIRS = 250
"""Pairs of each kind on the page; all are in removed.parquet and pairs.parquet."""
LONGEST_TEXT = 4_000
"""Characters of a text that are compared for the page."""
AROUND, LEAST_LEFT_OUT = 160, 300
"""Characters shown on either side of a difference, and how many are the least to be left out further away."""
BELOW = "below the threshold"
_COLUMNS = ["question", "answer", "turns"]
_NEAR = ["item_id", "other_id", "score", "guarded", "differences"]


class Pair(NamedTuple):
    """Two records that are alike, as the page shows them."""

    kind: str
    """``removed``, where the second stands for the first, or ``grey``, where both stay."""
    first_id: str
    second_id: str
    reason: str
    score: float
    guarded: bool
    """Whether both stay at any threshold."""
    differences: str
    """The words that decided."""
    first: Markup
    second: Markup

    @property
    def moves(self) -> bool:
        """Whether it depends on the threshold what becomes of it."""
        return self.reason in (NEAR, BELOW)

    @property
    def sources(self) -> tuple[str, str]:
        return source_of(self.first_id), source_of(self.second_id)


class Sample(NamedTuple):
    """The pairs that the page shows, by rising score, and how many there are of either kind."""

    pairs: list[Pair]
    removed: int
    grey: int

    def shown(self, kind: str) -> int:
        return sum(pair.kind == kind for pair in self.pairs)


def sample_pairs(items: pa.Table, removed: pa.Table, near: pa.Table) -> Sample:
    """A sample of the removed records with the items that stand for them, and of the pairs to be decided.

    Args:
        items: The items, scrubbed.
        removed: The removed records, scrubbed.
        near: The near pairs, columns of :data:`curation.flow.PAIRS`.
    """
    grey = near.filter(pc.equal(near["zone"], "grey"))
    gone = _sampled(removed.select(["item_id", "kept_id", "reason", "score"]))
    open_ = _sampled(grey.select(_NEAR))
    wanted = [row[name] for row in gone for name in ("item_id", "kept_id")]
    wanted += [row[name] for row in open_ for name in ("item_id", "other_id")]
    text_of = {
        row["item_id"]: _text(row) for table in (items, removed) for row in rows_of(table, _COLUMNS, wanted).values()
    }
    words = _words(near, [row["item_id"] for row in gone])
    pairs = []
    for row in gone:
        first, second = marked(text_of[row["item_id"]], text_of[row["kept_id"]])
        differences = words.get(frozenset((row["item_id"], row["kept_id"])), "")
        pairs.append(
            Pair(
                "removed",
                row["item_id"],
                row["kept_id"],
                row["reason"],
                row["score"],
                False,
                differences,
                first,
                second,
            )
        )
    for row in open_:
        first, second = marked(text_of[row["item_id"]], text_of[row["other_id"]])
        reason = "differs in a word of meaning" if row["guarded"] else BELOW
        differences = "; ".join(row["differences"])
        pairs.append(
            Pair(
                "grey",
                row["item_id"],
                row["other_id"],
                reason,
                row["score"],
                row["guarded"],
                differences,
                first,
                second,
            )
        )
    pairs.sort(key=lambda pair: (pair.score, pair.kind != "removed", pair.first_id, pair.second_id))
    return Sample(pairs, len(removed), len(grey))


def source_of(item_id: str) -> str:
    """The source that an item's id begins with."""
    return item_id.rpartition("-")[0]


def overlaps(removed: pa.Table) -> dict[tuple[str, str], int]:
    """How many removed records of one source an item of another stands for, by both."""
    sides = [pc.replace_substring_regex(removed[name], "-[^-]*$", "") for name in ("item_id", "kept_id")]
    grouped = pa.table(sides, names=["first", "second"]).group_by(["first", "second"]).aggregate([([], "count_all")])
    return dict(sorted(((row["first"], row["second"]), row["count_all"]) for row in grouped.to_pylist()))


def marked(first: str, second: str) -> tuple[Markup, Markup]:
    """Both texts as HTML: what stands in one alone is within ``<mark>``, what is long the same is left out."""
    left, right = Markup(), Markup()
    pieces = _joined(word_diff(first, second))
    for place, piece in enumerate(pieces):
        if piece.same:
            same = escape(_shortened(piece.before, place > 0, place < len(pieces) - 1))
            left, right = left + same, right + same
        else:
            left, right = left + _mark(piece.before), right + _mark(piece.after)
    return left, right


def _joined(pieces: Iterable[Piece]) -> list[Piece]:
    """The pieces, with differences joined that have no word between them: a reader sees one, and not confetti."""
    joined: list[Piece] = []
    for piece in pieces:
        if not piece.same and len(joined) > 1 and not any(map(str.isalnum, joined[-1].before)):
            between, last = joined.pop(), joined.pop()
            piece = Piece(False, last.before + between.before + piece.before, last.after + between.after + piece.after)
        joined.append(piece)
    return joined


def _mark(text: str) -> Markup:
    return Markup("<mark>") + escape(text) + Markup("</mark>") if text else Markup()


def _shortened(text: str, follows: bool, goes_on: bool) -> str:
    """A stretch that both texts have, cut to what stands beside their differences; the beginning is always shown."""
    head = text[: AROUND * (1 if follows else 2)].rpartition(" ")[0]
    tail = text[-AROUND:].partition(" ")[2] if goes_on else ""
    left_out = len(text) - len(head) - len(tail)
    return f"{head} [… {left_out:,} characters, the same …] {tail}" if left_out > LEAST_LEFT_OUT else text


def _sampled(pairs: pa.Table) -> list[dict[str, Any]]:
    """At most :data:`MOST_PAIRS` of the pairs: of each whole score, and of guarded ones apart, the same number.

    Which ones is decided by the end of the first item's id, which is a hash, so that it does not lean to any source.
    """
    if not len(pairs):
        return []
    scores = np.floor(pairs["score"].to_numpy()).astype(np.int64)
    if "guarded" in pairs.column_names:
        scores = scores * 2 + pairs["guarded"].to_numpy()
    tails = pc.utf8_slice_codeunits(pairs["item_id"], -8)
    order = np.lexsort((pc.rank(tails, tiebreaker="first").to_numpy(), scores))
    in_order = scores[order]
    turn = np.arange(len(order)) - np.searchsorted(in_order, in_order, side="left")
    taken = np.sort(order[np.lexsort((in_order, turn))][:MOST_PAIRS])
    chosen = np.zeros(len(pairs), bool)
    chosen[taken] = True
    rows: list[dict[str, Any]] = pairs.filter(pa.array(chosen)).to_pylist()
    return rows


def _words(near: pa.Table, ids: Iterable[str]) -> dict[frozenset[str], str]:
    """The words that decided, of the near pairs that hold one of these items."""
    wanted = pa.array(sorted(set(ids)), pa.string())
    found = {}
    for batch in batches(near, ["item_id", "other_id", "differences"]):
        either = (pc.is_in(batch[name], value_set=wanted) for name in ("item_id", "other_id"))
        for row in batch.filter(pc.or_(*either)).to_pylist():
            found[frozenset((row["item_id"], row["other_id"]))] = "; ".join(row["differences"])
    return found


def _text(row: dict[str, Any]) -> str:
    if row["turns"] is not None:
        text = "\n".join(f"{turn['role']}: {turn['text']}" for turn in row["turns"])
    else:
        text = "\n\n".join(text for _, text in texts(row))
    return (
        text if len(text) <= LONGEST_TEXT else f"{text[:LONGEST_TEXT]} [… {len(text) - LONGEST_TEXT:,} more characters]"
    )
