"""Columns of a build's tables, read a batch at a time: a build of a million rows is never held as Python objects."""

from collections import Counter
from collections.abc import Iterable, Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from curation.long_tables import SLICE_ROWS

Codes = NDArray[np.int64]


def batches(table: pa.Table, columns: list[str]) -> Iterator[pa.RecordBatch]:
    """These columns of the table, some rows at a time and without copying them."""
    yield from table.select(columns).to_batches(max_chunksize=SLICE_ROWS)


def source_codes(batch: pa.RecordBatch, source_ids: list[str]) -> Codes:
    """The place of each row's source among ``source_ids``; the batch has the column ``provenance``."""
    sources = pc.struct_field(batch["provenance"], "source_id")
    codes: Codes = pc.index_in(sources, value_set=pa.array(source_ids, pa.string())).to_numpy(zero_copy_only=False)
    return codes.astype(np.int64)


def flattened(lists: pa.Array, codes: Codes) -> tuple[pa.Array, Codes]:
    """The elements of all lists one after another, and the code of the row that each stands in."""
    lengths = pc.fill_null(pc.list_value_length(lists), 0).to_numpy(zero_copy_only=False)
    return pc.list_flatten(lists), np.repeat(codes, lengths)


class Tally:
    """Counts of values by source, such as topics.

    Args:
        source_ids: The sources, in their order.
    """

    def __init__(self, source_ids: list[str]) -> None:
        self.source_ids = source_ids
        self._counts: Counter[tuple[str, int]] = Counter()

    def add(self, values: pa.Array, codes: Codes) -> None:
        """Counts each value for the source of its code."""
        if not len(values):
            return
        grouped = (
            pa.table({"value": values, "source": codes}).group_by(["value", "source"]).aggregate([([], "count_all")])
        )
        for value, code, number in zip(
            *(grouped[name].to_pylist() for name in ("value", "source", "count_all")), strict=True
        ):
            self._counts[value, code] += number

    def values(self) -> dict[str, list[int]]:
        """The counts of each value, one for each source; the most frequent value first."""
        found: dict[str, list[int]] = {}
        for (value, code), number in self._counts.items():
            found.setdefault(value, [0] * len(self.source_ids))[code] += number
        return dict(sorted(found.items(), key=lambda one: (-sum(one[1]), one[0])))


def rows_of(table: pa.Table, columns: list[str], ids: Iterable[str]) -> dict[str, dict[str, object]]:
    """Some columns of the rows with these ids, by id."""
    wanted = pa.array(sorted(set(ids)), pa.string())
    found: dict[str, dict[str, object]] = {}
    for batch in batches(table, ["item_id", *columns]):
        for row in batch.filter(pc.is_in(batch["item_id"], value_set=wanted)).to_pylist():
            found[row["item_id"]] = row
    return found
