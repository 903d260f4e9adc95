"""Where the review of a build stands."""

from annotations.ledger import Ledger
from annotations.policy import counted, standings
from curation import Workspace, open_build


def status(workspace: Workspace) -> dict[str, int]:
    """How many items of the last build are approved, rejected, disputed, stale or waiting.

    Raises:
        CurateError: If there is no build, or the ledger is broken.
    """
    return counted(standings(open_build(workspace).items(), Ledger(workspace.ledger).entries()))
