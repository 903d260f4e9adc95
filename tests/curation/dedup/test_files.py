"""``curate dedup`` reads and writes by the ending, and says what is wrong where."""

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from cli.main import app
from curation.dedup.files import read_texts, write_rows
from schemas.errors import CurateError

ROWS = [{"id": "1", "text": "I cannot sleep at night."}, {"id": "2", "text": "i cannot sleep, at night"}]


@pytest.mark.parametrize("ending", ["jsonl", "csv", "parquet"])
def test_a_file_of_each_kind_goes_in_and_out(tmp_path: Path, ending: str) -> None:
    source, out = tmp_path / f"texts.{ending}", tmp_path / f"removed.{ending}"
    write_rows(source, ("id", "text"), ROWS)
    result = CliRunner().invoke(app, ["dedup", str(source), str(out), "--json"])
    assert result.exit_code == 0
    assert json.loads(result.stdout)["removed"] == 1
    if ending == "parquet":
        assert pq.read_table(out).column_names == ["id", "kept_id", "score", "reason"]
    else:
        assert "exact duplicate" in out.read_text()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            '{"id": 1, "text": "a"}\n{"id": 2}\n',
            "row 2, field 'text': is missing. Every row needs the fields id and text.",
        ),
        ('{"id": 1, "text": "a"}\n{"id": 1, "text": "b"}\n', "row 2, field 'id': has the id of row 1. Give every row"),
        ('{"id": 1.5, "text": "a"}\n', "row 1, field 'id': is neither a text nor a whole number"),
        ("[1]\n", "row 1: is no JSON object"),
        ("{,\n", "row 1: is no JSON: a name in double quotes is missing (column 2). Write one whole"),
        ('{"id": 1, "text": 5}\n', "row 1, field 'text': is not a text"),
    ],
)
def test_a_bad_row_is_named_with_its_mend(tmp_path: Path, content: str, message: str) -> None:
    file = tmp_path / "texts.jsonl"
    file.write_text(content)
    with pytest.raises(CurateError) as raised:
        read_texts(file)
    assert str(raised.value).startswith(f"{file}, {message}")


def test_an_ending_that_is_not_known_is_refused_before_any_work(tmp_path: Path) -> None:
    with pytest.raises(CurateError, match=r"the ending '\.txt' is not known\. Use one of"):
        read_texts(tmp_path / "texts.txt")
