"""Results of a row step, kept on disk by the content of the row that they were computed from.

A folder holds Arrow files that are each written whole: a killed run leaves the files that it finished, and the next one
goes on from there. The folder is named by the step's fingerprint, so a changed step starts with an empty one.
"""

import hashlib
import json
import os
import secrets
import shutil
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from curation.step import FAULT_COLUMN, RowStep, fingerprint

KEY = pa.field("key", pa.binary(16))


def row_keys(rows: pa.Table) -> pa.Array:
    """The key of each row: BLAKE2b, 16 bytes, of its JSON."""
    keys = [
        hashlib.blake2b(json.dumps(row, sort_keys=True, default=_plain).encode(), digest_size=16).digest()
        for batch in rows.to_batches(max_chunksize=1_000)
        for row in batch.to_pylist()
    ]
    return pa.array(keys, KEY.type)


def _plain(value: Any) -> str:
    return value.hex() if isinstance(value, bytes) else str(value)


class RowCache:
    """The kept results of one step.

    Args:
        folder: Where the caches of all steps are.
        step: The step; its fingerprint chooses the folder.
    """

    def __init__(self, folder: Path, step: RowStep) -> None:
        self.folder = folder / step.name / fingerprint(step)[:16]
        self.folder.mkdir(parents=True, exist_ok=True)
        self.schema = pa.schema([KEY, *step.writes, FAULT_COLUMN])
        self.results: pa.Table = self.schema.empty_table()
        for file in sorted(self.folder.glob("*.arrow")):
            self.results = pa.concat_tables([self.results, *_readable(file)])
        self._new: list[Path] = []

    def missing(self, keys: pa.Array) -> pa.Array:
        """The places in ``keys`` of those that have no result yet, the first place of each."""
        unknown = pc.invert(pc.is_in(keys, value_set=self.results["key"].combine_chunks()))
        places = pa.table({"key": keys, "place": pa.array(range(len(keys)), pa.int64())}).filter(unknown)
        first = places.group_by("key", use_threads=False).aggregate([("place", "min")])["place_min"]
        return pc.take(first, pc.sort_indices(first)).combine_chunks()

    def add(self, keys: pa.Array, results: pa.Table) -> None:
        """Keeps the results of the rows with these keys, on disk before it returns."""
        part = results.add_column(0, KEY, keys).cast(self.schema)
        self._new.append(_write(self.folder, part))
        self.results = pa.concat_tables([self.results, part])

    def take(self, keys: pa.Array) -> pa.Table:
        """The results of ``keys``, in their order, without the key."""
        places = pc.index_in(keys, value_set=self.results["key"].combine_chunks())
        return self.results.drop_columns(["key"]).take(places)

    def tidy(self) -> None:
        """Puts the many files of this run into one, so that the next run opens few."""
        if len(self._new) > 1:
            _write(self.folder, pa.concat_tables([_read(file) for file in self._new]))
            for file in self._new:
                file.unlink()
        self._new.clear()


def prune(caches: Path, used: dict[Path, set[bytes]]) -> None:
    """Removes every result from disk but those of the keys in ``used``, by folder of a step."""
    for folder in caches.glob("*/*"):
        if not folder.is_dir():
            continue
        if folder not in used:
            shutil.rmtree(folder)
            continue
        files = sorted(folder.glob("*.arrow"))
        table = pa.concat_tables([part for file in files for part in _readable(file)]) if files else None
        wanted = pa.array(sorted(used[folder]), KEY.type)
        if table is None or len(table) <= len(wanted):
            continue
        _write(folder, table.filter(pc.is_in(table["key"], value_set=wanted)))
        for file in files:
            file.unlink()


def _readable(file: Path) -> list[pa.Table]:
    """The file's table, or none if it is damaged, as after a loss of power: it is computed again."""
    try:
        return [_read(file)]
    except pa.ArrowInvalid:
        file.unlink()
        return []


def _read(file: Path) -> pa.Table:
    with pa.memory_map(str(file)) as source:
        return pa.ipc.open_file(source).read_all()


def _write(folder: Path, table: pa.Table) -> Path:
    name = secrets.token_hex(8)
    partial, final = folder / f"{name}.partial", folder / f"{name}.arrow"
    with pa.OSFile(str(partial), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)
        writer.close()
        sink.flush()
    with partial.open("rb") as written:
        os.fsync(written.fileno())
    partial.replace(final)
    return final
