"""Ctrl-C and the signal by which the system ends a process: both are answered at once, and without a traceback."""

import multiprocessing
import multiprocessing.util
import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from types import FrameType
from typing import Any, NoReturn

INTERRUPTED, TERMINATED = 130, 143
"""The exit codes after Ctrl-C and after SIGTERM, by the custom of shells."""
AFTERWARDS = {
    **dict.fromkeys(("build-dataset", "generate", "evaluate"), "the same command goes on where it was"),
    **dict.fromkeys(("scrub", "dedup", "triage"), "give the command again; a file that was there is whole"),
    "finetune": "`curate finetune --resume RUN` goes on from the run's last checkpoint",
}
"""What is true of a command that was stopped; the others can all be given again."""
_begun = ""


def begin(command: str) -> None:
    """Notes the command that runs from now on."""
    global _begun
    _begun = command


def listen() -> None:
    """From now on Ctrl-C ends the command in order and a second one at once; SIGTERM ends it in order."""
    _answer(signal.SIGINT, _stop)
    _answer(signal.SIGTERM, _terminate)


def leave_interrupts_to_the_command() -> None:
    """For a command that goes on after Ctrl-C: it is a ``KeyboardInterrupt`` and nothing else."""
    _answer(signal.SIGINT, signal.default_int_handler)


def say_stopped() -> None:
    """What is said last."""
    _say(f"stopped; {AFTERWARDS.get(_begun, 'give the command again')}")


def _answer(number: int, handler: Callable[[int, FrameType | None], Any]) -> None:
    """A signal that whoever started this process has it ignore stays ignored."""
    if signal.getsignal(number) is not signal.SIG_IGN:
        signal.signal(number, handler)


def _stop(number: int, frame: FrameType | None) -> NoReturn:
    signal.signal(signal.SIGINT, _stop_at_once)
    _say("stopping…")
    raise KeyboardInterrupt


def _stop_at_once(number: int, frame: FrameType | None) -> NoReturn:
    """Waits for nothing and nobody: what is kept is written whole or not at all."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    for child in multiprocessing.active_children():
        child.kill()
    # Else Python would report the semaphores of the pool as leaked. Its public way waits for more than them.
    multiprocessing.util._run_finalizers(0)  # type: ignore[attr-defined]
    say_stopped()
    os._exit(INTERRUPTED)


def _terminate(number: int, frame: FrameType | None) -> NoReturn:
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    sys.exit(TERMINATED)


def _say(line: str) -> None:
    """Past ``sys.stderr``, which a signal can find in the middle of a line; on a terminal there is a bar or ``^C``."""
    start = "\n" if os.isatty(2) else ""
    with suppress(OSError):  # nobody reads it any more
        os.write(2, f"{start}curate: {line}\n".encode())
