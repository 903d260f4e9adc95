"""A build is whole, the same each time, and goes on where a killed one stopped."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from curation import Workspace, build_dataset, open_build
from curation import build as build_module
from curation.engine import local as local_engine
from curation.progress import Advance
from schemas.errors import CurateError
from tests.conftest import MakeWorkspace, curate

STEPS = ("load", "validate", "clean", "sign", "deduplicate", "scrub", "triage")
PAIRS = [(f"Question {number}: how can I sleep?", f"Answer {number}: get up at a fixed hour.") for number in range(120)]


def files_of(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in sorted(folder.iterdir())}


def computed(workspace: Workspace, build_id: str) -> dict[str, tuple[int, int]]:
    work = json.loads((workspace.private / "work" / f"{build_id}.json").read_text())
    return {step["step"]: (step["computed"], step["reused"]) for step in work["steps"]}


def test_every_record_is_an_item_removed_or_quarantined(example: Workspace) -> None:
    result = build_dataset(example)
    build = open_build(example)
    manifest = result.manifest
    assert len(build.items()) == manifest.items
    assert len(build.removed()) == manifest.removed
    assert len(build.quarantined()) == manifest.quarantined
    assert manifest.records == manifest.items + manifest.removed + manifest.quarantined == 65
    for source in manifest.sources:
        assert source.records == source.items + source.removed + source.quarantined
        for before, after in pairwise(source.steps):
            assert after.read == before.kept
    for step in manifest.steps:
        assert step.read == step.kept + step.removed + step.quarantined
        assert sum(step.reasons.values()) == step.removed + step.quarantined


def test_the_planted_faults_of_the_example_end_where_they_should(example: Workspace) -> None:
    build_dataset(example)
    build = open_build(example)
    faults = {(one.file.split("/")[-1], one.row): one.message for one in build.quarantined()}
    assert faults["forum.csv", 29] == "is blank"
    assert faults["forum.csv", 30] == "answer repeats the question"
    assert faults["forum.csv", 32] == "has the key of row 1"
    assert faults["forum_later.jsonl", 13] == "is blank after cleaning"
    assert faults["chats.jsonl", 11].startswith("has no turns")
    items = build.items().to_pylist()
    texts = " ".join(item["answer"] or "" for item in items)
    for gone in ("212-555-0147", "hello@riverbend", "\u00a0", "<p>", "asleep.Turn", "â€™"):
        assert gone not in texts
    for kept in ("988", "116 123", "741741", "1-800-799-7233", "<3"):
        assert kept in texts
    questions = [item["question"] for item in items if item["question"]]
    assert {"Prozac", "Zoloft"} <= {word for question in questions for word in question.split()}


@pytest.mark.slow
def test_the_same_input_gives_the_same_bytes(example: Workspace, tmp_path: Path) -> None:
    """Whatever the place, the number of processes, the seed of Python's hashes, the language and the time zone."""
    other = Workspace(tmp_path / "another place")
    shutil.copytree(example.root, other.root)
    many = "".join(
        json.dumps({"_id": f"m{number}", "post": {"title": f"Question {number}?"}, "reply": f"Answer {number}."}) + "\n"
        for number in range(local_engine.CHUNK_ROWS * local_engine.POOL_CHUNKS + 1)  # so many start the processes
    )
    for workspace in (example, other):
        with (workspace.sources / "forum_later.jsonl").open("a") as file:
            file.write(many)
    built = []
    for workspace, workers, env in (
        (example, "1", {"PYTHONHASHSEED": "1"}),
        (other, "2", {"PYTHONHASHSEED": "77", "LC_ALL": "C", "TZ": "Asia/Tokyo"}),
    ):
        done = curate("-C", workspace.root, "build-dataset", "--workers", workers, env=env)
        assert done.returncode == 0, done.stderr
        built.append(files_of(open_build(workspace).folder))
    assert built[0] == built[1]


def test_a_second_build_finds_the_first_and_leaves_it(example: Workspace) -> None:
    first = build_dataset(example)
    before = {file: file.stat().st_mtime_ns for file in (example.root / first.folder).iterdir()}
    second = build_dataset(example)
    assert second.work.existed
    assert second.manifest == first.manifest
    assert {file: file.stat().st_mtime_ns for file in (example.root / first.folder).iterdir()} == before


