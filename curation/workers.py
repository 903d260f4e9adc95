"""Worker processes that leave Ctrl-C to the process that started them, and end when it says so."""

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import resource_tracker
from types import FrameType, TracebackType
from typing import Any, Self, TypeVar

from curation.parent import end_with

R = TypeVar("R")


class Workers:
    """A pool of processes. Use it in a ``with`` block: one that an error or Ctrl-C ends does not wait for their work.

    They must write nothing: what they were at is lost then.

    Args:
        count: How many processes.
    """

    def __init__(self, count: int) -> None:
        # Forking a process that runs Arrow's threads can hang it, so workers are spawned.
        context = multiprocessing.get_context("spawn")
        self._pool = ProcessPoolExecutor(count, mp_context=context, initializer=end_with, initargs=(os.getpid(), _end))

    def __enter__(self) -> Self:
        return self

    def submit(self, work: Callable[..., R], *args: Any) -> Future[R]:
        """Has ``work`` done by the next process that is free.

        Raises:
            BrokenProcessPool: If a process was killed.
        """
        with deaf_to_interrupts():  # a process is started here as long as there are fewer than may be
            return self._pool.submit(work, *args)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None:
            for process in list(self._pool._processes.values()):
                process.kill()
        self._pool.shutdown(cancel_futures=True)


@contextmanager
def deaf_to_interrupts() -> Iterator[None]:
    """Processes that are started in this block are deaf to Ctrl-C from their first moment on, before any code of ours
    runs in them; one that comes meanwhile reaches this process at the end of the block.
    """
    resource_tracker.ensure_running()  # else its start, within the first process's, would end the block
    came: list[tuple[int, FrameType | None]] = []
    # The mask goes on to the processes, the handler does not. But with the mask alone another thread takes the signal.
    here = threading.current_thread() is threading.main_thread()
    handler = signal.signal(signal.SIGINT, lambda *one: came.append(one)) if here else None
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        if here:
            signal.signal(signal.SIGINT, handler)
        if came and callable(handler):
            handler(*came[0])


def _end() -> None:
    os._exit(1)
