"""Whether the ledger is whole: its chain, and the places outside of it that name a decision in the chain."""

import json
from pathlib import Path

from annotations.ledger import GENESIS, Ledger
from curation import Workspace
from schemas.errors import CurateError
from schemas.items import Strict


class Verified(Strict):
    """A ledger that is whole."""

    decisions: int
    head: str
    """The hash of the last decision. Who notes it down elsewhere can prove later that no decision was cut off."""
    anchors: list[str]
    """The manifests of this workspace that name a decision of the chain."""


def verify(workspace: Workspace) -> Verified:
    """Proves the chain of decisions, and that every head which an export, a release or a run wrote down is still in it.

    Raises:
        CurateError: If a decision was changed, taken out or cut off; names the first broken link.
    """
    ledger = Ledger(workspace.ledger)
    hashes = [GENESIS, *(entry.hash for entry in ledger.entries())]
    anchors = []
    made = [
        *workspace.exports.glob("*/manifest.json"),
        *workspace.releases.glob("*/release.json"),
        *workspace.runs.glob("*/manifest.json"),
    ]
    for manifest in sorted(made):
        head = _head(manifest)
        if head is None:
            continue
        if head not in hashes:
            raise CurateError(
                f"the ledger ends before the decision that {workspace.relative(manifest)} was made after",
                file=workspace.relative(workspace.ledger),
                mend="Its last decisions were cut off, or it is another workspace's: put back a copy.",
            )
        anchors.append(workspace.relative(manifest))
    ledger.check_seal()
    return Verified(decisions=len(hashes) - 1, head=hashes[-1], anchors=anchors)


def _head(manifest: Path) -> str | None:
    try:
        found = json.loads(manifest.read_bytes())
        head = found.get("ledger_head") or found.get("export", {}).get("ledger_head")
        return head if isinstance(head, str) else None
    except (ValueError, AttributeError):
        return None  # what a damaged manifest says is for export and fine-tuning to judge
