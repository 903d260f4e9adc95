"""The local engine: row steps over all cores of one machine, a chunk of rows at a time."""

import multiprocessing
import os
import threading
import time
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

import pyarrow as pa
import pyarrow.compute as pc

from curation.engine.cache import RowCache, prune, row_keys
from curation.progress import Progress, silent
from curation.step import RowStep
from schemas.errors import CurateError
from schemas.manifest import StepWork

CHUNK_ROWS = 500
"""Rows computed and kept at once. A killed run loses at most so many rows a worker."""

POOL_CHUNKS = 8
"""The fewest chunks that are worth starting worker processes for, which takes seconds."""


class StepResult(NamedTuple):
    """What a row step made of a table."""

    kept: pa.Table
    """The rows that go on, in their order, with the columns that the step writes."""
    faulty: pa.Table
    """The rows that do not, as they came in, with the column ``fault``."""
    work: StepWork


class LocalEngine:
    """Runs row steps, one process a core. Use it in a ``with`` block, which ends the processes.

    Args:
        cache: The folder of kept results.
        workers: How many processes; all cores where it is not given.
        progress: Told of each chunk done.
    """

    def __init__(self, cache: Path, workers: int | None = None, progress: Progress = silent) -> None:
        self.cache, self.progress = cache, progress
        self.workers = workers or _cores()
        self._used: dict[Path, set[bytes]] = {}
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    def run(self, step: RowStep, rows: pa.Table) -> StepResult:
        """Runs ``step`` on all ``rows``; computes those whose content it has not seen before.

        Raises:
            CurateError: If a worker process was killed.
        """
        wall, cpu = time.perf_counter(), time.process_time()
        read = rows.select(list(step.reads))
        keys = row_keys(read)
        cache = RowCache(self.cache, step)
        places = cache.missing(keys)
        with self.progress(step.name, len(places)) as advance:
            for chunk, results, worker_cpu in self._compute(step, read, places):
                cache.add(keys.take(chunk), results)
                cpu -= worker_cpu
                advance(len(chunk))
        cache.tidy()
        results = cache.take(keys)
        self._used.setdefault(cache.folder, set()).update(keys.to_pylist())
        # A row whose content stood earlier in the table was not computed a second time: it was reused, too.
        work = StepWork(
            step=step.name,
            rows=len(rows),
            computed=len(places),
            reused=len(rows) - len(places),
            wall_seconds=round(time.perf_counter() - wall, 3),
            cpu_seconds=round(time.process_time() - cpu, 3),
        )
        faulty = pc.is_valid(results["fault"])
        return StepResult(
            kept=_put(rows, results.drop_columns(["fault"])).filter(pc.invert(faulty)),
            faulty=rows.append_column("fault", results["fault"]).filter(faulty),
            work=work,
        )

    def prune(self) -> None:
        """Forgets the results that this engine did not use: a text that left its source must leave the cache, too."""
        prune(self.cache, self._used)

    def _compute(self, step: RowStep, rows: pa.Table, places: pa.Array) -> Iterator[tuple[pa.Array, pa.Table, float]]:
        """Yields the places of a chunk, its results and the CPU seconds that a worker process spent on it."""
        chunks = [places.slice(start, CHUNK_ROWS) for start in range(0, len(places), CHUNK_ROWS)]
        if self.workers == 1 or len(chunks) < POOL_CHUNKS:
            for chunk in chunks:
                yield chunk, _checked(step, rows.take(chunk)), 0.0
            return
        if self._pool is None:
            # Forking a process that runs Arrow's threads can hang it, so workers are spawned.
            context = multiprocessing.get_context("spawn")
            self._pool = ProcessPoolExecutor(
                self.workers, mp_context=context, initializer=_end_with, initargs=(os.getpid(),)
            )
        waiting: deque[tuple[pa.Array, Future[tuple[pa.Table, float]]]] = deque()
        try:
            for chunk in chunks:
                waiting.append((chunk, self._pool.submit(_in_worker, step, rows.take(chunk))))
                if len(waiting) > 2 * self.workers:
                    done, future = waiting.popleft()
                    yield done, *future.result()
            for done, future in waiting:
                yield done, *future.result()
        except BrokenProcessPool as error:
            raise CurateError(
                f"a worker process of step '{step.name}' was killed, perhaps for want of memory",
                mend="Run the command again, it goes on where it was; with --workers 1 it needs less memory.",
            ) from error


def _cores() -> int:
    """The cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _end_with(parent: int) -> None:
    """Ends this worker process soon after its parent was killed: nobody else would."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _in_worker(step: RowStep, rows: pa.Table) -> tuple[pa.Table, float]:
    start = time.process_time()
    return _checked(step, rows), time.process_time() - start


def _checked(step: RowStep, rows: pa.Table) -> pa.Table:
    results = step(rows)
    if len(results) != len(rows):
        raise AssertionError(f"step '{step.name}' returned {len(results)} rows for {len(rows)}")
    return results


def _put(rows: pa.Table, columns: pa.Table) -> pa.Table:
    """``rows`` with ``columns`` in the place of those of the same name, or behind."""
    for field in columns.schema:
        place = rows.schema.get_field_index(field.name)
        column = columns[field.name]
        rows = rows.append_column(field, column) if place < 0 else rows.set_column(place, field, column)
    return rows
