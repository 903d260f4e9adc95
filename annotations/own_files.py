"""Files that a curator asks for, such as a sheet or a page: where they may be written."""

from pathlib import Path

from curation.workspace import Workspace
from schemas.errors import UsageError


def check_place(workspace: Workspace, file: Path, what: str) -> None:
    """Sees that a file would lie in a folder that is there, in none that the toolkit or the sources have, and not
    over ``curate.yaml``.

    Args:
        workspace: The workspace.
        file: Where it would be written.
        what: What it is, for the message: ``a sheet``.

    Raises:
        UsageError: If it does not belong there.
    """
    place = file.resolve()
    if place == workspace.config_file or any(place.is_relative_to(one.resolve()) for one in workspace.folders):
        raise UsageError(f"{what} does not belong there", file=file, mend="Write it beside curate.yaml or elsewhere.")
    if not place.parent.is_dir():
        raise UsageError("there is no such folder", file=file.parent, mend="Make it first.")
