"""What this workspace remembers of a project on the server, so that an interruption costs nothing: a file a project.

The server holds the truth of what was sent, the ledger of what was decided. These notes say which request is without
an answer, what was once sent (so that a task that is gone is missed), and from when on decisions are asked for.
"""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from curation.workspace import Workspace, write_whole
from schemas.errors import CurateError


class Intent(BaseModel):
    """A request to import tasks that has no answer yet."""

    keys: list[str]
    sent: float
    """When, in seconds since 1970."""


class ProjectState(BaseModel):
    """What is remembered of a project."""

    pushed: list[str] = []
    """The keys of tasks that were seen on the server."""
    intent: Intent | None = None
    cursor: str | None = None
    """The time, by the server's clock, up to which decisions were taken back."""
    held: dict[str, str] = {}
    """By task, why its decision could not be taken, until its reviewer mends it."""
    spoilt: list[int] = []
    """Tasks that somebody else than their reviewer decided on: their reviewer is asked again."""


class StateFile:
    """The notes on one project.

    Args:
        workspace: The workspace.
        project: The project's id on the server.
        workspace_id: The mark of the workspace there: another server's notes are another file.
    """

    def __init__(self, workspace: Workspace, project: int, workspace_id: str) -> None:
        self.file: Path = workspace.private / "queue" / f"{workspace_id}-{project}.json"
        try:
            self.state = ProjectState.model_validate_json(self.file.read_bytes())
        except (FileNotFoundError, ValidationError):
            # Nothing in it is needed to be right: it is found out anew from the server.
            self.state = ProjectState()

    def save(self, **changes: Any) -> None:
        """Writes the notes, with what is given changed."""
        self.state = self.state.model_copy(update=changes)
        write_whole(self.file, self.state.model_dump_json() + "\n")


@contextmanager
def alone(workspace: Workspace) -> Iterator[None]:
    """Lets one command at a time send or take back; another waits.

    Raises:
        CurateError: If the lock cannot be had.
    """
    path = workspace.private / "queue.lock"
    try:
        lock = path.open("w")
    except PermissionError:
        raise CurateError("cannot be written", file=workspace.relative(path), mend="Check its permissions.") from None
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