def test_a_build_made_again_from_the_cache_has_the_same_bytes(example: Workspace) -> None:
    first = build_dataset(example)
    before = files_of(example.root / first.folder)
    shutil.rmtree(example.builds)
    second = build_dataset(example)
    assert files_of(example.root / second.folder) == before
    assert all(step.computed == 0 for step in second.work.steps if step.step != "load")


def test_a_changed_file_of_a_build_is_noticed(example: Workspace) -> None:
    folder = example.root / build_dataset(example).folder
    (folder / "quarantine.jsonl").write_text("")
    with pytest.raises(CurateError, match=r"quarantine\.jsonl: was changed after the build"):
        build_dataset(example)


def test_only_new_rows_are_computed(make_workspace: MakeWorkspace) -> None:
    build_dataset(make_workspace(PAIRS))
    more = [(f"New question {number}?", f"A new answer, the {number}th of them.") for number in range(100)]
    workspace = make_workspace(PAIRS + more)
    result = build_dataset(workspace)
    work = computed(workspace, result.manifest.build_id)
    for step in ("validate", "clean", "sign", "scrub", "triage"):
        assert work[step] == (100, 120), step


def test_another_setting_computes_only_its_step_again(make_workspace: MakeWorkspace) -> None:
    build_dataset(make_workspace(PAIRS))
    workspace = make_workspace(PAIRS, pii={"regions": ["US"]})
    work = computed(workspace, build_dataset(workspace).manifest.build_id)
    assert work["clean"] == (0, 120)
    assert work["scrub"] == (120, 0)


KILLED = """
import sys, time
from contextlib import contextmanager
from curation import Workspace, build_dataset

@contextmanager
def progress(name, total):
    if name == sys.argv[2]:
        print("here", flush=True)
        time.sleep(60)
    yield lambda done: None

build_dataset(Workspace.find(sys.argv[1]), progress=progress)
"""


@pytest.mark.slow
def test_a_build_killed_at_any_step_goes_on_where_it_was(make_workspace: MakeWorkspace, tmp_path: Path) -> None:
    whole = make_workspace(PAIRS, "whole")
    expected = files_of(whole.root / build_dataset(whole).folder)
    workspace = make_workspace(PAIRS, "killed")
    for step in STEPS:
        process = subprocess.Popen(
            [sys.executable, "-c", KILLED, workspace.root, step], stdout=subprocess.PIPE, cwd=Path(__file__).parents[2]
        )
        assert process.stdout is not None
        assert process.stdout.readline() == b"here\n"
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        process.stdout.close()
        assert not (workspace.builds / "latest").exists()
    result = build_dataset(workspace)
    assert files_of(workspace.root / result.folder) == expected
    work = computed(workspace, result.manifest.build_id)
    assert [work[step][0] for step in ("validate", "clean", "sign", "scrub")] == [0, 0, 0, 0]


WRITING = """
import os, signal, sys
import curation.build as build
from curation import Workspace

write = build._write_parquet
def write_and_die(table, file):
    write(table, file)
    if file.name == build.REMOVED:
        os.kill(os.getpid(), signal.SIGKILL)
build._write_parquet = write_and_die
build.build_dataset(Workspace.find(sys.argv[1]))
"""


