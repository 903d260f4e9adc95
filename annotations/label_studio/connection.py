"""Which server a workspace's reviewers work on, and by whose accounts: ``.curate/label-studio.json``, mode 0600."""

import hmac
import os
import secrets
from pathlib import Path

from pydantic import ValidationError

from curation.workspace import Workspace, write_whole
from schemas.errors import CurateError
from schemas.items import Strict

KEY_VARIABLE = "LABEL_STUDIO_API_KEY"
"""The environment variable that holds the key to a server of the team's; it is written nowhere."""


class Account(Strict):
    """A reviewer's account on the server."""

    email: str
    password: str
    """What the reviewer logs in with at first."""
    user_id: int


class Connection(Strict):
    """A server, and what this workspace is there."""

    url: str
    own: bool
    """Whether the server was started by ``curate review serve`` and belongs to this workspace alone."""
    workspace_id: str
    """Marks this workspace's projects on the server."""
    secret: str
    """What the passwords of the reviewers' accounts are made from, so that an interruption loses none."""
    key: str | None = None
    """The key of a server of one's own; that of the team's server stands in the environment."""
    email: str | None = None
    password: str | None = None
    """The curator's account on a server of one's own."""
    port: int | None = None
    accounts: dict[str, Account] = {}
    """By the reviewers' aliases."""


def connection_file(workspace: Workspace) -> Path:
    """Where the connection is kept."""
    return workspace.private / "label-studio.json"


def read_connection(workspace: Workspace) -> Connection:
    """The connection of a workspace.

    Raises:
        CurateError: If there is none, or its file is damaged.
    """
    file = connection_file(workspace)
    name = workspace.relative(file)
    try:
        return Connection.model_validate_json(file.read_bytes())
    except FileNotFoundError:
        mend = "Start one with `curate review serve`, or name the team's with `curate review serve --url URL`."
        raise CurateError("this workspace has no review server", file=name, mend=mend) from None
    except ValidationError:
        raise CurateError("is damaged", file=name, mend="Put a copy back, or start anew without it.") from None


def write_connection(workspace: Workspace, connection: Connection) -> None:
    """Keeps a connection, readable by its owner alone."""
    # A file that write_whole makes has the mode 0600 from the start.
    write_whole(connection_file(workspace), connection.model_dump_json(indent=2) + "\n")


def key_of(connection: Connection) -> str:
    """The key to the server.

    Raises:
        CurateError: If it is the team's, and the environment does not hold it.
    """
    key = connection.key if connection.own else os.environ.get(KEY_VARIABLE)
    if not key:
        raise CurateError(
            f"the key to {connection.url} is not set",
            field=KEY_VARIABLE,
            mend="Copy it from Account & Settings there, and put it into this environment variable.",
        )
    return key


def new_connection(url: str, *, own: bool) -> Connection:
    """A connection that no other workspace has."""
    connection = Connection(url=url, own=own, workspace_id=secrets.token_hex(6), secret=secrets.token_hex(24))
    if not own:
        return connection
    curator = {
        "key": secrets.token_hex(20),
        "email": "curator@workspace.invalid",
        "password": secrets.token_urlsafe(18),
    }
    return connection.model_copy(update=curator)


def password_of(connection: Connection, alias: str) -> str:
    """The password that the account of a reviewer is made with."""
    return hmac.new(connection.secret.encode(), alias.encode(), "sha256").hexdigest()[:20]
