"""The way back to the originals: only when asked for, encrypted, and only with its own key."""

import json
from pathlib import Path
from typing import Literal

import pytest

from curation.pii import Key, map_key_of_environment, restore_file, scrub_file
from schemas.config import PIIConfig
from schemas.errors import CurateError, UsageError

OWN, OTHER = Key(b"m" * 32, "own"), Key(b"o" * 32, "other")
TEXTS = ["my name is Sarah 😀, call 212-555-0198", "nothing here", "Sarah, write to sarah.k@example.org"]


@pytest.fixture
def source(tmp_path: Path) -> Path:
    file = tmp_path / "in.jsonl"
    file.write_text("".join(json.dumps({"id": place, "text": text}) + "\n" for place, text in enumerate(TEXTS)))
    return file


def texts_of(file: Path) -> list[str]:
    return [json.loads(line)["text"] for line in file.read_text(encoding="utf-8").splitlines()]


def test_no_map_is_kept_unless_asked_for(source: Path, tmp_path: Path) -> None:
    scrub_file(source, tmp_path / "out.jsonl", PIIConfig(model="none"))
    assert sorted(file.name for file in tmp_path.iterdir()) == ["in.jsonl", "out.jsonl"]


@pytest.mark.parametrize("mode", ["placeholder", "surrogate"])
def test_the_originals_come_back_with_the_key(
    source: Path, tmp_path: Path, mode: Literal["placeholder", "surrogate"]
) -> None:
    out, kept, back = tmp_path / "out.jsonl", tmp_path / "way.map", tmp_path / "back.jsonl"
    scrub_file(source, out, PIIConfig(model="none", mode=mode), key=Key(b"s" * 32, "s"), keep_map=(kept, OWN))
    assert texts_of(out) != TEXTS
    assert kept.stat().st_mode & 0o077 == 0
    assert b"Sarah" not in kept.read_bytes()
    assert b"212" not in kept.read_bytes()
    assert restore_file(out, back, kept, OWN) == 3
    assert texts_of(back) == TEXTS


def test_another_key_or_another_file_opens_nothing(source: Path, tmp_path: Path) -> None:
    out, kept, back = tmp_path / "out.jsonl", tmp_path / "way.map", tmp_path / "back.jsonl"
    scrub_file(source, out, PIIConfig(model="none"), keep_map=(kept, OWN))
    with pytest.raises(CurateError, match="cannot be opened"):
        restore_file(out, back, kept, OTHER)
    lines = kept.read_bytes().splitlines(keepends=True)
    kept.write_bytes(b"".join([lines[2], lines[1], lines[0]]))
    with pytest.raises(CurateError, match="is of other rows"):
        restore_file(out, back, kept, OWN)
    kept.write_bytes(b"".join(lines[:2]))
    with pytest.raises(CurateError, match="cannot be opened"):
        restore_file(out, back, kept, OWN)
    assert not back.exists()


def test_what_is_removed_has_no_way_back(source: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no place to put it back"):
        scrub_file(source, tmp_path / "out.jsonl", PIIConfig(mode="remove"), keep_map=(tmp_path / "way.map", OWN))
    assert [file.name for file in tmp_path.iterdir()] == ["in.jsonl"]


def test_the_key_comes_from_the_environment_or_is_missed() -> None:
    assert map_key_of_environment({"EMOCURATE_MAP_KEY": "ab" * 32}).secret == bytes.fromhex("ab" * 32)
    for value in ("", "abc", "ab" * 31):
        with pytest.raises(CurateError, match="EMOCURATE_MAP_KEY") as raised:
            map_key_of_environment({"EMOCURATE_MAP_KEY": value})
        assert value == "" or value not in str(raised.value)
