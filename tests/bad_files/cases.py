"""Bad files and what is to be said about each.

A case writes a workspace and says where it fails: the build stops (``stops``), or one record goes into quarantine and
the others go on. The text of every record holds :data:`CANARY`, which no message may repeat.
"""

import gzip
import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

CANARY = "zebrafinch"

QA = "kind: qa, map: {question: question, answer: answer}, license: CC-BY-4.0, origin: human"
DIALOGUE = "kind: dialogue, map: {turns: {roles: {user: seeker, bot: supporter}}}, license: CC-BY-4.0, origin: human"
GOOD = {"question": f"How can I sleep again, {CANARY}?", "answer": f"A fixed hour helps, dear {CANARY}."}
GOOD_TURNS = {"turns": [{"role": "user", "text": f"Hello {CANARY}"}, {"role": "bot", "text": f"Welcome {CANARY}"}]}


@dataclass(frozen=True)
class Case:
    """One bad workspace.

    Args:
        name: What is bad.
        make: Writes the workspace into an empty folder.
        file: The file that the message names, relative to the workspace.
        what: A part of the message.
        mend: A part of the mend.
        row: The row that the message names; of ``curate.yaml``, the line.
        field: The field that it names.
        stops: Whether the build stops; else the record is put into quarantine and ``good`` others go on.
        step: The step that puts it into quarantine.
        good: How many records go on.
        skip: Why it cannot be tried here, or nothing.
    """

    name: str
    make: Callable[[Path], None]
    file: str
    what: str
    mend: str
    row: int | None = None
    field: str | None = None
    stops: bool = True
    step: str = "load"
    good: int = 1
    skip: str = ""


def workspace(folder: Path, path: str, content: bytes | str, entry: str = QA, more: str = "") -> None:
    """Writes a workspace of one source at ``path``."""
    file = folder / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    config(folder, f"name: test\nsources:\n  - {{id: one, path: {path}, {entry}{more}}}\n")


def config(folder: Path, text: str | bytes) -> None:
    """Writes ``curate.yaml``."""
    (folder / "curate.yaml").write_bytes(text.encode() if isinstance(text, str) else text)


def _file(path: str, content: bytes | str, entry: str = QA, more: str = "") -> Callable[[Path], None]:
    return lambda folder: workspace(folder, path, content, entry, more)


def _yaml(text: str | bytes) -> Callable[[Path], None]:
    return lambda folder: config(folder, text)


def _lines(*records: object) -> str:
    return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)


def _source(more: str) -> Callable[[Path], None]:
    return _yaml(f"name: test\nsources:\n  - id: one\n    path: a.jsonl\n    {QA_LINES}\n    {more}\n")


QA_LINES = "kind: qa\n    map: {question: question, answer: answer}\n    license: CC-BY-4.0\n    origin: human"


def _missing(folder: Path) -> None:
    workspace(folder, "sources/answers.jsonl", _lines(GOOD))
    (folder / "sources/answers.jsonl").rename(folder / "sources/answer.jsonl")


def _folder(folder: Path) -> None:
    workspace(folder, "sources/a.jsonl", "x")
    (folder / "sources/a.jsonl").unlink()
    (folder / "sources/a.jsonl").mkdir()


def _forbidden(folder: Path) -> None:
    workspace(folder, "sources/a.jsonl", _lines(GOOD))
    (folder / "sources/a.jsonl").chmod(0)


def _pipe(folder: Path) -> None:
    workspace(folder, "sources/a.csv", "x")
    (folder / "sources/a.csv").unlink()
    os.mkfifo(folder / "sources/a.csv")


def _parquet(folder: Path, keep: float = 1.0, **columns: list[object]) -> None:
    workspace(folder, "sources/a.parquet", "x")
    path = folder / "sources/a.parquet"
    pq.write_table(pa.table(columns or {name: [text] for name, text in GOOD.items()}), path)
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * keep)])


