"""What all engines share: a row step is run on the rows that no earlier run has computed, and the results are put
together on disk, so that memory holds a slice of a table at a time, whatever its length.
"""

import shutil
import tempfile
import time
from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from curation.dedup.candidates import Codes, Signatures, meetings
from curation.engine.cache import RowCache, prune
from curation.engine.keys import row_keys
from curation.long_tables import SLICE_ROWS, put, slices, spooled, taken
from curation.progress import Progress, silent
from curation.step import RowStep
from schemas.manifest import StepWork

_PASSING = ".passing-"


class StepResult(NamedTuple):
    """What a row step made of a table."""

    kept: pa.Table
    """The rows that go on, in their order, with the columns that the step writes."""
    faulty: pa.Table
    """The rows that do not, as they came in, with the column ``fault``."""
    work: StepWork


class Computed(NamedTuple):
    """The results of some rows."""

    places: pa.Array
    """Where in the table the rows stand."""
    results: pa.Table
    """The step's columns for them, in the same order."""
    worker_cpu: float
    """The CPU seconds that other processes spent on them."""


class Engine(ABC):
    """Runs row steps. Use it in a ``with`` block, which ends what it started and removes what it wrote in passing.

    The tables in its results lie in files and are mapped into memory: they are good until the block ends.

    Args:
        cache: The folder of kept results.
        progress: Told of each chunk done.
    """

    def __init__(self, cache: Path, progress: Progress = silent) -> None:
        self.cache, self.progress = cache, progress
        cache.mkdir(parents=True, exist_ok=True)
        self.passing = Path(tempfile.mkdtemp(prefix=_PASSING, dir=cache))
        self._used: dict[Path, list[pa.Array]] = defaultdict(list)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        shutil.rmtree(self.passing, ignore_errors=True)

    @abstractmethod
    def compute(self, step: RowStep, rows: pa.Table, places: pa.Array) -> Iterator[Computed]:
        """Yields the step's results for the rows at ``places``, in chunks of any size and any order."""

    def meetings(self, signatures: Signatures) -> Iterator[Codes]:
        """What :func:`curation.dedup.candidates.meetings` yields, in portions of any size and any order."""
        return meetings(signatures)

    def run(self, step: RowStep, rows: pa.Table) -> StepResult:
        """Runs ``step`` on all ``rows``; computes those whose content it has not seen before.

        Raises:
            CurateError: If what computes was killed.
        """
        wall, cpu = time.perf_counter(), time.process_time()
        read = rows.select(list(step.reads))
        keys = row_keys(read)
        cache = RowCache(self.cache, step)
        places = cache.missing(keys)
        with self.progress(step.name, len(places)) as advance:
            for chunk in self.compute(step, read, places):
                cache.add(keys.take(chunk.places), checked(step, chunk))
                cpu -= chunk.worker_cpu
                advance(len(chunk.places))
        cache.tidy()
        self._used[cache.folder].append(keys)
        results = self.spooled(cache.take(keys))
        kept, faulty = self._parted(rows, results)
        # A row whose content stood earlier in the table was not computed a second time: it was reused, too.
        work = StepWork(
            step=step.name,
            rows=len(rows),
            computed=len(places),
            reused=len(rows) - len(places),
            wall_seconds=round(time.perf_counter() - wall, 3),
            cpu_seconds=round(time.process_time() - cpu, 3),
        )
        return StepResult(kept, faulty, work)

    def spooled(self, tables: Iterable[pa.Table]) -> pa.Table:
        """``tables``, at least one and all of the same columns, as one in a file that lasts as long as this engine."""
        return spooled(self.passing, tables)

    def filtered(self, rows: pa.Table, wanted: pa.ChunkedArray) -> pa.Table:
        """The rows for which ``wanted`` is true, as one table in such a file."""
        masks = pa.table({"wanted": wanted})
        pairs = zip(slices(rows), slices(masks), strict=True)
        return self.spooled(part.filter(mask["wanted"].combine_chunks()) for part, mask in pairs)

    def taken(self, rows: pa.Table, places: NDArray[np.int64]) -> pa.Table:
        """The rows at ``places``, in this order, as one table in such a file."""
        batches = rows.to_batches()
        parts = (taken(batches, places[at : at + SLICE_ROWS]) for at in range(0, len(places), SLICE_ROWS))
        return self.spooled(chain([rows.slice(0, 0)], parts))

    def _parted(self, rows: pa.Table, results: pa.Table) -> tuple[pa.Table, pa.Table]:
        """The rows that go on with the step's columns, and those with a fault."""
        fault = results["fault"]
        done = put(rows, results.drop_columns(["fault"]))
        faulty = rows.append_column("fault", fault)
        if fault.null_count == len(fault):
            return done, faulty.slice(0, 0)
        return self.filtered(done, pc.is_null(fault)), self.filtered(faulty, pc.is_valid(fault))

    def prune(self) -> None:
        """Forgets the results that this engine did not use: a text that left its source must leave the cache, too."""
        prune(self.cache, self._used)


def clear_passing(cache: Path) -> None:
    """Removes what killed engines wrote in passing; none may be running."""
    for left in cache.glob(f"{_PASSING}*"):
        shutil.rmtree(left, ignore_errors=True)  # what Ray started may be ending there still


def checked(step: RowStep, chunk: Computed) -> pa.Table:
    """The results in ``chunk``, one a row."""
    if len(chunk.results) != len(chunk.places):
        raise AssertionError(f"step '{step.name}' returned {len(chunk.results)} rows for {len(chunk.places)}")
    return chunk.results
