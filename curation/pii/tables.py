"""Texts to scrub as JSONL, CSV or Parquet, by the file's ending, and the same for what comes out."""

import csv
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from schemas.errors import CurateError

ENDINGS = (".jsonl", ".csv", ".parquet")
_SPAN = pa.struct(
    [
        *(
            ("start", pa.int64()),
            ("end", pa.int64()),
            ("label", pa.string()),
            ("score", pa.float64()),
            ("source", pa.string()),
        ),
        *(("shown_start", pa.int64()), ("shown_end", pa.int64())),
    ]
)
_RISK = pa.struct([("level", pa.string()), ("reasons", pa.list_(pa.string()))])
OUT = pa.schema([("id", pa.string()), ("text", pa.string()), ("spans", pa.list_(_SPAN)), ("residual_risk", _RISK)])

Row = dict[str, Any]


def check_ending(file: Path) -> None:
    """Raises a :class:`CurateError` if the format of ``file`` is not known."""
    if file.suffix.lower() not in ENDINGS:
        raise CurateError(f"ends in '{file.suffix}'", file=file, mend=f"Use one of {', '.join(ENDINGS)}.")


def read(file: Path) -> Iterator[tuple[int, Row]]:
    """Yields (number, row) of a file, counted from 1; a row has ``id`` and ``text``, and may have ``spans``.

    Raises:
        CurateError: If the file or a row cannot be read; names the row and the field, and quotes no text.
    """
    check_ending(file)
    try:
        for number, row in enumerate(_rows(file), start=1):
            yield number, _checked(file, number, row)
    except (OSError, UnicodeDecodeError, pa.ArrowInvalid, csv.Error) as error:
        problem = error.strerror if isinstance(error, OSError) and error.strerror else "cannot be read"
        raise CurateError(str(problem), file=file, mend="Is it the right file, and UTF-8?") from error


def _rows(file: Path) -> Iterator[Any]:
    if file.suffix.lower() == ".parquet":
        with pq.ParquetFile(file) as opened:
            for batch in opened.iter_batches(1_000):
                yield from batch.to_pylist()
    elif file.suffix.lower() == ".csv":
        csv.field_size_limit(2**31 - 1)
        with file.open(encoding="utf-8-sig", newline="") as opened:
            yield from csv.DictReader(opened)
    else:
        with file.open(encoding="utf-8-sig") as opened:
            for line in opened:
                if line.strip():
                    yield line


def _checked(file: Path, number: int, row: Any) -> Row:
    if isinstance(row, str):
        try:
            row = json.loads(row)
        except ValueError:
            raise CurateError("is not JSON", file=file, row=number, mend="One object a line.") from None
    if not isinstance(row, dict) or row.get("id") is None:
        raise CurateError("has no id", file=file, row=number, field="id", mend="Every row needs an id and a text.")
    if not isinstance(row.get("text"), str):
        raise CurateError("has no text", file=file, row=number, field="text", mend="Every row needs an id and a text.")
    spans = row.get("spans") or []
    if isinstance(spans, str):
        try:
            spans = json.loads(spans)
        except ValueError:
            spans = []
    return {"id": row["id"], "text": row["text"], "spans": spans}


def write(file: Path, rows: Iterable[Row]) -> None:
    """Writes scrubbed rows; in CSV the spans and the risk are JSON."""
    if file.suffix.lower() == ".parquet":
        with pq.ParquetWriter(file, OUT) as writer:
            for row in rows:
                writer.write_table(pa.Table.from_pylist([{**row, "id": str(row["id"])}], schema=OUT))
    elif file.suffix.lower() == ".csv":
        with file.open("w", encoding="utf-8", newline="") as opened:
            table = csv.writer(opened)
            table.writerow(OUT.names)
            for row in rows:
                table.writerow([row["id"], row["text"], json.dumps(row["spans"]), json.dumps(row["residual_risk"])])
    else:
        with file.open("w", encoding="utf-8") as opened:
            for row in rows:
                opened.write(json.dumps(row, ensure_ascii=False) + "\n")
