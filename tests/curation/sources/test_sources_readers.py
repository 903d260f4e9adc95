"""Files of every format and encoding, as people have them."""

import json
from pathlib import Path
from typing import Any

import datasets
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from curation.sources import load
from curation.workspace import Workspace
from schemas.config import SourceConfig
from schemas.errors import CurateError

RECORDS = [
    {"question": "Wie schlafe ich ein – müde?", "answer": 'Ein "fester" Plan,\nhilft.'},
    {"question": "b", "answer": "c"},
]


def source(path: str = "", **more: Any) -> SourceConfig:
    place = {} if "dataset" in more else {"path": path}
    mapping = {"question": "question", "answer": "answer"}
    base = {"id": "one", "kind": "qa", "map": mapping, "license": "CC-BY-4.0", "origin": "human"}
    return SourceConfig.model_validate({**base, **place, **more})


def contents(folder: Path, entry: SourceConfig) -> list[dict[str, Any]]:
    """Question and answer of every record; none may be in quarantine."""
    batches = list(load(entry, Workspace(folder)))
    assert [record for batch in batches for record in batch.quarantined] == []
    mapped = [json.loads(text) for batch in batches for text in batch.rows["mapped"].to_pylist()]
    return [{name: one[name] for name in ("question", "answer")} for one in mapped]


def as_csv(delimiter: str = ",", end: str = "\n") -> str:
    rows = [["question", "answer"], *(list(record.values()) for record in RECORDS)]
    quoted = [delimiter.join('"' + field.replace('"', '""') + '"' for field in row) for row in rows]
    return end.join(quoted) + end


def as_lines(end: str = "\n") -> str:
    return end.join(json.dumps(record, ensure_ascii=False) for record in RECORDS) + end


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize(("name", "write"), [("a.csv", as_csv), ("a.jsonl", as_lines)])
def test_encoding_is_told_by_the_byte_order_mark(
    tmp_path: Path, name: str, write: Any, encoding: str, end: str
) -> None:
    (tmp_path / name).write_bytes(write(end=end).encode(encoding))
    assert contents(tmp_path, source(name)) == RECORDS


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16-le", "utf-16-be", "gb18030"])
def test_encoding_is_told_by_the_configuration(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "a.csv").write_bytes(as_csv().encode(encoding))
    assert contents(tmp_path, source("a.csv", encoding=encoding)) == RECORDS


@pytest.mark.parametrize(("name", "delimiter"), [("a.tsv", "\t"), ("a.csv", ";"), ("a.csv", "|")])
def test_any_delimiter(tmp_path: Path, name: str, delimiter: str) -> None:
    (tmp_path / name).write_text(as_csv(delimiter))
    assert contents(tmp_path, source(name, delimiter=delimiter)) == RECORDS


def test_without_quoting_a_quotation_mark_is_a_character(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text('question|answer\n"What|is "this\n')
    found = contents(tmp_path, source("a.csv", delimiter="|", quoting=False))
    assert found == [{"question": '"What', "answer": 'is "this'}]


def test_blank_lines_count_as_lines_and_not_as_records(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(as_lines("\n\n  \n"))
    [batch] = load(source("a.jsonl"), Workspace(tmp_path))
    assert [one["row"] for one in batch.rows["provenance"].to_pylist()] == [1, 4]


def test_json_list_over_many_lines(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps(RECORDS, indent=2))
    assert contents(tmp_path, source("a.json")) == RECORDS


def test_parquet(tmp_path: Path) -> None:
    pq.write_table(pa.Table.from_pylist([{**one, "other": b"\xff"} for one in RECORDS]), tmp_path / "a.parquet")
    assert contents(tmp_path, source("a.parquet")) == RECORDS


def test_parquet_with_text_that_is_not_utf8(tmp_path: Path) -> None:
    bad = pa.array([b"fine", b"caf\xe9"]).view(pa.string())
    pq.write_table(pa.table({"question": bad, "answer": ["a", "b"]}), tmp_path / "a.parquet")
    [batch] = load(source("a.parquet"), Workspace(tmp_path))
    assert len(batch.rows) == 1
    assert [(one.row, one.message) for one in batch.quarantined] == [(2, "has bytes that are not utf-8")]


def test_folder_that_datasets_saved(tmp_path: Path) -> None:
    datasets.DatasetDict(train=datasets.Dataset.from_list(RECORDS)).save_to_disk(tmp_path / "saved")
    assert contents(tmp_path, source("saved")) == RECORDS
    with pytest.raises(CurateError, match=r"saved, field 'split': has no split 'test'. .* train"):
        contents(tmp_path, source("saved", split="test"))


def test_dataset_of_the_hub_is_asked_for_at_its_revision(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def load_dataset(name: str, revision: str, split: str) -> datasets.Dataset:
        assert (name, revision, split) == ("lab/talks", "ab" * 20, "train")
        return datasets.Dataset.from_list(RECORDS)

    monkeypatch.setattr(datasets, "load_dataset", load_dataset)
    [batch] = load(source(dataset="lab/talks", revision="ab" * 20), Workspace(tmp_path))
    assert batch.rows["provenance"].to_pylist()[0]["file"] == "lab/talks"


def test_hub_that_cannot_be_reached(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def load_dataset(name: str, revision: str, split: str) -> None:
        raise ConnectionError("secret host")

    monkeypatch.setattr(datasets, "load_dataset", load_dataset)
    with pytest.raises(CurateError, match="lab/talks: cannot be fetched at revision 'abab") as caught:
        contents(tmp_path, source(dataset="lab/talks", revision="ab" * 20))
    assert "secret" not in str(caught.value)


def test_a_field_of_many_characters_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(f'question,answer\na,"{"word " * 100_000}"\n')
    assert len(contents(tmp_path, source("a.csv"))[0]["answer"]) == 500_000
