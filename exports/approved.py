"""What may leave the workspace: the approved items of the last build that were not withdrawn, as they were approved.

An item keeps its part for good. The build draws it by a stable hash of the item's group; but groups grow when items are
added, so an item that a release once gave out keeps the part that it had there, and what belongs with it follows. Both
training files and releases go by these parts: nothing is trained on that a release holds for testing.
"""

from typing import Any, NamedTuple

from annotations import Entry, Ledger, Standing, approved_row, counted, policy_of, standings
from annotations.ledger import GENESIS
from annotations.withdrawals import Withdrawn, withdrawn
from curation import Workspace, open_build
from curation.build import Build
from exports.shelf import released_parts


class Approved(NamedTuple):
    """The approved items, and all that they rest on."""

    build: Build
    entries: list[Entry]
    standing: dict[str, Standing]
    withdrawn: Withdrawn
    items: list[dict[str, Any]]
    """All items of the build that were not withdrawn, as built, with the part that they keep."""
    rows: list[dict[str, Any]]
    """Of these the approved ones, as approved: with the edited text in its place, its hash, and ``verdict``."""

    @property
    def ledger_head(self) -> str:
        """The hash that stands for all decisions."""
        return self.entries[-1].hash if self.entries else GENESIS

    def counts(self) -> dict[str, int]:
        """How many items that were not withdrawn stand where in the review."""
        return counted({row["item_id"]: self.standing[row["item_id"]] for row in self.items})


def approved(workspace: Workspace) -> Approved:
    """Reads the last build, the ledger and the tombstones, and proves that none was changed.

    Raises:
        CurateError: If there is no build, a file of it was changed, or a chain of hashes is broken.
    """
    build = open_build(workspace, check=True)
    entries = Ledger(workspace.ledger).entries()
    table = build.items()
    standing = standings(table, entries, policy_of(workspace))
    gone = withdrawn(workspace.withdrawals)
    items = [row for row in table.to_pylist() if not gone.holds(row)]
    parts = kept_parts(items, released_parts(workspace))
    items = [{**row, "split": parts[row["item_id"]]} for row in items]
    rows = []
    for row in items:
        entry = standing[row["item_id"]].entry
        if entry is not None:
            rows.append({**approved_row(row, entry.review), "verdict": entry.review.verdict})
    return Approved(build, entries, standing, gone, items, rows)


def kept_parts(items: list[dict[str, Any]], released: dict[str, str]) -> dict[str, str]:
    """The part of each item: the one it was released in, else that of its group's first released item, else its own.

    Args:
        items: ``item_id``, ``group_id`` and the ``split`` that the build drew.
        released: The part of every item that was ever released.
    """
    of_group: dict[str, str] = {}
    for row in items:
        if row["item_id"] in released:
            of_group.setdefault(row["group_id"], released[row["item_id"]])
    return {
        row["item_id"]: released.get(row["item_id"]) or of_group.get(row["group_id"]) or row["split"] for row in items
    }
