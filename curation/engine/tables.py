"""Arrow tables on disk and in slices: what is done to a table of any length with the memory of a few thousand rows."""

import os
import secrets
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

SLICE_ROWS = 10_000
"""Rows of a table that are looked at together."""


class Spool:
    """Takes tables, one after the other, into a file, and gives them back as one that is mapped into memory.

    Args:
        folder: Where the file goes.
    """

    def __init__(self, folder: Path) -> None:
        self._file = folder / f"{secrets.token_hex(8)}.arrow"
        self._schema: pa.Schema | None = None
        self._writer: pa.RecordBatchFileWriter | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._writer is not None:
            self._writer.close()

    def write(self, table: pa.Table) -> None:
        """Adds the rows of ``table``, which has the columns of those before it."""
        if self._writer is None:
            self._schema = table.schema
            self._writer = pa.ipc.new_file(str(self._file), table.schema)
        self._writer.write_table(table.combine_chunks())

    def table(self) -> pa.Table:
        """All rows, in the order in which they came. To be called after the ``with`` block."""
        if self._schema is None:
            raise AssertionError("nothing was written, so the columns are not known")
        return mapped(self._file)


def spooled(folder: Path, tables: Iterable[pa.Table]) -> pa.Table:
    """``tables``, at least one, as one table in a file in ``folder``."""
    with Spool(folder) as spool:
        for table in tables:
            spool.write(table)
    return spool.table()


def mapped(file: Path) -> pa.Table:
    """The table in an Arrow file, read from disk when it is looked at.

    Raises:
        pa.ArrowInvalid: If the file is damaged.
    """
    with pa.memory_map(str(file)) as source:
        return pa.ipc.open_file(source).read_all()


def write_durably(file: Path, table: pa.Table) -> None:
    """Writes ``table`` to ``file``: whole, and on disk before it returns."""
    partial = file.with_suffix(".partial")
    with pa.OSFile(str(partial), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)
        writer.close()
        sink.flush()
    with partial.open("rb") as written:
        os.fsync(written.fileno())
    partial.replace(file)


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
