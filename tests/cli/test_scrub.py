"""``curate scrub``: personal data alone."""

import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from tests.conftest import curate

ROWS: list[dict[str, Any]] = [
    {"id": "a", "text": "🙂 My name is Sarah, call 212-555-0198."},
    {"id": 2, "text": "I feel numb. Call 988."},
]


@pytest.fixture
def source(tmp_path: Path) -> Path:
    file = tmp_path / "in.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in ROWS), encoding="utf-8")
    return file


def read(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def test_rows_come_out_scrubbed_with_their_spans(source: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    assert curate("scrub", str(source), str(out)).returncode == 0
    first, second = read(out)
    assert first["text"] == "🙂 My name is [PERSON_1], call [PHONE_1]."
    assert [(span["start"], span["end"], span["label"]) for span in first["spans"]] == [
        (13, 18, "PERSON"),
        (25, 37, "PHONE"),
    ]
    assert (second["id"], second["text"], second["spans"]) == (2, ROWS[1]["text"], [])


@pytest.mark.parametrize("as_json", [False, True])
def test_a_language_whose_names_are_not_looked_for_is_told_and_every_row_is_to_be_read(
    source: Path, tmp_path: Path, as_json: bool
) -> None:
    out = tmp_path / "out.jsonl"
    done = curate("scrub", source, out, "--language", "de", *(["--json"] if as_json else []))
    assert done.returncode == 0
    assert done.stderr.startswith("Warning: rows: 2, field 'text', language 'de': names, places,")
    assert "STAND IN CLEAR" in done.stderr
    assert "Sarah" not in done.stderr
    first, second = read(out)
    assert first["text"] == "🙂 My name is Sarah, call [PHONE_1]."
    assert [row["residual_risk"] for row in (first, second)] == [
        {"level": "high", "reasons": ["language not covered"]}
    ] * 2
    assert curate("scrub", source, out, "--language", "en-GB").stderr == ""


@pytest.mark.parametrize("language", ["zz-!!", "zz", "EN", "en_US", "en-", "", "deutsch"])
def test_a_language_that_nobody_knows_is_refused(source: Path, tmp_path: Path, language: str) -> None:
    done = curate("scrub", source, tmp_path / "out.jsonl", "--language", language)
    assert done.returncode == 2
    assert f"'{language}' is no language that is known here. Use the BCP 47 tag" in done.stderr
    assert not (tmp_path / "out.jsonl").exists()


@pytest.mark.parametrize("mode", ["placeholder", "surrogate"])
def test_scrubbing_what_was_scrubbed_changes_nothing(source: Path, tmp_path: Path, mode: str) -> None:
    once, twice = tmp_path / "once.jsonl", tmp_path / "twice.jsonl"
    options = ["--mode", mode, "--key", str(tmp_path / "key")]
    assert curate("scrub", str(source), str(once), *options).returncode == 0
    assert curate("scrub", str(once), str(twice), *options).returncode == 0
    assert [row["text"] for row in read(once)] == [row["text"] for row in read(twice)]
    assert "Sarah" not in once.read_text(encoding="utf-8")


def test_the_format_goes_by_the_ending(source: Path, tmp_path: Path) -> None:
    table, back = tmp_path / "out.csv", tmp_path / "out.parquet"
    assert curate("scrub", str(source), str(table)).returncode == 0
    assert curate("scrub", str(table), str(back)).returncode == 0
    assert pq.read_table(back)["text"].to_pylist()[1] == ROWS[1]["text"]
    refused = curate("scrub", str(source), str(tmp_path / "out.txt"))
    assert refused.returncode == 2
    assert "Use one of .jsonl, .csv, .parquet" in refused.stderr


def test_the_folder_of_the_result_is_made(source: Path, tmp_path: Path) -> None:
    assert curate("scrub", str(source), str(tmp_path / "new" / "out.jsonl")).returncode == 0
    assert [file.name for file in (tmp_path / "new").iterdir()] == ["out.jsonl"]


def test_a_row_without_text_is_named_and_nothing_is_written(tmp_path: Path) -> None:
    source, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text('{"id": 1, "text": "x"}\n{"id": 2}\n', encoding="utf-8")
    refused = curate("scrub", str(source), str(out))
    assert refused.returncode == 1
    assert "in.jsonl, row 2, field 'text': is missing" in refused.stderr
    assert list(tmp_path.iterdir()) == [source]


def test_show_prints_what_changed(source: Path, tmp_path: Path) -> None:
    shown = curate("scrub", str(source), str(tmp_path / "out.jsonl"), "--show")
    assert "Sarah[PERSON_1]" in shown.stdout
    assert "numb" not in shown.stdout


def test_a_map_is_kept_and_undone_with_a_key_file(source: Path, tmp_path: Path) -> None:
    out, kept, own, back = (tmp_path / name for name in ("out.jsonl", "way.map", "own.key", "back.jsonl"))
    assert curate("scrub", str(source), str(out), "--keep-map", str(kept), "--map-key", str(own)).returncode == 0
    assert own.stat().st_mode & 0o077 == 0
    assert curate("scrub", str(out), str(back), "--restore", str(kept), "--map-key", str(own), "--json").returncode == 0
    before = [json.loads(line)["text"] for line in source.read_text(encoding="utf-8").splitlines()]
    assert [json.loads(line)["text"] for line in back.read_text(encoding="utf-8").splitlines()] == before
    refused = curate("scrub", str(source), str(out), "--keep-map", str(kept))
    assert refused.returncode == 1
    assert "EMOCURATE_MAP_KEY" in refused.stderr
