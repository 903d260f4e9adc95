"""``scrub``, ``dedup`` and ``triage`` take the same files, and refuse the same ones in the same words."""

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from cli.main import app
from schemas.errors import CurateError, UsageError

COMMANDS = ("scrub", "dedup", "triage")
GOOD = "id,text\n1,I cannot sleep\n2,I feel numb\n"


def refusal(*arguments: str | Path) -> CurateError:
    """What a command is refused with."""
    done = CliRunner().invoke(app, [*map(str, arguments)])
    assert isinstance(done.exception, CurateError), done.exception
    return done.exception


def cut(file: Path) -> None:
    pq.write_table(pa.table({"id": ["1"], "text": ["x"]}), file)
    file.write_bytes(file.read_bytes()[:-20])


def written(content: str | bytes) -> Callable[[Path], object]:
    return lambda file: file.write_bytes(content.encode() if isinstance(content, str) else content)


FAULTS: list[tuple[str, Callable[[Path], object], str]] = [
    ("csv", written(GOOD + '3,"not closed\n4,next\n'), ", row 3: a quotation mark in the record that begins in line 4"),
    ("csv", written(GOOD + "3,a,b,c\n"), ", row 3: has 4 fields where the header has 2 (line 4). Quote fields"),
    ("csv", written(GOOD + "3\n"), ", row 3: has 1 field where the header has 2 (line 4)."),
    ("csv", written(GOOD.encode() + b"3,Gespr\xe4ch\n"), ", row 3: has bytes that are not utf-8. Save the file"),
    ("csv", written(""), ": is empty. Fetch or export the file again."),
    ("csv", written("id,text\n"), ": has a header and no records."),
    ("jsonl", written("\n"), ": holds no records."),
    ("jsonl", written("[1]\n"), ", row 1: is no JSON object."),
    ("jsonl", written('{"id": 1, "text": "a"}\n\n{\n'), ", row 3: is no JSON: a name in double quotes is missing"),
    ("jsonl", written('{"id": 1}\n'), ", row 1, field 'text': is missing. Every row needs the fields id and text."),
    ("jsonl", written('{"text": "a"}\n'), ", row 1, field 'id': is missing. Every row needs"),
    ("jsonl", written('{"id": 1, "text": "\\ud83d"}\n'), ", row 1, field 'text': has half of a surrogate pair."),
    ("parquet", cut, ": cannot be read as Parquet. Fetch or export the file again."),
    ("jsonl", lambda file: None, ": there is no such file. Check the path"),
    ("txt", written(GOOD), ": the ending '.txt' is not known. Use one of .jsonl, .csv, .parquet."),
]  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(("ending", "make", "message"), FAULTS)
def test_what_is_wrong_with_a_file(
    tmp_path: Path, command: str, ending: str, make: Callable[[Path], object], message: str
) -> None:
    source, out = tmp_path / f"in.{ending}", tmp_path / "out.csv"
    make(source)
    out.write_text("before")
    assert str(refusal(command, source, out)).startswith(f"{source}{message}")
    assert out.read_text() == "before"
    assert {file.name for file in tmp_path.iterdir()} <= {source.name, out.name}


@pytest.mark.parametrize("command", COMMANDS)
def test_no_command_writes_over_what_it_reads(tmp_path: Path, command: str) -> None:
    source, link = tmp_path / "t.csv", tmp_path / "link.csv"
    source.write_text(GOOD)
    link.symlink_to(source)
    for out in (source, link):
        refused = refusal(command, source, out)
        assert (refused.exit_code, str(refused)) == (
            2,
            f"{out}: is both read and written. Give the result a name of its own.",
        )
        assert source.read_text() == GOOD


