"""Results of a row step, kept on disk by the content of the row that they were computed from.

A folder holds Arrow files that are each written whole: a killed run leaves the files that it finished, and the next one
goes on from there. The folder is named by the step's fingerprint, so a changed step starts with an empty one.
"""

import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from curation.engine.keys import KEY
from curation.long_tables import PARTIAL, SLICE_ROWS, mapped, slices, taken, write_durably
from curation.step import FAULT_COLUMN, RowStep, fingerprint


class RowCache:
    """The kept results of one step. Its keys are held in memory, its results on disk.

    Args:
        folder: Where the caches of all steps are.
        step: The step; its fingerprint chooses the folder.
    """

    def __init__(self, folder: Path, step: RowStep) -> None:
        self.folder = folder / step.name / fingerprint(step)[:16]
        self.folder.mkdir(parents=True, exist_ok=True)
        for left_by_a_killed_run in self.folder.glob(f"*{PARTIAL}"):
            left_by_a_killed_run.unlink()
        self.schema = pa.schema([KEY, *step.writes, FAULT_COLUMN])
        self._batches: list[pa.RecordBatch] = [pa.RecordBatch.from_pylist([], self.schema), *_batches(self.folder)]
        self._new: list[Path] = []

    def missing(self, keys: pa.Array) -> pa.Array:
        """The places in ``keys`` of those that have no result yet, the first place of each."""
        unknown = pc.invert(pc.is_in(keys, value_set=self._keys()))
        places = pa.table({"key": keys, "place": pa.array(np.arange(len(keys)))}).filter(unknown)
        first = places.group_by("key", use_threads=False).aggregate([("place", "min")])["place_min"]
        return pc.take(first, pc.sort_indices(first)).combine_chunks()

    def add(self, keys: pa.Array, results: pa.Table) -> None:
        """Keeps the results of the rows with these keys, on disk before it returns."""
        part = results.add_column(0, KEY, keys).cast(self.schema)
        file = self.folder / f"{secrets.token_hex(8)}.arrow"
        write_durably(file, [part])
        self._new.append(file)
        self._batches += mapped(file).to_batches()

    def take(self, keys: pa.Array) -> Iterator[pa.Table]:
        """The results of ``keys``, in their order and in slices of :data:`SLICE_ROWS`, without the key."""
        places = pc.index_in(keys, value_set=self._keys()).to_numpy(zero_copy_only=False).astype(np.int64)
        results = [batch.select(self.schema.names[1:]) for batch in self._batches]
        for start in range(0, max(len(keys), 1), SLICE_ROWS):
            yield taken(results, places[start : start + SLICE_ROWS])

    def tidy(self) -> None:
        """Puts the many files of this run into one, so that the next run opens few."""
        if len(self._new) > 1:
            results = pa.concat_tables(map(mapped, self._new))
            write_durably(self.folder / f"{secrets.token_hex(8)}.arrow", slices(results))
            for file in self._new:
                file.unlink()
        self._new.clear()

    def _keys(self) -> pa.Array:
        return pa.chunked_array([batch["key"] for batch in self._batches], KEY.type).combine_chunks()


def prune(caches: Path, used: dict[Path, list[pa.Array]]) -> None:
    """Removes every result from disk but those of the keys in ``used``, by folder of a step."""
    for folder in caches.glob("[!.]*/*"):  # what engines write in passing is their own
        if not folder.is_dir():
            continue
        if folder not in used:
            shutil.rmtree(folder)
            continue
        files = sorted(folder.glob("*.arrow"))
        table = pa.Table.from_batches(_batches(folder)) if files else None
        wanted = pc.unique(pa.chunked_array(used[folder], KEY.type))
        if table is None or len(table) <= len(wanted):
            continue
        still_used = (part.filter(pc.is_in(part["key"], value_set=wanted)) for part in slices(table))
        write_durably(folder / f"{secrets.token_hex(8)}.arrow", still_used)
        for file in files:
            file.unlink()


def _batches(folder: Path) -> list[pa.RecordBatch]:
    """What the files hold; a damaged one, as after a loss of power, is removed, and its rows are computed again."""
    found: list[pa.RecordBatch] = []
    for file in sorted(folder.glob("*.arrow")):
        try:
            found += mapped(file).to_batches()
        except pa.ArrowInvalid:
            file.unlink()
    return found
