"""What is exported is what was approved, as it was approved, and nothing else."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from annotations import approved_row, decide
from curation import Workspace, build_dataset, open_build
from exports import export
from exports.messages import messages
from schemas.errors import CurateError, Refused, UsageError
from schemas.review import Review

WHEN = datetime(2026, 1, 5, 10, 0, tzinfo=UTC)


def lines(workspace: Workspace) -> list[dict[str, object]]:
    files = sorted((workspace.exports / "torchtune").glob("*.jsonl"))
    return [json.loads(line) for file in files for line in file.read_text().splitlines()]


def decide_all(workspace: Workspace, **special: dict[str, object]) -> None:
    """Accepts every item, but those whose question begins with a key of ``special``."""
    file = workspace.root / "decisions.jsonl"
    with file.open("w") as out:
        for item in open_build(workspace).items().to_pylist():
            row = {"item_id": item["item_id"], "content_hash": item["content_hash"], "verdict": "accept"}
            row |= special.get((item["question"] or "").split(" ")[0], {})
            out.write(json.dumps(row) + "\n")
    decide(workspace, file, reviewer="clin-1")


def test_nothing_approved_is_a_refusal(example: Workspace) -> None:
    build_dataset(example)
    with pytest.raises(Refused, match=r"no item of build .* is approved") as error:
        export(example)
    assert error.value.exit_code == 3
    assert not example.exports.exists()


def test_rejected_items_stay_out_and_edits_are_in(example: Workspace) -> None:
    build_dataset(example)
    decide_all(
        example,
        Our={"verdict": "reject"},
        Can={"verdict": "edit", "edited_answer": "You decide who knows of it."},
    )
    result = export(example)
    exported = lines(example)
    assert len(exported) == sum(result.examples.values()) == len(open_build(example).items()) - 1
    assert result.left_out == {"rejected": 1}
    text = json.dumps(exported)
    assert "Our dog" not in text
    assert "You decide who knows of it." in text
    assert "works council" not in text


def test_the_parts_are_those_of_the_build(example: Workspace) -> None:
    build_dataset(example)
    decide_all(example)
    export(example)
    split = {item["item_id"]: item["split"] for item in open_build(example).items().to_pylist()}
    for part in ("train", "validation", "test"):
        file = example.exports / "torchtune" / f"{part}.jsonl"
        assert {split[json.loads(line)["item_id"]] for line in file.read_text().splitlines()} <= {part}


def test_exporting_twice_gives_the_same_files(example: Workspace) -> None:
    build_dataset(example)
    decide_all(example)
    assert export(example) == export(example)


def test_a_text_that_nobody_read_is_not_exported(example: Workspace) -> None:
    build_dataset(example)
    decide_all(example)
    file = open_build(example).folder / "items.parquet"
    items = pq.read_table(file).to_pylist()
    items[0]["answer"] = "Text that nobody ever read."
    pq.write_table(pa.Table.from_pylist(items, pq.read_schema(file)), file)
    with pytest.raises(CurateError, match=r"items\.parquet: was changed after the build"):
        export(example)


def test_an_approval_is_of_the_text_that_is_written() -> None:
    row = {"item_id": "a", "kind": "qa", "question": "Why?", "answer": "Because.", "turns": None}
    review = Review(item_id="a", content_hash="0" * 64, reviewer="clin-1", verdict="accept", decided_at=WHEN)
    with pytest.raises(CurateError, match="the text of item 'a' is not the one that clin-1 approved"):
        approved_row(row, review)


def test_an_unknown_format_names_those_there_are(example: Workspace) -> None:
    with pytest.raises(UsageError, match=r"there is no format .xml.\. The formats are: torchtune"):
        export(example, "xml")


def test_a_seeker_who_is_not_answered_is_left_off_the_end() -> None:
    turns = [("supporter", "Hello."), ("seeker", "Hi."), ("supporter", "What brings you?"), ("seeker", "Bye.")]
    row = {"turns": [{"role": role, "text": text} for role, text in turns]}
    assert [message["role"] for message in messages(row)] == ["assistant", "user", "assistant"]


def test_the_fingerprint_is_of_the_files(example: Workspace, tmp_path: Path) -> None:
    build_dataset(example)
    decide_all(example)
    first = export(example)
    decide_all(example, Our={"verdict": "reject"})
    assert export(example).fingerprint != first.fingerprint
