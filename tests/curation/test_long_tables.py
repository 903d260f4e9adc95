"""Tables on disk and in slices: what is put together from slices is what the whole table would have given."""

import os
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.engine.keys import row_keys
from curation.long_tables import mapped, slices, spooled, taken, write_durably

TEXTS = st.none() | st.text(max_size=4)
ROWS = st.fixed_dictionaries(
    {
        "one": TEXTS,
        "other": TEXTS,
        "number": st.none() | st.integers(0, 99),
        "list": st.none() | st.lists(TEXTS, max_size=2),
        "inside": st.none() | st.fixed_dictionaries({"text": TEXTS, "more": st.none() | st.just({"deep": "x"})}),
    }
)
SCHEMA = pa.schema(
    [
        ("one", pa.string()),
        ("other", pa.string()),
        ("number", pa.int64()),
        ("list", pa.list_(pa.string())),
        ("inside", pa.struct([("text", pa.string()), ("more", pa.struct([("deep", pa.string())]))])),
    ]
)


@given(st.lists(ROWS, max_size=12))
def test_two_rows_have_one_key_only_if_they_are_equal(rows: list[dict[str, object]]) -> None:
    table = pa.Table.from_pylist(rows, SCHEMA)
    keys = row_keys(table).to_pylist()
    for row, key in zip(rows, keys, strict=True):
        for other, other_key in zip(rows, keys, strict=True):
            assert (row == other) == (key == other_key)


def test_what_stands_in_one_column_is_not_taken_for_what_stands_in_the_next() -> None:
    parted = pa.table({"a": ["x", "xy", None, ""], "b": ["yz", "z", "", None]})
    assert len(set(row_keys(parted).to_pylist())) == 4


@given(st.lists(ROWS, max_size=20), st.integers(1, 7))
def test_a_key_does_not_depend_on_how_a_table_is_cut(rows: list[dict[str, object]], size: int) -> None:
    table = pa.Table.from_pylist(rows, SCHEMA)
    cut = pa.concat_tables([*slices(table, size), *slices(SCHEMA.empty_table())])
    assert row_keys(cut) == row_keys(table)


@given(st.lists(st.integers(0, 5), min_size=1, max_size=6), st.data())
def test_rows_are_taken_as_from_one_table(lengths: list[int], data: st.DataObject) -> None:
    parts = [
        pa.table({"text": pa.array([f"{part}.{row}" for row in range(length)], pa.string())})
        for part, length in enumerate(lengths)
    ]
    batches = [pa.RecordBatch.from_pylist([], parts[0].schema), *pa.concat_tables(parts).to_batches()]
    whole = pa.concat_tables(parts).combine_chunks()
    wanted = st.lists(st.integers(0, len(whole) - 1), max_size=12) if len(whole) else st.just([])
    places = np.array(data.draw(wanted), np.int64)
    assert taken(batches, places)["text"].to_pylist() == whole["text"].take(pa.array(places)).to_pylist()


def test_tables_on_disk_are_one_table(tmp_path: Path) -> None:
    parts = [pa.table({"text": ["a", "b"]}), pa.table({"text": pa.array([], pa.string())}), pa.table({"text": ["c"]})]
    assert spooled(tmp_path, parts)["text"].to_pylist() == ["a", "b", "c"]


def test_a_file_is_there_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(number: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_durably(tmp_path / "results.arrow", [pa.table({"text": ["a"]})])
    assert not (tmp_path / "results.arrow").exists()
    monkeypatch.undo()
    write_durably(tmp_path / "results.arrow", [pa.table({"text": ["a"]})])
    assert mapped(tmp_path / "results.arrow")["text"].to_pylist() == ["a"]
