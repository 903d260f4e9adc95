"""Withdrawal: an item or a source out of all that follows, and the names of all that holds it already."""

from typing import Any

import pyarrow.compute as pc

from annotations import Ledger
from annotations.withdrawals import Why, add_tombstone, longer_hashes, text_hashes, withdrawn
from curation import Workspace, open_build
from curation.build import Build
from exports.lineage.holders import Holder, holders
from schemas.errors import CurateError, UsageError
from schemas.items import Strict


class Withdrawal(Strict):
    """What was withdrawn, and what holds it."""

    number: int
    """Of the tombstone; 0 if all of it had been withdrawn before."""
    source_id: str | None
    item_ids: list[str]
    """The items, and the records that had been removed as duplicates of them."""
    because: dict[str, str]
    """Of each item beside the one that was named: why it goes with it."""
    alike: list[str]
    """Items that are alike and stay: look whether they are the same person's."""
    holders: list[Holder]
    """Exports, releases, runs and bundles made before; they are as they were."""


def withdraw(
    workspace: Workspace, item_id: str | None = None, *, source: str | None = None, why: Why = "consent"
) -> Withdrawal:
    """Withdraws an item with every copy of its text, or all of a source.

    From now on no export and no release holds it. What goes with an item: the records that were removed as its
    duplicates, and the items that hold its question, its answer or one of its longer turns word for word. Earlier
    builds, releases and models are not changed; they are named.

    Raises:
        UsageError: If not exactly one of item and source is given.
        CurateError: If there is none such in the last build or in a tombstone.
    """
    if (item_id is None) == (source is None):
        raise UsageError("name one item, or one source", mend="Give ITEM_ID, or --source ID.")
    build = open_build(workspace, check=True)
    before = withdrawn(workspace.withdrawals)
    if source is not None:
        return _withdraw_source(workspace, build, source, why, known=source in before.source_ids)
    assert item_id is not None
    rows = {row["item_id"]: row for table in (build.removed(), build.items()) for row in table.to_pylist()}
    if item_id not in rows and item_id not in before.item_ids:
        raise CurateError(
            f"build {build.manifest.build_id} has no item '{item_id}'",
            mend="Take an id from the report or items.parquet.",
        )
    found = _with_copies(item_id, rows) if item_id in rows else {item_id: "was named"}
    ids = list(found)
    new = [one for one in ids if one not in before.item_ids]
    number = 0
    if new:
        hashes = {one for each in ids if each in rows for one in text_hashes(rows[each])}
        hashes |= _hashes_of_edits(workspace, set(ids))
        stone = add_tombstone(workspace.withdrawals, why=why, item_ids=tuple(ids), hashes=tuple(sorted(hashes)))
        number = stone.number
    return Withdrawal(
        number=number,
        source_id=None,
        item_ids=ids,
        because={one: reason for one, reason in found.items() if one != item_id},
        alike=_alike(build, set(ids), before.item_ids),
        holders=holders(workspace, set(ids)),
    )


def _with_copies(item_id: str, rows: dict[str, dict[str, Any]]) -> dict[str, str]:
    """The item and all rows that hold its text, each with the reason why it goes."""
    found = {item_id: "was named"}
    by_hash: dict[str, list[str]] = {}
    for row in rows.values():
        for one in text_hashes(row):
            by_hash.setdefault(one, []).append(row["item_id"])
    keeper = rows[item_id].get("kept_id")
    if keeper in rows:
        found[keeper] = f"stands for {item_id}, which is a duplicate of it"
    for one in [text_hash for named in found for text_hash in text_hashes(rows[named])]:
        for other in by_hash[one]:
            found.setdefault(other, "holds a text of it word for word")
    for row in rows.values():
        if row.get("kept_id") in found:
            found.setdefault(row["item_id"], f"is a duplicate of {row['kept_id']}")
    return found


def _hashes_of_edits(workspace: Workspace, ids: set[str]) -> set[str]:
    """Reviewers' own words for these items are what was released, so they are looked for as well."""
    found: set[str] = set()
    for entry in Ledger(workspace.ledger).entries():
        review = entry.review
        if review.item_id in ids:
            edited = [review.question, review.answer, *(turn.text for turn in review.turns or ())]
            found |= set(longer_hashes(text for text in edited if text))
    return found


def _withdraw_source(workspace: Workspace, build: Build, source: str, why: Why, *, known: bool) -> Withdrawal:
    sources = [one.source_id for one in build.manifest.sources]
    if source not in sources and not known:
        raise CurateError(f"there is no source '{source}'", mend=f"The sources are: {', '.join(sources)}.")
    ids = [row["item_id"] for row in build.items().to_pylist() if row["provenance"]["source_id"] == source]
    number = 0 if known else add_tombstone(workspace.withdrawals, why=why, source_id=source).number
    return Withdrawal(
        number=number,
        source_id=source,
        item_ids=ids,
        because={},
        alike=_alike(build, set(ids), frozenset()),
        holders=holders(workspace, set(ids)),
    )


def _alike(build: Build, ids: set[str], gone: frozenset[str]) -> list[str]:
    pairs = build.pairs()
    touching = pairs.filter(pc.not_equal(pairs["zone"], "removed")).select(["item_id", "other_id"]).to_pylist()
    found = set()
    for pair in touching:
        one, other = pair["item_id"], pair["other_id"]
        if (one in ids) != (other in ids):
            found.add(other if one in ids else one)
    return sorted(found - gone)