def _unsaved_folder(folder: Path) -> None:
    workspace(folder, "sources/saved/readme.txt", CANARY)
    config(folder, f"name: test\nsources:\n  - {{id: one, path: sources/saved, {QA}}}\n")


CSV = f"question,answer\nHow? {CANARY},So {CANARY}.\n"
J, C = "sources/a.jsonl", "sources/a.csv"
ROOT = "permissions do not bind root" if os.geteuid() == 0 else ""

CASES = [
    # curate.yaml
    Case("config_empty", _yaml(""), "curate.yaml", "is empty", "curate init"),
    Case("config_list", _yaml("- a\n"), "curate.yaml", "is not a mapping", "name:", row=1),
    Case("config_syntax", _yaml("name: test\nsources: [a\nb: c\n"), "curate.yaml", "is no YAML", "line", row=3),
    Case("config_tab", _yaml("name: test\nsources:\n\t- id: a\n"), "curate.yaml", "tab", "spaces", row=3),
    Case("config_encoding", _yaml("name: Gespräch\n".encode("cp1252")), "curate.yaml", "is not UTF-8", "UTF-8", row=1),
    Case(
        "config_twice", _yaml("name: a\nname: b\n"), "curate.yaml", "twice; the first is in line 1", "Remove", 2, "name"
    ),
    Case("config_bomb", _yaml("a: &a {}\nname: " + "[" * 3000), "curate.yaml", "nested", "aliases"),
    Case("config_no_date", _source("collected: 2024-13-45"), "curate.yaml", "date", "quotation"),
    Case(
        "config_unknown_key",
        _source("licence: MIT"),
        "curate.yaml",
        "there is no setting 'licence'",
        "Did you mean 'license'?",
        row=9,
        field="sources.0.licence",
    ),
    Case(
        "config_unknown_nested_key",
        _yaml(
            "name: a\nsources:\n  - id: b\n    path: c.csv\n    preset: esconv\n    map:\n      turns: {rolls: {}}\n"
        ),
        "curate.yaml",
        "there is no setting 'rolls'",
        "Did you mean 'roles'?",
        row=7,
        field="sources.0.map.turns.rolls",
    ),
    Case(
        "config_unknown_preset",
        _yaml("name: a\nsources:\n  - {id: b, path: c.csv, preset: es-conv}\n"),
        "curate.yaml",
        "no preset 'es-conv'",
        "Did you mean 'esconv'?",
        row=3,
        field="sources.0.preset",
    ),
    Case(
        "config_bad_licence",
        _yaml(f"name: a\nsources:\n  - id: b\n    path: c.csv\n    {QA_LINES.replace('CC-BY-4.0', 'CC BY 4.0')}\n"),
        "curate.yaml",
        "is no SPDX licence id",
        "Did you mean 'CC-BY-4.0'?",
        row=7,
        field="sources.0.license",
    ),
    Case(
        "config_bad_encoding",
        _source("encoding: utf-9"),
        "curate.yaml",
        "no encoding 'utf-9'",
        "cp1252",
        row=9,
        field="sources.0.encoding",
    ),
    Case(
        "config_codec_for_no_file",
        _source("encoding: punycode"),
        "curate.yaml",
        "no encoding",
        "cp1252",
        9,
        "sources.0.encoding",
    ),
    Case(
        "config_nul_in_path",
        _yaml('name: a\nsources:\n  - {id: b, path: "c\\0.csv", preset: counselchat}\n'),
        "curate.yaml",
        "NUL",
        "Take",
        3,
        "sources.0.path",
    ),
    Case(
        "config_two_sources_of_one_id",
        _yaml(f"name: a\nsources:\n  - {{id: b, path: c.csv, {QA}}}\n  - {{id: b, path: d.csv, {QA}}}\n"),
        "curate.yaml",
        "two sources have the id 'b'",
        "its own id",
        row=2,
        field="sources",
    ),
    Case(
        "config_dataset_without_revision",
        _yaml(f"name: a\nsources:\n  - {{id: b, dataset: c/d, {QA}}}\n"),
        "curate.yaml",
        "needs its revision",
        "curate.yaml",
        row=3,
        field="sources.0",
    ),
    Case(
        "config_word_that_yaml_reads_as_false",
        _source("language: no"),
        "curate.yaml",
        "should be text, and is true or false",
        "quotation marks",
        row=9,
        field="sources.0.language",
    ),
    Case(
        "config_language_that_nobody_knows",
        _source("language: zz"),
        "curate.yaml",
        "is a language that the checks do not know",
        "such as en, en-GB or zh",
        row=9,
        field="sources.0.language",
    ),
    Case(
        "config_language_that_is_no_tag",
        _source('language: "de-!!"'),
        "curate.yaml",
        "is a language that the checks do not know",
        "such as en, en-GB or zh",
        row=9,
        field="sources.0.language",
    ),
    # whole files
    Case("missing", _missing, "sources/answers.jsonl", "there is no such file", "Did you mean 'answer.jsonl'?"),
    Case("folder", _folder, J, "is a folder", "Name a file"),
    Case("forbidden", _forbidden, J, "may not be read", "permissions", skip=ROOT),
    Case("empty", _file(J, ""), J, "is empty", "Fetch"),
    Case("blank", _file(J, "\n \n"), J, "holds no records", "Fetch"),
    Case("no_format", _file("sources/a.txt", CANARY), "sources/a.txt", "'.txt'", "format", field="format"),
    Case("png", _file(C, b"\x89PNG\r\n\x1a\n" + CANARY.encode()), C, "PNG image", "Export"),
    Case("xlsx", _file(C, b"PK\x03\x04" + CANARY.encode()), C, "office document", "export as CSV"),
    Case("gzip", _file(J, gzip.compress(CANARY.encode())), J, "gzip", "Unpack"),
    Case("binary", _file(C, bytes(range(32)) * 4), C, "is binary", "text"),
    Case(
        "utf16_without_mark", _file(C, CSV.encode("utf-16-le")), C, "looks like utf-16-le", "encoding", None, "encoding"
    ),
    Case(
        "utf16_by_name",
        _file(C, CSV.encode("utf-16-le"), more=", encoding: utf-16"),
        C,
        "no byte order mark",
        "utf-16-le",
        None,
        "encoding",
    ),
    Case("pipe", _pipe, C, "a pipe or a device", "Save"),
    Case("header_only", _file(C, "question,answer\n"), C, "no records", "Fetch"),
    Case(
        "missing_column",
        _file(C, f"question,answers\n{CANARY},b\n"),
        C,
        "'answer'",
        "Did you mean 'answers'?",
        None,
        "answer",
    ),
    Case(
        "no_header", _file(C, f"How? {CANARY},So {CANARY}\n"), C, "no column 'question'", "first line", None, "question"
    ),
    Case("column_twice", _file(C, f"question,answer,answer\na,{CANARY},b\n"), C, "twice", "Rename", None, "answer"),
    Case("delimiter", _file(C, CSV.replace(",", ";")), C, "no column", 'delimiter: ";"', None, "question"),
    Case(
        "unclosed_quote", _file(C, f'{CSV}"How?,{CANARY}\na,b\nc,d\n'), C, "begins in line 3", "Close the quotation", 2
    ),
    Case(
        "truncated_json",
        _file("sources/a.json", json.dumps([GOOD, GOOD])[:-20]),
        "sources/a.json",
        "cut off",
        "whole",
        2,
    ),
    Case(
        "broken_json",
        _file("sources/a.json", f'[{json.dumps(GOOD)}, {{"a" "{CANARY}"}}, 3]'),
        "sources/a.json",
        "a colon",
        "Mend",
        2,
    ),
    Case(
        "json_object", _file("sources/a.json", json.dumps({"data": [GOOD]})), "sources/a.json", "is an object", "list"
    ),
    Case("json_empty_list", _file("sources/a.json", "[]"), "sources/a.json", "no records", "Fetch"),
    Case("json_is_lines", _file("sources/a.json", _lines(GOOD, GOOD)), "sources/a.json", "JSON lines", "format: jsonl"),
    Case("json_bomb", _file("sources/a.json", "[" * 200_000), "sources/a.json", "nested deeper", "right file", 1),
    Case("lines_are_json", _file(J, json.dumps([GOOD], indent=1)), J, "over several lines", "format: json"),
    Case(
        "field_in_no_record",
        _file(J, _lines({**GOOD, "topics": "x"}), QA.replace("map: {", "map: {topic: topic, ")),
        J,
        "'topic'",
        "Did you mean 'topics'?",
        None,
        "topic",
    ),
    Case("corrupt_parquet", lambda folder: _parquet(folder, keep=0.7), "sources/a.parquet", "Parquet", "Fetch"),
    Case(
        "parquet_column",
        lambda folder: _parquet(folder, question=["a"]),
        "sources/a.parquet",
        "'answer'",
        "map",
        None,
        "answer",
    ),
    Case("unsaved_folder", _unsaved_folder, "sources/saved", "no folder that datasets saved", "Name a file"),
    # one record of several
    Case(
        "truncated_line",
        _file(J, _lines(GOOD) + _lines(GOOD)[:40]),
        J,
        "a text is not closed",
        "whole JSON",
        2,
        "record",
        False,
    ),
    Case(
        "line_cut_off",
        _file(J, _lines(GOOD) + _lines(GOOD)[:40] + "\n"),
        J,
        "a text is not closed; is the line cut off?",
        "whole JSON",
        2,
        "record",
        False,
    ),
    Case(
        "latin_line",
        _file(J, _lines(GOOD).encode() + f'{{"question": "{CANARY} caf'.encode() + b'\xe9"}\n'),
        J,
        "not utf-8",
        "cp1252",
        2,
        "record",
        False,
    ),
    Case("nul", _file(J, _lines(GOOD) + f'{{"question": "{CANARY}\0"}}\n'), J, "NUL", "NUL", 2, "record", False),
    Case("nul_escape", _file(J, _lines(GOOD, {**GOOD, "answer": f"{CANARY}\0"})), J, "NUL", "NUL", 2, "answer", False),
    Case(
        "half_surrogate",
        _file(J, _lines(GOOD) + f'{{"question": "{CANARY} \\ud83d", "answer": "b"}}\n'),
        J,
        "surrogate",
        "whole",
        2,
        "question",
        False,
    ),
    Case("deep_line", _file(J, _lines(GOOD) + "[" * 100_000 + "\n"), J, "nested deeper", "fields", 2, "record", False),
    Case(
        "many_digits",
        _file(J, _lines(GOOD) + '{"question": ' + "9" * 5000 + "}\n"),
        J,
        "too many digits",
        "as text",
        2,
        "record",
        False,
    ),
    Case(
        "list_line", _file(J, _lines(GOOD, [CANARY])), J, "is a list, not an object", "format: json", 2, "record", False
    ),
    Case(
        "missing_field",
        _file(J, _lines(GOOD, {"question": CANARY})),
        J,
        "is missing",
        "correct map",
        2,
        "answer",
        False,
    ),
    Case(
        "huge_field",
        _file(J, _lines(GOOD, {**GOOD, "answer": CANARY * 5_000_000})),
        J,
        "20,000,000",
        "Take",
        2,
        "record",
        False,
    ),
    Case("huge_cell", _file(C, f"{CSV}a,{CANARY * 5_000_000}\n"), C, "5,000,000", "Take", 2, "record", False),
    Case(
        "ragged",
        _file(C, f"{CSV}a,{CANARY},c\n"),
        C,
        "has 3 fields where the header has 2 (line 3)",
        "Quote",
        2,
        "record",
        False,
    ),
    Case("quote_inside", _file(C, f'{CSV}"a {CANARY}"b",c\n'), C, "quotation mark", 'write ""', 2, "record", False),
    Case(
        "latin_cell",
        _file(C, CSV.encode() + b"caf\xe9 " + CANARY.encode() + b",b\n"),
        C,
        "not utf-8",
        "cp1252",
        2,
        "record",
        False,
    ),
    Case(
        "same_key",
        _file(J, _lines({**GOOD, "id": 7}, {**GOOD, "id": 7}), QA.replace("map: {", "map: {key: id, ")),
        J,
        "the key of row 1",
        "its own key",
        2,
        "id",
        False,
    ),
    Case(
        "key_is_text",
        _file(J, _lines({**GOOD, "id": 7}, {**GOOD, "id": CANARY * 50}), QA.replace("map: {", "map: {key: id, ")),
        J,
        "too long for a name",
        "short name",
        2,
        "id",
        False,
    ),
    Case(
        "unknown_role",
        _file(J, _lines(GOOD_TURNS, {"turns": [{"role": CANARY, "text": "a"}]}), DIALOGUE),
        J,
        "a speaker without a role",
        "map.turns.roles",
        2,
        "turns.0.role",
        False,
    ),
    Case(
        "turns_no_list",
        _file(J, _lines(GOOD_TURNS, {"turns": CANARY}), DIALOGUE),
        J,
        "is a text, not a list",
        "map.turns.path",
        2,
        "turns",
        False,
    ),
    # one record against the rules for items
    Case(
        "blank_question",
        _file(J, _lines(GOOD, {**GOOD, "question": " \n"})),
        J,
        "is blank",
        "Fill it in",
        2,
        "question",
        False,
        "validate",
    ),
    Case(
        "answer_is_question",
        _file(J, _lines(GOOD, {"question": CANARY, "answer": CANARY.upper()})),
        J,
        "repeats the question",
        "an answer",
        2,
        "answer",
        False,
        "validate",
    ),
    Case(
        "null",
        _file(J, _lines(GOOD, {**GOOD, "answer": None})),
        J,
        "missing or null",
        "NaN",
        2,
        "answer",
        False,
        "validate",
    ),
    Case(
        "nan",
        _file(J, _lines(GOOD) + f'{{"question": "{CANARY}", "answer": NaN}}\n'),
        J,
        "missing or null",
        "NaN",
        2,
        "answer",
        False,
        "validate",
    ),
    Case(
        "number",
        _file(J, _lines(GOOD, {**GOOD, "answer": 5})),
        J,
        "is a number, not text",
        "as text",
        2,
        "answer",
        False,
        "validate",
    ),
    Case(
        "chinese",
        _file(J, _lines(GOOD, {"question": f"失眠怎么办？{CANARY[:2]}", "answer": "早点睡觉，放松自己的心情。"})),
        J,
        "script of language 'en'",
        "language",
        2,
        "language",
        False,
        "validate",
    ),
    Case(
        "no_turns",
        _file(J, _lines(GOOD_TURNS, {"turns": []}), DIALOGUE),
        J,
        "has no turns",
        "Take the dialogue out",
        2,
        "turns",
        False,
        "validate",
    ),
    Case(
        "one_turn",
        _file(J, _lines(GOOD_TURNS, {"turns": GOOD_TURNS["turns"][:1]}), DIALOGUE),
        J,
        "has 1 turn",
        "Take",
        2,
        "turns",
        False,
        "validate",
    ),
    Case(
        "role_order",
        _file(J, _lines(GOOD_TURNS, {"turns": GOOD_TURNS["turns"][:1] * 2}), DIALOGUE),
        J,
        "turns 1 and 2 are both",
        "merge",
        2,
        "turns",
        False,
        "validate",
    ),
    Case(
        "turn_number",
        _file(J, _lines(GOOD_TURNS, {"turns": [GOOD_TURNS["turns"][0], {"role": "bot", "text": 4}]}), DIALOGUE),
        J,
        "is a number, not text",
        "as text",
        2,
        "turns.1.text",
        False,
        "validate",
    ),
]