@pytest.mark.parametrize(("command", "option"), [("dedup", "--grey"), ("scrub", "--keep-map")])
def test_what_is_written_beside_the_result_has_a_place_of_its_own(
    tmp_path: Path, command: str, option: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EMOCURATE_MAP_KEY", 64 * "a")
    source, out = tmp_path / "t.csv", tmp_path / "out.csv"
    source.write_text(GOOD)
    assert "is both read and written" in str(refusal(command, source, out, option, source))
    assert "is written twice" in str(refusal(command, source, out, option, out))
    assert [file.name for file in tmp_path.iterdir()] == ["t.csv"]
    assert source.read_text() == GOOD


def test_originals_are_not_put_back_over_their_map(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMOCURATE_MAP_KEY", 64 * "a")
    source, kept = tmp_path / "in.jsonl", tmp_path / "kept.jsonl"
    source.write_text('{"id": 1, "text": "x"}\n')
    kept.write_text("a map")
    refused = refusal("scrub", source, kept, "--restore", kept)
    assert isinstance(refused, UsageError)
    assert kept.read_text() == "a map"


@pytest.mark.parametrize(
    "options", [("--keep-map", "m.key", "--map-key", "m.key"), ("--keep-map", "m.key", "--key", "m.key")]
)
def test_a_map_never_takes_the_place_of_a_key(
    tmp_path: Path, options: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EMOCURATE_MAP_KEY", 64 * "a")
    monkeypatch.chdir(tmp_path)
    Path("in.csv").write_text(GOOD)
    assert "m.key: is both read and written" in str(refusal("scrub", "in.csv", "out.csv", *options))
    assert not Path("m.key").exists()


def test_originals_are_not_put_back_over_the_key_of_their_map(tmp_path: Path) -> None:
    source, kept, own = tmp_path / "in.jsonl", tmp_path / "kept.map", tmp_path / "own.jsonl"
    own.write_text("a key")
    refused = refusal("scrub", source, own, "--restore", kept, "--map-key", own)
    assert isinstance(refused, UsageError)
    assert own.read_text() == "a key"


@pytest.mark.parametrize(
    ("source", "out", "options"),
    [
        ("in.csv", "out.csv", ("--language", "xx")),
        ("in.csv", "out.csv", ("--mode", "remove")),
        ("in.csv", "in.csv", ()),
        ("in.csv", "out.txt", ()),
        ("in.txt", "out.csv", ()),
        ("missing.csv", "out.csv", ()),
    ],
)
def test_what_is_refused_makes_no_keys(
    tmp_path: Path, source: str, out: str, options: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("in.csv").write_text(GOOD)
    refusal("scrub", source, out, "--key", "new.key", "--keep-map", "m", "--map-key", "own.key", *options)
    assert [file.name for file in tmp_path.iterdir()] == ["in.csv"]


def test_half_a_character_in_an_id_is_refused_beside_turns_too(tmp_path: Path) -> None:
    source = tmp_path / "in.jsonl"
    source.write_text(r'{"id": "\ud800", "turns": [{"role": "seeker", "text": "x"}]}' + "\n")
    refused = str(refusal("triage", source, tmp_path / "out.jsonl"))
    assert "row 1, field 'id': has half of a surrogate pair" in refused


@pytest.mark.parametrize("command", COMMANDS)
def test_ids_may_be_texts_and_numbers_in_one_file(tmp_path: Path, command: str) -> None:
    source, out = tmp_path / "in.jsonl", tmp_path / "out.parquet"
    source.write_text('{"id": "1", "text": "I cannot sleep"}\n{"id": 2, "text": "I cannot sleep"}\n')
    done = CliRunner().invoke(app, [command, str(source), str(out), "--json"])
    assert (done.exit_code, done.exception) == (0, None)
    assert pq.read_table(out)["id"].to_pylist()[-1] in ("1", "2")


@pytest.mark.parametrize("command", COMMANDS)
def test_columns_that_nothing_is_asked_of_are_not_read(tmp_path: Path, command: str) -> None:
    source = tmp_path / "in.parquet"
    no_text = pa.Array.from_buffers(pa.string(), 1, pa.array([b"\xff"], pa.binary()).buffers())
    pq.write_table(pa.table({"note": no_text, "text": ["I cannot sleep"], "a.b": [1], "id": [7]}), source)
    done = CliRunner().invoke(app, [command, str(source), str(tmp_path / "out.jsonl"), "--json"])
    assert (done.exit_code, done.exception) == (0, None)
    with pytest.raises(UnicodeDecodeError):
        pq.read_table(source)["note"].to_pylist()


def test_a_parquet_file_without_any_of_the_fields_says_so(tmp_path: Path) -> None:
    source = tmp_path / "in.parquet"
    pq.write_table(pa.table({"question": ["x"]}), source)
    assert "row 1, field 'id': is missing" in str(refusal("scrub", source, tmp_path / "out.jsonl"))


@pytest.mark.parametrize("command", COMMANDS)
def test_quoted_commas_and_line_breaks_are_part_of_a_text(tmp_path: Path, command: str) -> None:
    source = tmp_path / "t.csv"
    source.write_text('id,text\n1,"Well, yes.\nAnd no."\n2,"So ""fine"""\n')
    done = CliRunner().invoke(app, [command, str(source), str(tmp_path / "out.jsonl"), "--json"])
    assert (done.exit_code, done.exception) == (0, None)
