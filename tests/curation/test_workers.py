"""Worker processes end with the block that they are of, and a signal that comes while one starts is not lost."""

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from curation.workers import Workers
from schemas.errors import CurateError


def half_sent(size: int) -> bytes:
    """A result in the middle of which its process stops."""
    write = Connection._send  # type: ignore[attr-defined]

    def send(self: Connection, part: bytes) -> None:
        if len(part) < size:
            write(self, part)
        else:
            write(self, part[: size // 2])
            os.kill(os.getpid(), signal.SIGSTOP)

    Connection._send = send  # type: ignore[attr-defined]
    return bytes(size)


def killed(_: int) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def is_stopped(pid: int | None) -> bool:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"


def test_an_interrupt_in_the_middle_of_a_large_result_ends_the_processes() -> None:
    before = set(multiprocessing.active_children())

    def items() -> Iterator[tuple[int, int]]:
        yield 0, 10_000_000
        (process,) = set(multiprocessing.active_children()) - before
        while not is_stopped(process.pid):
            time.sleep(0.01)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), Workers(1) as workers:
        list(workers.each(half_sent, items()))
    assert set(multiprocessing.active_children()) == before


def test_a_process_that_was_killed_is_told_with_its_mend() -> None:
    with pytest.raises(CurateError, match="was killed, perhaps for want of memory"), Workers(1) as workers:
        list(workers.each(killed, [(0, 0)]))


def test_an_interrupt_while_a_process_starts_ends_what_would_have_ended_at_once() -> None:
    program = """
import os, signal
from curation.workers import deaf_to_interrupts
signal.signal(signal.SIGINT, signal.SIG_DFL)
with deaf_to_interrupts():
    os.kill(os.getpid(), signal.SIGINT)
    print("started", flush=True)
print("goes on")
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (-signal.SIGINT, "started\n")
