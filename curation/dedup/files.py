"""Files of texts with ids, read and written by their ending: JSONL, CSV or Parquet."""

import csv
import io
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from curation.rows import ending_of, read_rows
from curation.workspace import whole_file, write_whole
from schemas.errors import CurateError

_ID, _TEXT = "id", "text"


class Texts(NamedTuple):
    """Texts and their ids, in the order of the file."""

    ids: list[str]
    texts: list[str]


def read_texts(file: Path) -> Texts:
    """Reads rows of ``id`` (a text or a whole number) and ``text``.

    Raises:
        UsageError: If the ending is not known. CurateError: If the file or a row cannot be read, a field is missing
        or has another type, or two rows have one id.
    """
    found = Texts([], [])
    rows: dict[str, int] = {}
    for row, record in read_rows(file):
        text_id = str(record[_ID])
        if text_id in rows:
            raise CurateError(
                f"has the id of row {rows[text_id]}",
                file=file,
                row=row,
                field=_ID,
                mend="Give every row an id of its own.",
            )
        rows[text_id] = row
        found.ids.append(text_id)
        found.texts.append(record[_TEXT])
    return found


def write_rows(file: Path, fields: Sequence[str], rows: Iterable[dict[str, Any]]) -> None:
    """Writes ``rows`` with ``fields``; the file appears whole, and replaces one that is there."""
    if ending_of(file) == ".jsonl":
        write_whole(file, "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))
    elif ending_of(file) == ".csv":
        out = io.StringIO()
        writer = csv.DictWriter(out, fields, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        write_whole(file, out.getvalue())
    else:
        import pyarrow as pa
        import pyarrow.parquet as pq

        listed = list(rows)
        columns = {name: [row[name] for row in listed] for name in fields}
        types = {name: pa.float64() if name == "score" else pa.string() for name in fields}
        table = pa.table({name: pa.array(column, types[name]) for name, column in columns.items()})
        with whole_file(file) as partial:
            pq.write_table(table, partial)
