"""Loading: ids, provenance, accounting, and the same record again."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from curation.sources import load, reread, source_files
from curation.table import RECORD
from curation.workspace import Workspace
from schemas.config import SourceConfig
from schemas.errors import CurateError


def source(path: str | None, mapping: dict[str, Any] | None = None, **more: Any) -> SourceConfig:
    fields = {"question": "question", "answer": "answer", **(mapping or {})}
    base = {"id": "one", "path": path, "kind": "qa", "map": fields, "license": "CC-BY-4.0", "origin": "human"}
    return SourceConfig.model_validate({**base, **more})


def write(folder: Path, records: list[dict[str, Any]]) -> Workspace:
    (folder / "a.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records))
    return Workspace(folder)


def ids(workspace: Workspace, entry: SourceConfig) -> list[str]:
    return [item for batch in load(entry, workspace) for item in batch.rows["item_id"].to_pylist()]


def test_provenance_says_where_a_record_came_from(tmp_path: Path) -> None:
    workspace = write(tmp_path, [{"question": "q", "answer": "a", "id": 5, "page": "p. 3", "thread": "t"}])
    entry = source(
        "a.jsonl", {"key": "id", "locator": "page", "parent": "thread"}, collected="2020-03-25", consent="signed"
    )
    [batch] = load(entry, workspace)
    assert batch.rows.schema == RECORD
    [row] = batch.rows.to_pylist()
    assert {name: str(value) for name, value in row["provenance"].items() if value is not None} == {
        "source_id": "one",
        "file": "a.jsonl",
        "row": "1",
        "record": "5",
        "locator": "p. 3",
        "license": "CC-BY-4.0",
        "collected": "2020-03-25",
        "consent": "signed",
        "origin": "human",
        "parent_ids": "['one:8ca5d81566f8']",
    }
    assert row["mapped"] == '{"answer":"a","question":"q","topic":null,"turns":null}'


def test_a_key_keeps_its_id_when_the_records_are_sorted_anew(tmp_path: Path) -> None:
    records = [{"question": "q", "answer": str(place), "id": f"k{place}"} for place in range(3)]
    keyed = source("a.jsonl", {"key": "id"})
    before = ids(write(tmp_path, records), keyed)
    after = ids(write(tmp_path, records[::-1]), keyed)
    assert after == before[::-1]
    assert len(set(before)) == 3


def test_ids_of_a_build_stay_the_same(tmp_path: Path) -> None:
    """Decisions of reviewers are bound to these ids: a release that computes others loses the decisions."""
    workspace = write(tmp_path, [{"question": "q", "answer": "a", "id": "k"}])
    assert ids(workspace, source("a.jsonl")) == ["one-35cc2816d8a5"]
    assert ids(workspace, source("a.jsonl", {"key": "id"})) == ["one-652369711ad0"]


def test_batches_hold_every_record_once(tmp_path: Path) -> None:
    records = [{"question": "q", "answer": "a"} if place % 3 else {"question": "q"} for place in range(2_500)]
    batches = list(load(source("a.jsonl"), write(tmp_path, records)))
    assert [len(batch.rows) + len(batch.quarantined) for batch in batches] == [1_000, 1_000, 500]
    assert sum(len(batch.quarantined) for batch in batches) == 834


def test_reread_gives_the_record_again(tmp_path: Path) -> None:
    workspace = write(tmp_path, [{"question": "q1", "answer": "a1"}, {"question": "q2", "answer": "a2"}, {}])
    assert reread(source("a.jsonl"), workspace, 2)["answer"] == "a2"
    with pytest.raises(CurateError, match=r"a\.jsonl, row 3, field 'question': is missing"):
        reread(source("a.jsonl"), workspace, 3)
    with pytest.raises(CurateError, match=r"a\.jsonl, row 9: has no record there"):
        reread(source("a.jsonl"), workspace, 9)


def test_source_files_change_with_their_content(tmp_path: Path) -> None:
    workspace = write(tmp_path, [{"question": "q"}])
    [before] = source_files(source("a.jsonl"), workspace)
    assert (before.path, before.bytes) == ("a.jsonl", 18)
    write(tmp_path, [{"question": "p"}])
    [after] = source_files(source("a.jsonl"), workspace)
    assert before.sha256 != after.sha256


def test_source_files_of_a_folder_are_all_of_its_files(tmp_path: Path) -> None:
    (tmp_path / "saved/b").mkdir(parents=True)
    (tmp_path / "saved/b/2").write_text("x")
    (tmp_path / "saved/1").write_text("y")
    found = source_files(source("saved"), Workspace(tmp_path))
    assert [file.path for file in found] == ["saved/1", "saved/b/2"]


def test_source_files_of_the_hub_are_its_revision(tmp_path: Path) -> None:
    def of(revision: str) -> tuple[str, str]:
        entry = source(None, dataset="lab/talks", revision=revision)
        [file] = source_files(entry, Workspace(tmp_path))
        return file.path, file.sha256

    assert of("ab" * 20)[0] == f"lab/talks@{'ab' * 20}"
    assert of("ab" * 20) != of("cd" * 20)


RECORD_TEXT = json.dumps({"question": "Wie? \u4f60 \U0001f600", "answer": 'a "b", c\nd'})
MUTATIONS = st.lists(
    st.one_of(
        st.binary(max_size=6), st.sampled_from([b'"', b",", b"\n", b"\r\n", b"[", b"]", b"{", b"\0", b"\xff\xfe"])
    ),
    max_size=6,
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ending=st.sampled_from(["jsonl", "json", "csv", "tsv", "parquet"]), mutations=MUTATIONS, data=st.data())
def test_any_bytes_end_in_records_or_in_an_error_of_ours(
    tmp_path: Path, ending: str, mutations: list[bytes], data: st.DataObject
) -> None:
    content = f"question,answer\n{RECORD_TEXT}\n".encode() if ending in ("csv", "tsv") else RECORD_TEXT.encode() * 2
    for mutation in mutations:
        place = data.draw(st.integers(0, len(content)))
        content = content[:place] + mutation + content[place + data.draw(st.integers(0, 3)) :]
    (tmp_path / f"a.{ending}").write_bytes(content)
    try:
        batches = list(load(source(f"a.{ending}"), Workspace(tmp_path)))
    except CurateError:
        return
    assert all(len(batch.rows) + len(batch.quarantined) for batch in batches)
