"""Texts to scrub as JSONL, CSV or Parquet, by the file's ending, and the same for what comes out."""

import csv
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from curation.rows import Row, ending_of, read_rows

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


def read(file: Path) -> Iterator[Row]:
    """Yields the rows of a file: ``id``, ``text``, and the ``spans`` that an earlier scrubbing wrote.

    Raises:
        UsageError: If its ending is not known.
        CurateError: If the file or a row cannot be read; names the row and the field, and quotes no text.
    """
    for _, row in read_rows(file):
        yield {"id": row["id"], "text": row["text"], "spans": _spans(row.get("spans"))}


def _spans(found: Any) -> list[Any]:
    """Spans as a list, from CSV out of their JSON; none where they are of somebody else's making."""
    if isinstance(found, str):
        try:
            found = json.loads(found)
        except ValueError:
            return []
    return found if isinstance(found, list) else []


def write(file: Path, rows: Iterable[Row]) -> None:
    """Writes scrubbed rows; in CSV the spans and the risk are JSON."""
    if ending_of(file) == ".parquet":
        with pq.ParquetWriter(file, OUT) as writer:
            for row in rows:
                writer.write_table(pa.Table.from_pylist([{**row, "id": str(row["id"])}], schema=OUT))
    elif ending_of(file) == ".csv":
        with file.open("w", encoding="utf-8", newline="") as opened:
            table = csv.writer(opened)
            table.writerow(OUT.names)
            for row in rows:
                table.writerow([row["id"], row["text"], json.dumps(row["spans"]), json.dumps(row["residual_risk"])])
    else:
        with file.open("w", encoding="utf-8") as opened:
            for row in rows:
                opened.write(json.dumps(row, ensure_ascii=False) + "\n")
