"""What the decisions on an item come to: approved, rejected, disputed, stale or waiting.

Of each reviewer the last decision on a text counts, and on that text alone: a decision on another version of the item
neither stands for it nor takes it away. One approval of the text as it stands approves an item; a rejection beside it
makes it disputed, and what is disputed is not approved.
"""

from collections import Counter
from typing import Any, Literal, NamedTuple

import pyarrow as pa

from annotations.ledger import Entry
from curation.content import content_hash
from schemas.errors import CurateError
from schemas.review import Review

State = Literal["approved", "rejected", "disputed", "stale", "waiting"]
STATES: tuple[State, ...] = ("approved", "rejected", "disputed", "stale", "waiting")


class Standing(NamedTuple):
    """Where an item stands, and the decision that put it there."""

    state: State
    entry: Entry | None = None
    """The approval that counts: the last one written."""


def standings(items: pa.Table, entries: list[Entry]) -> dict[str, Standing]:
    """The standing of each item of a build, by its id.

    Args:
        items: The items of a build: ``item_id`` and ``content_hash``.
        entries: The ledger's decisions, in their order.
    """
    decided: dict[tuple[str, str], dict[str, Entry]] = {}
    for entry in entries:
        review = entry.review
        decided.setdefault((review.item_id, review.content_hash), {})[review.reviewer] = entry
    ever = {item_id for item_id, _ in decided}
    return {
        item_id: _standing(list(decided.get((item_id, hash_now), {}).values()), item_id in ever)
        for item_id, hash_now in zip(items["item_id"].to_pylist(), items["content_hash"].to_pylist(), strict=True)
    }


def _standing(current: list[Entry], ever_decided: bool) -> Standing:
    """What the last decision of each reviewer on the text as it stands comes to."""
    if not current:
        return Standing("stale" if ever_decided else "waiting")
    approvals = [entry for entry in current if entry.review.verdict != "reject"]
    if not approvals:
        return Standing("rejected")
    texts = {_outcome(entry.review) for entry in approvals}
    if len(approvals) < len(current) or len(texts) > 1:
        return Standing("disputed")
    return Standing("approved", max(approvals, key=lambda entry: entry.number))


def _outcome(review: Review) -> str:
    """What a reader would see if this approval counted: two that differ are a dispute."""
    if review.verdict == "accept":
        return review.content_hash
    return review.model_dump_json(include={"question", "answer", "turns"})


def counted(standing_of: dict[str, Standing]) -> dict[str, int]:
    """How many items stand where, all states named."""
    found: Counter[str] = Counter(standing.state for standing in standing_of.values())
    return {state: found[state] for state in STATES}


def approved_row(row: dict[str, Any], review: Review) -> dict[str, Any]:
    """An item as it was approved: with the edited text in its place, and the hash of that text.

    Raises:
        CurateError: If the item's text is not the one that the review approved.
    """
    if content_hash(row) != review.content_hash:
        raise CurateError(
            f"the text of item '{row['item_id']}' is not the one that {review.reviewer} approved",
            mend="The build was changed after it was made: remove it and run `curate build-dataset`.",
        )
    if review.verdict == "edit":
        edited: dict[str, Any] = {
            name: text for name in ("question", "answer") if (text := getattr(review, name)) is not None
        }
        if review.turns is not None:
            edited["turns"] = [turn.model_dump() for turn in review.turns]
        row = {**row, **edited}
    return {**row, "content_hash": content_hash(row)}
