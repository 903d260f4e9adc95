"""What changed between two releases: items in, out, edited or moved, with the reasons.

It names items and never quotes them, so that what was withdrawn is not told again.
"""

from collections import Counter
from typing import Any

import pyarrow as pa

from curation import Workspace
from exports.approved import Approved
from exports.shelf import EVIDENCE, Release, open_release, releases, version_of
from schemas.items import Strict
from schemas.release import Change

CHANGES = "changes.jsonl"


class Difference(Strict):
    """What ``curate diff`` reports."""

    before: str
    after: str
    items_before: int
    items_after: int
    counts: dict[str, dict[str, int]]
    """By change and reason."""
    changes: list[Change]


def changes_since(approved: Approved, before: Release | None) -> list[Change]:
    """What becomes of each item when the approved ones are released after ``before``."""
    old = _hashes(before.items()) if before else {}
    new = {row["item_id"]: (row["content_hash"], row["split"]) for row in approved.rows}
    why = dict.fromkeys(new.keys() - old.keys(), "is new")
    gone = old.keys() - new.keys()
    removed = set(approved.build.removed()["item_id"].to_pylist()) if gone else set()
    why |= {item_id: _why_out(item_id, approved, removed) for item_id in gone}
    return _compared(old, new, why)


def diff(workspace: Workspace, before: str, after: str) -> Difference:
    """What changed from one release to another, with the reasons that the changelogs between them give.

    Raises:
        CurateError: If one of them is not there.
    """
    one, other = open_release(workspace, before), open_release(workspace, after)
    old, new = _hashes(one.items()), _hashes(other.items())
    low, high = sorted((version_of(before), version_of(after)))
    why: dict[str, str] = {}
    for release in releases(workspace):
        if low < version_of(release.manifest.version) <= high:
            why |= {change.item_id: change.reason for change in read_changes(release)}
    found = _compared(old, new, why)
    return Difference(
        before=before,
        after=after,
        items_before=len(old),
        items_after=len(new),
        counts=counts_of(found),
        changes=found,
    )


def read_changes(release: Release) -> list[Change]:
    """What a release says of the changes since the one before it."""
    text = (release.folder / EVIDENCE / CHANGES).read_text(encoding="utf-8")
    return [Change.model_validate_json(line) for line in text.splitlines()]


def counts_of(changes: list[Change]) -> dict[str, dict[str, int]]:
    """How many items changed how, by reason."""
    counted = Counter((one.change, one.reason) for one in changes)
    found: dict[str, dict[str, int]] = {}
    for (change, reason), number in sorted(counted.items()):
        found.setdefault(change, {})[reason] = number
    return found


def _hashes(items: pa.Table) -> dict[str, tuple[str, str]]:
    rows: list[dict[str, Any]] = items.select(["item_id", "content_hash", "split"]).to_pylist()
    return {row["item_id"]: (row["content_hash"], row["split"]) for row in rows}


def _compared(old: dict[str, tuple[str, str]], new: dict[str, tuple[str, str]], why: dict[str, str]) -> list[Change]:
    found = []
    for item_id in sorted(old.keys() | new.keys()):
        if item_id not in old:
            found.append(Change(item_id=item_id, change="in", reason=why.get(item_id, "is new")))
        elif item_id not in new:
            found.append(Change(item_id=item_id, change="out", reason=why.get(item_id, "left")))
        elif old[item_id][0] != new[item_id][0]:
            reason = "its text changed and was approved anew"
            found.append(Change(item_id=item_id, change="edited", reason=why.get(item_id, reason)))
        elif old[item_id][1] != new[item_id][1]:
            found.append(Change(item_id=item_id, change="moved", reason="its part changed"))
    return found


def _why_out(item_id: str, approved: Approved, removed: set[str]) -> str:
    if item_id in approved.withdrawn.item_ids:
        return "was withdrawn"
    if item_id in approved.standing:
        state = approved.standing[item_id].state
        return "its source was withdrawn" if state == "approved" else f"is {state} in review"
    if item_id in removed:
        return "is a duplicate of another item"
    return "is no longer in its source, or in quarantine"