def test_a_build_killed_while_it_is_written_is_not_seen(make_workspace: MakeWorkspace) -> None:
    workspace = make_workspace(PAIRS)
    killed = subprocess.run([sys.executable, "-c", WRITING, workspace.root], cwd=Path(__file__).parents[2], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert [path.suffix for path in workspace.builds.iterdir()] == [".partial"]
    build_dataset(workspace)
    assert sorted(path.suffix for path in workspace.builds.iterdir()) == ["", ""]  # the build and `latest`


def test_a_source_without_a_usable_record_stops_the_build(make_workspace: MakeWorkspace) -> None:
    workspace = make_workspace([("", "An answer."), ("", "Another.")])
    with pytest.raises(CurateError, match="none of the 2 records of source 'answers' can be used; the first: is blank"):
        build_dataset(workspace)


def test_two_builds_at_once_do_not_disturb_each_other(example: Workspace) -> None:
    import fcntl

    with (example.private / "build.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(CurateError, match="another build of this workspace is running"):
            build_dataset(example)


def test_no_unscrubbed_text_is_in_a_build(example: Workspace) -> None:
    build_dataset(example)
    build = open_build(example)
    texts = [str(build.items().to_pylist()), str(build.removed().to_pylist())]
    texts += [(build.folder / name).read_text() for name in ("report.html", "quarantine.jsonl", "manifest.json")]
    for secret in ("212-555-0147", "hello@riverbend", "7946 0958"):
        assert not any(secret in text for text in texts)


def test_a_text_that_left_its_source_leaves_the_cache(make_workspace: MakeWorkspace) -> None:
    secret = ("My line is 212-555-0147, who calls?", "I will call you back tomorrow.")
    workspace = make_workspace([*PAIRS, secret])
    build_dataset(workspace)
    make_workspace(PAIRS)
    build_dataset(workspace)
    assert not any(b"212-555-0147" in file.read_bytes() for file in workspace.cache.rglob("*") if file.is_file())


def test_what_a_killed_build_held_is_gone_even_where_its_build_stands(
    make_workspace: MakeWorkspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = make_workspace([*PAIRS, ("My line is 212-555-0147, who calls?", "I will call you back tomorrow.")])
    build_dataset(workspace)
    make_workspace(PAIRS)
    write = build_module._write

    def write_and_end(*given: Any) -> None:
        write(*given)
        raise KeyboardInterrupt

    monkeypatch.setattr(build_module, "_write", write_and_end)
    with pytest.raises(KeyboardInterrupt):
        build_dataset(workspace)
    monkeypatch.undo()
    left = workspace.cache / ".passing-killed" / "0123.arrow"
    left.parent.mkdir()
    left.write_text("My line is 212-555-0147")
    assert build_dataset(workspace).work.existed
    assert not left.exists()
    assert not any(b"212-555-0147" in file.read_bytes() for file in workspace.cache.rglob("*") if file.is_file())


def test_a_damaged_cache_is_computed_again(make_workspace: MakeWorkspace) -> None:
    workspace = make_workspace(PAIRS)
    expected = files_of(workspace.root / build_dataset(workspace).folder)
    for file in workspace.cache.rglob("*.arrow"):
        file.write_bytes(file.read_bytes()[:100])
    shutil.rmtree(workspace.builds)
    assert files_of(workspace.root / build_dataset(workspace).folder) == expected


def test_a_source_that_changes_while_it_is_read_stops_the_build(make_workspace: MakeWorkspace) -> None:
    workspace = make_workspace(PAIRS)

    @contextmanager
    def meddling(name: str, total: int | None) -> Iterator[Advance]:
        if name == "clean":
            make_workspace(PAIRS[1:])
        yield lambda done: None

    with pytest.raises(CurateError, match="a source was changed while it was read"):
        build_dataset(workspace, progress=meddling)
    assert not (workspace.builds / "latest").exists()


def test_no_group_stands_in_two_parts(example: Workspace) -> None:
    build_dataset(example)
    parts: dict[str, set[str]] = {}
    for item in open_build(example).items().to_pylist():
        parts.setdefault(item["group_id"], set()).add(item["split"])
    assert {len(found) for found in parts.values()} == {1}


def test_pairs_that_only_a_person_can_decide_are_in_the_build_and_on_the_sheet(
    example: Workspace, tmp_path: Path
) -> None:
    from annotations import write_sheet

    result = build_dataset(example)
    pairs = open_build(example).pairs().to_pylist()
    (medicines,) = [pair for pair in pairs if pair["differences"] == ["zoloft -> prozac"]]
    assert (medicines["zone"], medicines["guarded"]) == ("grey", True)
    assert result.manifest.near_pairs["grey"] == sum(pair["zone"] == "grey" for pair in pairs)
    assert "zoloft → prozac" in (example.root / result.report).read_text()
    write_sheet(example, tmp_path / "sheet.jsonl")
    rows = [json.loads(line) for line in (tmp_path / "sheet.jsonl").read_text().splitlines()]
    alike = {row["item_id"]: row["alike"] for row in rows}
    assert medicines["other_id"] in alike[medicines["item_id"]]
