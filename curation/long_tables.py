"""Arrow tables on disk and in slices: what is done to a table of any length with the memory of a few thousand rows."""

import os
import secrets
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

SLICE_ROWS = 10_000
"""Rows of a table that are looked at together."""
PARTIAL = ".partial"
"""The ending of a file that is being written."""


def spooled(folder: Path, tables: Iterable[pa.Table]) -> pa.Table:
    """``tables``, at least one and all of the same columns, as one table in a new file in ``folder``, mapped."""
    return mapped(written(folder, tables))


def written(folder: Path, tables: Iterable[pa.Table]) -> Path:
    """A new file in ``folder`` of ``tables``, at least one and all of the same columns, each in one piece."""
    file = folder / f"{secrets.token_hex(8)}.arrow"
    with pa.OSFile(str(file), "wb") as sink:
        _write(sink, tables)
    return file


def mapped(file: Path) -> pa.Table:
    """The table in an Arrow file, read from disk when it is looked at.

    Raises:
        pa.ArrowInvalid: If the file is damaged.
    """
    with pa.memory_map(str(file)) as source:
        return pa.ipc.open_file(source).read_all()


def write_durably(file: Path, tables: Iterable[pa.Table]) -> None:
    """Writes ``tables``, as :func:`written` does, to ``file``: whole, and on disk before it returns.

    A process that is killed meanwhile leaves a file of this name that ends in ``.partial``.
    """
    partial = file.with_suffix(PARTIAL)
    with pa.OSFile(str(partial), "wb") as sink:
        _write(sink, tables)
        sink.flush()
    with partial.open("rb") as on_disk:
        os.fsync(on_disk.fileno())
    partial.replace(file)


def _write(sink: pa.NativeFile, tables: Iterable[pa.Table]) -> None:
    tables = iter(tables)
    first = next(tables)
    with pa.ipc.new_file(sink, first.schema) as writer:
        for table in chain([first], tables):
            for batch in table.combine_chunks().to_batches():
                writer.write_batch(batch)


def slices(table: pa.Table, rows: int = SLICE_ROWS) -> Iterator[pa.Table]:
    """``table`` in pieces of ``rows`` rows; of an empty one, one empty piece."""
    for start in range(0, max(len(table), 1), rows):
        yield table.slice(start, rows)


def taken(batches: list[pa.RecordBatch], places: NDArray[np.int64]) -> pa.Table:
    """The rows at ``places``, in this order, of the table that ``batches`` (at least one) make together.

    Arrow's own ``take`` joins all chunks of a column of texts first, which needs the whole of it in memory and fails
    where it is longer than 2 GiB.
    """
    starts = np.cumsum([0, *map(len, batches)])
    of_batch = np.searchsorted(starts, places, side="right") - 1
    order = np.argsort(of_batch, kind="stable")
    found, firsts = np.unique(of_batch[order], return_index=True)
    ends = np.append(firsts[1:], len(order))[: len(found)]
    parts = [
        batches[batch].take(pa.array(places[order[first:end]] - starts[batch]))
        for batch, first, end in zip(found, firsts, ends, strict=True)
    ]
    together = pa.Table.from_batches(parts, batches[0].schema)
    if np.array_equal(order, np.arange(len(order))):
        return together
    return together.combine_chunks().take(pa.array(np.argsort(order)))


def put(rows: pa.Table, columns: pa.Table) -> pa.Table:
    """``rows`` with ``columns`` in the place of those of the same name, or behind."""
    for field in columns.schema:
        place = rows.schema.get_field_index(field.name)
        column = columns[field.name]
        rows = rows.append_column(field, column) if place < 0 else rows.set_column(place, field, column)
    return rows
