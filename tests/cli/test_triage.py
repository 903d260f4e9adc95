"""``curate triage``: the same verdicts in and out of JSON lines, CSV and Parquet, and errors of one line."""

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from curation.triage import triage_file

TEXTS = ["I want to kill myself tonight", "This exam is killing me", "My friend wants to die"]
LEVELS = ["active", "none", "third_party"]
ROOT = Path(__file__).parents[2]


def curate(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    program = "from cli.main import main; main()"
    return subprocess.run(
        [sys.executable, "-c", program, *arguments],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def source(tmp_path: Path) -> Path:
    file = tmp_path / "in.jsonl"
    file.write_text("".join(json.dumps({"id": n, "text": text}) + "\n" for n, text in enumerate(TEXTS)))
    return file


def test_json_lines(source: Path) -> None:
    done = curate("triage", "in.jsonl", "out.jsonl", "--json", cwd=source.parent)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["levels"]["active"] == 1
    rows = [json.loads(line) for line in (source.parent / "out.jsonl").read_text().splitlines()]
    assert [row["level"] for row in rows] == LEVELS
    assert rows[0].keys() == {"id", "level", "history", "evidence"}
    (evidence,) = rows[0]["evidence"]
    assert TEXTS[0][evidence["start"] : evidence["end"]] == "kill myself"
    assert evidence.keys() == {"start", "end", "rule", "confidence"}


def test_csv_and_parquet(tmp_path: Path) -> None:
    pq.write_table(pa.table({"id": ["a", "b", "c"], "text": TEXTS}), tmp_path / "in.parquet")
    assert triage_file(tmp_path / "in.parquet", tmp_path / "out.csv").records == 3
    with (tmp_path / "out.csv").open(newline="") as file:
        assert [row["level"] for row in csv.DictReader(file)] == LEVELS
    with (tmp_path / "in.csv").open("w", newline="") as file:
        csv.writer(file).writerows([["id", "text"], *enumerate(TEXTS)])
    triage_file(tmp_path / "in.csv", tmp_path / "out.parquet")
    assert pq.read_table(tmp_path / "out.parquet")["level"].to_pylist() == LEVELS


def test_a_dialogue_by_turn_and_as_a_whole(tmp_path: Path) -> None:
    turns = [{"role": "supporter", "text": "Are you thinking of suicide?"}, {"role": "seeker", "text": "Yes."}]
    (tmp_path / "in.jsonl").write_text(json.dumps({"id": "d", "turns": turns}))
    triage_file(tmp_path / "in.jsonl", tmp_path / "out.jsonl")
    row = json.loads((tmp_path / "out.jsonl").read_text())
    assert (row["level"], [turn["level"] for turn in row["turns"]]) == ("active", ["none", "active"])
    assert row["evidence"][0]["turn"] == 1


def test_a_broken_dialogue_is_named_by_its_place(tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_text('{"id": 1, "turns": [{"role": "me", "text": "x"}]}')
    (tmp_path / "out.jsonl").write_text("before")
    done = curate("triage", "in.jsonl", "out.jsonl", cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr.startswith("curate: in.jsonl, row 1, field 'turns': is no list of {role, text}.")
    assert (tmp_path / "out.jsonl").read_text() == "before"
