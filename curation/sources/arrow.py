"""Parquet files and datasets of the ``datasets`` library. A record's row is its place, from 1."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa
import pyarrow.parquet as pq

from curation.sources.columns import columns_for
from curation.sources.record import WHOLE_RECORD, Read
from curation.sources.text import check_file, is_folder
from schemas.errors import CurateError
from schemas.faults import Fault

_BATCH_ROWS = 1_000


class _Dataset(Protocol):
    """What is used of a ``datasets.Dataset``."""

    column_names: list[str]

    def with_format(self, type: str) -> "_Dataset": ...

    def iter(self, batch_size: int) -> Iterator[pa.Table]: ...


def read_parquet(path: Path, name: str, paths: Sequence[str], *, where_there: bool = False) -> Iterator[Read]:
    """The records of a Parquet file, as objects of the columns that ``paths`` need; only these are read.

    Args:
        path: The file.
        name: How messages call it.
        paths: Paths into a record.
        where_there: Whether a column may be missing; where all are, the records have all that the file has.

    Raises:
        CurateError: If the file cannot be read, a column is missing or there is no record.
    """
    check_file(path, name)
    row = 0
    try:
        with pq.ParquetFile(path) as file:
            names = file.schema_arrow.names
            if where_there:
                paths = [path for path in paths if path in names] or names
            needed = columns_for(paths, names, name)
            for batch in file.iter_batches(_BATCH_ROWS, columns=needed):
                for record in _objects(batch.select(needed)):
                    row += 1
                    yield _read(row, record)
    except (pa.ArrowException, OSError):
        raise CurateError(
            "cannot be read as Parquet", file=name, row=row + 1 if row else None, mend="Fetch or export the file again."
        ) from None
    if row == 0:
        raise CurateError("holds no records", file=name, mend="Fetch or export the file again.")


def read_saved(path: Path, name: str, split: str, paths: Sequence[str]) -> Iterator[Read]:
    """The records of a dataset that ``datasets`` saved in a folder.

    Raises:
        CurateError: If it cannot be read, has no such split, a column is missing or there is no record.
    """
    import datasets

    if not is_folder(path):
        check_file(path, name)
        raise CurateError("is a file, where a folder saved by datasets should be", file=name, mend="Give its format.")
    try:
        found = datasets.load_from_disk(str(path))
    except (OSError, ValueError, KeyError, TypeError, pa.ArrowException):
        raise CurateError(
            "is no folder that datasets saved, or a damaged one",
            file=name,
            mend="Name a file in it, or save it by save_to_disk.",
        ) from None
    if isinstance(found, dict):
        if split not in found:
            raise _no_split(name, split, sorted(found))
        found = found[split]
    yield from _read_dataset(found, name, paths)


def read_hub(dataset: str, revision: str, split: str, paths: Sequence[str]) -> Iterator[Read]:
    """The records of a dataset on the Hugging Face hub, at a revision.

    Raises:
        CurateError: If it cannot be fetched, has no such split, a column is missing or there is no record.
    """
    import datasets

    try:
        found = datasets.load_dataset(dataset, revision=revision, split=split)
    except (OSError, ValueError, RuntimeError, datasets.exceptions.DatasetsError, pa.ArrowException):
        raise CurateError(
            f"cannot be fetched at revision '{revision}'",
            file=dataset,
            mend="Check dataset, revision, split and the network; for a closed one, log in by `hf auth login`.",
        ) from None
    yield from _read_dataset(found, dataset, paths)


def _read_dataset(dataset: Any, name: str, paths: Sequence[str]) -> Iterator[Read]:
    source: _Dataset = dataset
    needed = columns_for(paths, source.column_names, name)
    row = 0
    try:
        # As Arrow: images and sound beside the texts are not decoded.
        for batch in source.with_format("arrow").iter(_BATCH_ROWS):
            for record in _objects(batch.select(needed)):
                row += 1
                yield _read(row, record)
    except (pa.ArrowException, OSError):
        raise CurateError("is damaged", file=name, row=row + 1, mend="Fetch or save it again.") from None
    if row == 0:
        raise CurateError("holds no records", file=name, mend="Is it the right dataset and split?")


def _objects(batch: Any) -> list[dict[str, Any] | None]:
    """The rows of a batch; None for one whose text is not UTF-8, which Arrow stores unseen."""
    try:
        rows: list[dict[str, Any] | None] = batch.to_pylist()
    except UnicodeDecodeError:
        if len(batch) == 1:
            return [None]
        rows = [row for place in range(len(batch)) for row in _objects(batch.slice(place, 1))]
    return rows


def _read(row: int, record: dict[str, Any] | None) -> Read:
    if record is None:
        return Read(row, None, Fault(WHOLE_RECORD, "has bytes that are not utf-8", "Write the text as UTF-8."))
    return Read(row, record)


def _no_split(name: str, split: str, splits: list[str]) -> CurateError:
    return CurateError(
        f"has no split '{split}'", file=name, field="split", mend=f"Give the source one of these: {', '.join(splits)}."
    )
