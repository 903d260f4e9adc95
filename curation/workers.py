"""Worker processes that leave Ctrl-C to the process that started them, and end when it says so."""

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import resource_tracker
from types import TracebackType
from typing import Self, TypeVar

from curation.parent import end_with
from schemas.errors import CurateError

P = TypeVar("P")
T = TypeVar("T")
R = TypeVar("R")


def cores() -> int:
    """The cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class Workers:
    """A pool of processes. Use it in a ``with`` block: one that an error or Ctrl-C ends does not wait for their work.

    They must write nothing: what they were at is lost then.

    Args:
        count: How many processes.
    """

    def __init__(self, count: int) -> None:
        # Forking a process that runs Arrow's threads can hang it, so workers are spawned.
        context = multiprocessing.get_context("spawn")
        self.count = count
        self._pool = ProcessPoolExecutor(count, mp_context=context, initializer=end_with, initargs=(os.getpid(), _end))

    def __enter__(self) -> Self:
        return self

    def each(self, work: Callable[[T], R], items: Iterable[tuple[P, T]]) -> Iterator[tuple[P, R]]:
        """Yields what ``work`` made of the second of each pair, beside the first, in order; takes few pairs ahead.

        Raises:
            CurateError: If a process was killed.
        """
        waiting: deque[tuple[P, Future[R]]] = deque()
        try:
            for beside, item in items:
                with deaf_to_interrupts():  # a process is started here as long as there are fewer than may be
                    waiting.append((beside, self._pool.submit(work, item)))
                if len(waiting) > 2 * self.count:
                    done, future = waiting.popleft()
                    yield done, future.result()
            for done, future in waiting:
                yield done, future.result()
        except BrokenProcessPool as error:
            raise CurateError(
                "a worker process was killed, perhaps for want of memory",
                mend="Run the command again; with --workers 1 it needs less memory.",
            ) from error

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None:
            for process in list(self._pool._processes.values()):
                process.kill()
            # One killed in the middle of a result leaves the pool's thread waiting for the rest, as long as anyone can
            # still write it; and this process can.
            self._pool._result_queue._writer.close()  # type: ignore[attr-defined]
        self._pool.shutdown(cancel_futures=True)


@contextmanager
def deaf_to_interrupts() -> Iterator[None]:
    """Processes that are started in this block are deaf to Ctrl-C from their first moment on, before any code of ours
    runs in them; one that comes meanwhile reaches this process at the end of the block.
    """
    resource_tracker.ensure_running()  # else its start, within the first process's, would end the block
    came: list[int] = []
    # The mask goes on to the processes, the handler does not. But with the mask alone another thread takes the signal.
    handler = signal.getsignal(signal.SIGINT)  # None is one that was not set from Python, which could not be set again
    here = handler is not None and threading.current_thread() is threading.main_thread()
    if here:
        signal.signal(signal.SIGINT, lambda number, _: came.append(number))
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        if here:
            signal.signal(signal.SIGINT, handler)
        if came:
            signal.raise_signal(signal.SIGINT)


def _end() -> None:
    os._exit(1)
