"""The local engine: row steps over all cores of one machine, a chunk of rows at a time."""

import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from types import TracebackType

import pyarrow as pa

from curation.engine.engine import Computed, Engine
from curation.garbage import without_collection
from curation.long_tables import taken
from curation.progress import Progress, silent
from curation.step import RowStep
from curation.workers import Workers, cores

CHUNK_ROWS = 500
"""Rows computed and kept at once. A killed run loses at most so many rows a worker."""

POOL_CHUNKS = 8
"""The fewest chunks that are worth starting worker processes for, which takes seconds; once there, they do all."""


class LocalEngine(Engine):
    """Runs row steps, one process a core. Use it in a ``with`` block, which ends the processes.

    Args:
        cache: The folder of kept results.
        workers: How many processes; all cores where it is not given.
        progress: Told of each chunk done.
    """

    def __init__(self, cache: Path, workers: int | None = None, progress: Progress = silent) -> None:
        super().__init__(cache, progress)
        self.workers = workers or cores()
        self._pool: Workers | None = None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._pool is not None:
            self._pool.__exit__(kind, error, trace)
        super().__exit__(kind, error, trace)

    def compute(self, step: RowStep, rows: pa.Table, places: pa.Array) -> Iterator[Computed]:
        """Yields the results of chunks, in their order.

        Raises:
            CurateError: If a worker process was killed.
        """
        batches = rows.to_batches()
        chunks = [places.slice(start, CHUNK_ROWS) for start in range(0, len(places), CHUNK_ROWS)]
        if self.workers == 1 or (self._pool is None and len(chunks) < POOL_CHUNKS):
            for chunk in chunks:
                yield Computed(chunk, _computed(step, taken(batches, chunk.to_numpy())), 0.0)
            return
        if self._pool is None:
            self._pool = Workers(self.workers)
        items = ((chunk, taken(batches, chunk.to_numpy())) for chunk in chunks)
        for chunk, result in self._pool.each(partial(_in_worker, step), items):
            yield Computed(chunk, *result)


def _in_worker(step: RowStep, rows: pa.Table) -> tuple[pa.Table, float]:
    start = time.process_time()
    return _computed(step, rows), time.process_time() - start


def _computed(step: RowStep, rows: pa.Table) -> pa.Table:
    with without_collection():
        return step(rows)
