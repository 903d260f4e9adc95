"""A private Label Studio of a workspace: started, found again, stopped.

It listens on this machine alone, has its own database, key and accounts under ``.curate/label-studio``, and reports to
nobody. It goes on in the background until ``stop``.
"""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

from annotations.label_studio.connection import (
    Connection,
    connection_file,
    new_connection,
    read_connection,
    write_connection,
)
from annotations.label_studio.install import DATABASE, Say, clean_environment, database, installed, program
from annotations.label_studio.talk import connect, give_accounts
from annotations.policy import policy_of
from curation.workspace import Workspace
from schemas.errors import CurateError, needs
from schemas.items import Strict

HOST = "127.0.0.1"
ATTEMPTS = 3
"""How often a port is chosen: between the choice and the start another program can take it."""
READY_WITHIN = 240
"""Seconds; on an idle machine it takes eight."""


class Served(Strict):
    """A server that answers."""

    url: str
    own: bool
    started: bool
    """Whether this call started it."""
    version: str | None
    accounts: dict[str, str]
    """The reviewers' e-mail addresses to log in with, by alias; their passwords stand in ``.curate``."""
    file: str
    """Where the passwords stand."""


def serve(workspace: Workspace, *, url: str | None = None, say: Say = lambda line: None) -> Served:
    """Makes sure that the workspace's review server answers, and that every reviewer has an account there.

    Args:
        workspace: The workspace.
        url: A server of the team's; its key is read from the environment. Without it, a server of one's own is
            started where none runs.
        say: Is told what takes long.

    Raises:
        CurateError: If the server cannot be installed, started or reached.
    """
    with needs("review", "the review server"):  # before a server is installed that nothing could talk to
        import label_studio_sdk  # noqa: F401
    policy = policy_of(workspace)
    connection = _known(workspace)
    started = False
    if url is not None:
        connection = _of_team(connection, url)
    elif connection is None or connection.own:
        connection, started = _own(workspace, connection, say)
    write_connection(workspace, connection)
    server = connect(connection)
    connection = give_accounts(server, connection, list(policy.config.reviewers), workspace)
    return Served(
        url=connection.url,
        own=connection.own,
        started=started,
        version=server.version(),
        accounts={alias: account.email for alias, account in connection.accounts.items()},
        file=workspace.relative(connection_file(workspace)),
    )


def stop(workspace: Workspace) -> bool:
    """Stops the workspace's own server; False where none runs."""
    file = _pid_file(workspace)
    pid = _running(file)
    if pid is None:
        return False
    os.killpg(pid, signal.SIGTERM)
    for _ in range(100):
        if _running(file) is None:
            break
        time.sleep(0.1)
    else:
        os.killpg(pid, signal.SIGKILL)
    file.unlink(missing_ok=True)
    return True


def _known(workspace: Workspace) -> Connection | None:
    return read_connection(workspace) if connection_file(workspace).is_file() else None


def _of_team(known: Connection | None, url: str) -> Connection:
    url = url.rstrip("/")
    if known is not None and known.url == url:
        return known
    return new_connection(url, own=False)


def _own(workspace: Workspace, known: Connection | None, say: Say) -> tuple[Connection, bool]:
    """The workspace's own server, started where it does not run; and whether it was."""
    pid = _running(_pid_file(workspace))
    if known is not None and pid is not None:
        _wait(workspace, known.url, pid)
        return known, False
    folder = installed(say)
    data = workspace.private / "label-studio"
    data.mkdir(mode=0o700, exist_ok=True)
    if not (data / DATABASE).exists():
        partial = data / f"{DATABASE}.partial"
        shutil.copyfile(database(folder), partial)
        partial.chmod(0o600)
        partial.rename(data / DATABASE)
        known = None  # what was known of a database that is gone
    for attempt in range(ATTEMPTS):
        port = _free_port(known.port if known and not attempt else None)
        connection = (known or new_connection("", own=True)).model_copy(
            update={"url": f"http://{HOST}:{port}", "port": port}
        )
        write_connection(workspace, connection)
        known = connection
        say("Starting Label Studio ...")
        pid = _start(folder, data, connection)
        _pid_file(workspace).write_text(f"{pid}\n")
        _wait(workspace, connection.url, pid)
        if connect(connection).knows_us():
            return connection, True
        # Another program took the port in between, and answers there.
        stop(workspace)
    raise CurateError(f"others answer where Label Studio was started, {ATTEMPTS} times", mend="Run the command again.")


def _start(folder: Path, data: Path, connection: Connection) -> int:
    environment = clean_environment() | {
        "LABEL_STUDIO_BASE_DATA_DIR": str(data),
        "LABEL_STUDIO_DISABLE_SIGNUP_WITHOUT_LINK": "true",
        "LABEL_STUDIO_ENABLE_LEGACY_API_TOKEN": "true",
        "LABEL_STUDIO_USERNAME": connection.email or "",
        "LABEL_STUDIO_PASSWORD": connection.password or "",
        "LABEL_STUDIO_USER_TOKEN": connection.key or "",
    }
    command = [str(program(folder)), "start", "--no-browser", "--internal-host", HOST, "--port", str(connection.port)]
    command += ["--data-dir", str(data)]
    log = os.open(data / "server.log", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        process = subprocess.Popen(
            command,
            env=environment,
            cwd=data,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    finally:
        os.close(log)
    return process.pid


def _wait(workspace: Workspace, url: str, pid: int) -> None:
    import httpx

    log = workspace.relative(workspace.private / "label-studio" / "server.log")
    deadline = time.monotonic() + READY_WITHIN
    while time.monotonic() < deadline:
        try:
            if httpx.get(f"{url}/health", timeout=5).status_code == 200:
                return
        except httpx.HTTPError:
            pass
        if not _is_label_studio(pid):
            raise CurateError("Label Studio did not start", file=log, mend="The file says why.")
        time.sleep(0.3)
    raise CurateError(f"Label Studio was not ready within {READY_WITHIN} s", file=log, mend="The file says why.")


def _pid_file(workspace: Workspace) -> Path:
    return workspace.private / "label-studio" / "server.pid"


def _running(file: Path) -> int | None:
    """The process of a server that runs; None for a number that by now is another program's."""
    try:
        pid = int(file.read_text())
    except (FileNotFoundError, ValueError):
        return None
    return pid if _is_label_studio(pid) else None


def _is_label_studio(pid: int) -> bool:
    """Whether a process runs, and is a Label Studio as far as the system tells."""
    with contextlib.suppress(ChildProcessError):
        # The child of a process that lives on stays as a zombie until it is asked for.
        os.waitpid(pid, os.WNOHANG)
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, PermissionError):
        return False
    command = Path(f"/proc/{pid}/cmdline")
    return not command.exists() or b"label-studio" in command.read_bytes()


def _free_port(wanted: int | None) -> int:
    """The port that was wanted, so that links stay what they were, or one that is free."""
    for port in (wanted, 0) if wanted else (0,):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((HOST, port))
            return int(probe.getsockname()[1])
    raise CurateError("no port is free", mend="Stop what uses them.")
