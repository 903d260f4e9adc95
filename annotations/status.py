"""Where the review of a build stands."""

from annotations.ledger import Ledger
from annotations.policy import counted, policy_of, standings
from curation import Workspace, open_build


def status(workspace: Workspace) -> dict[str, int]:
    """How many items of the last build are approved, rejected, disputed, stale or waiting.

    Raises:
        CurateError: If there is no build, or the ledger is broken.
    """
    items, entries = open_build(workspace).items(), Ledger(workspace.ledger).entries()
    return counted(standings(items, entries, policy_of(workspace)))
