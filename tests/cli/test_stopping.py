"""Ctrl-C on a terminal: the command says that it stops, stops, and shows no traceback, whatever it was at."""

import os
import pty
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from curation import Workspace
from tests.conftest import MakeWorkspace

PAIRS = [
    (f"Question {number}: how can I sleep? Call me, Anna Weber, at 212-555-{number:04}.", f"Answer {number}: get up.")
    for number in range(4500)
]
"""Enough for worker processes."""
CTRL_C, LAST = b"\x03", "curate: stopped; the same command goes on where it was"


class Terminal:
    """A build on a terminal of its own: what it shows, and keys pressed there."""

    def __init__(self, workspace: Workspace) -> None:
        self.keys, theirs = pty.openpty()
        script = Path(sys.executable).with_name("curate")
        command = [str(script), "-C", str(workspace.root), "build-dataset", "--workers", "2"]
        self.process = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, preexec_fn=_login)
        os.close(theirs)
        self.shown = ""

    def read(self) -> bool:
        """Reads what is shown next; False once nothing follows."""
        try:
            more = os.read(self.keys, 65536)
        except OSError:  # how Linux says that the last process has left the terminal
            return False
        self.shown += more.decode(errors="replace")
        return bool(more)

    def read_until(self, reached: Callable[[], bool]) -> None:
        while not reached():
            assert self.read(), self.shown

    def has_workers(self) -> bool:
        """Whether there are processes beside the one that tracks what they share."""
        pid = self.process.pid
        return len(Path(f"/proc/{pid}/task/{pid}/children").read_text().split()) > 1

    def ended(self) -> tuple[int, list[str]]:
        """The exit code, and the lines after what was shown until now."""
        before = len(self.shown)
        while self.read():
            pass
        return self.process.wait(), [line.strip() for line in self.shown[before:].splitlines() if "curate:" in line]


def _hear_ctrl_c() -> None:
    """A shell lets what runs in the background ignore Ctrl-C, and these tests with it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _login() -> None:
    """Makes the terminal the one that sends Ctrl-C to this process and to all that it starts."""
    import fcntl
    import termios

    _hear_ctrl_c()
    os.setsid()
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


@pytest.fixture
def terminal(make_workspace: MakeWorkspace) -> Iterator[Terminal]:
    terminal = Terminal(make_workspace(PAIRS))
    yield terminal
    terminal.process.kill()
    terminal.process.wait()
    os.close(terminal.keys)


def test_ctrl_c_while_worker_processes_start(terminal: Terminal) -> None:
    while not terminal.has_workers():
        time.sleep(0.01)
    os.write(terminal.keys, CTRL_C)
    assert terminal.ended() == (130, ["curate: stopping…", LAST])
    assert "Traceback" not in terminal.shown


def test_ctrl_c_in_the_middle_of_a_step(terminal: Terminal) -> None:
    terminal.read_until(lambda: "clean" in terminal.shown)
    os.write(terminal.keys, CTRL_C)
    assert terminal.ended() == (130, ["curate: stopping…", LAST])
    assert "Traceback" not in terminal.shown


def test_ctrl_c_twice(terminal: Terminal) -> None:
    terminal.read_until(lambda: "clean" in terminal.shown)
    os.write(terminal.keys, CTRL_C)
    terminal.read_until(lambda: "stopping" in terminal.shown)
    os.write(terminal.keys, CTRL_C)
    code, lines = terminal.ended()
    assert (code, lines[-1]) == (130, LAST)
    assert "Traceback" not in terminal.shown
    assert "leaked" not in terminal.shown


def test_sigterm(terminal: Terminal) -> None:
    terminal.read_until(lambda: "clean" in terminal.shown)
    terminal.process.send_signal(signal.SIGTERM)
    assert terminal.ended() == (143, [LAST])
    assert "Traceback" not in terminal.shown
    assert "leaked" not in terminal.shown


def test_ctrl_c_when_nobody_reads_what_is_said(make_workspace: MakeWorkspace) -> None:
    """As of ``curate build-dataset 2>&1 | head``: it stops all the same."""
    script = Path(sys.executable).with_name("curate")
    command = [str(script), "-C", str(make_workspace(PAIRS).root), "build-dataset", "--workers", "2"]
    null, pipe = subprocess.DEVNULL, subprocess.PIPE
    with subprocess.Popen(command, stdout=null, stderr=pipe, preexec_fn=_hear_ctrl_c) as process:
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
        while len(children.read_text().split()) < 2:
            time.sleep(0.01)
        assert process.stderr is not None
        process.stderr.close()
        process.send_signal(signal.SIGINT)
        assert process.wait() == 130


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_that_the_starter_has_ignored_stays_ignored(number: signal.Signals) -> None:
    """As of ``nohup`` and of a script's ``curate … &``."""
    program = f"import os, cli.stopping; cli.stopping.listen(); os.kill(os.getpid(), {number:d}); print('goes on')"
    done = subprocess.run(
        [sys.executable, "-c", program],
        preexec_fn=lambda: signal.signal(number, signal.SIG_IGN),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "goes on\n")
