"""Files of texts with ids, read and written by their ending: JSONL, CSV or Parquet."""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from curation.workspace import write_whole
from schemas.errors import ConfigError, CurateError

ENDINGS = (".jsonl", ".csv", ".parquet")
_ID, _TEXT = "id", "text"


class Texts(NamedTuple):
    """Texts and their ids, in the order of the file."""

    ids: list[str]
    texts: list[str]


def check_ending(file: Path) -> None:
    """Checks that a file's ending says how it is laid out.

    Raises:
        ConfigError: If it is none of :data:`ENDINGS`.
    """
    if file.suffix not in ENDINGS:
        raise ConfigError(
            f"the ending '{file.suffix}' is not known", file=file, mend=f"Use one of {', '.join(ENDINGS)}."
        )


def read_texts(file: Path) -> Texts:
    """Reads rows of ``id`` (a text or a whole number) and ``text``.

    Raises:
        ConfigError: If the ending is not known. CurateError: If the file or a row cannot be read, a field is missing
        or has another type, or two rows have one id.
    """
    check_ending(file)
    if not file.is_file():
        raise CurateError("there is no such file", file=file, mend="Check the path.")
    found = Texts([], [])
    rows: dict[str, int] = {}
    for row, record in enumerate(_records(file), start=1):
        text_id, text = _id_of(record, file, row), record.get(_TEXT)
        if not isinstance(text, str):
            what = "is missing" if text is None else "is not a text"
            raise CurateError(what, file=file, row=row, field=_TEXT, mend="Every row needs the fields id and text.")
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
        found.texts.append(text)
    return found


def write_rows(file: Path, fields: Sequence[str], rows: Iterable[dict[str, Any]]) -> None:
    """Writes ``rows`` with ``fields``; the file appears whole, and replaces one that is there."""
    check_ending(file)
    if file.suffix == ".jsonl":
        write_whole(file, "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))
    elif file.suffix == ".csv":
        out = io.StringIO()
        writer = csv.DictWriter(out, fields, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        write_whole(file, out.getvalue())
    else:
        import pyarrow as pa
        import pyarrow.parquet as pq

        listed = list(rows)
        partial = file.with_name(f".{file.name}.partial")
        columns = {name: [row[name] for row in listed] for name in fields}
        types = {name: pa.float64() if name == "score" else pa.string() for name in fields}
        pq.write_table(pa.table({name: pa.array(column, types[name]) for name, column in columns.items()}), partial)
        partial.replace(file)


def _id_of(record: dict[str, Any], file: Path, row: int) -> str:
    found = record.get(_ID)
    if isinstance(found, bool) or not isinstance(found, str | int) or found == "":
        what = "is missing" if found is None or found == "" else "is neither a text nor a whole number"
        raise CurateError(what, file=file, row=row, field=_ID, mend="Every row needs the fields id and text.")
    return str(found)


def _records(file: Path) -> Iterator[dict[str, Any]]:
    try:
        if file.suffix == ".parquet":
            yield from _parquet(file)
        else:
            with file.open(encoding="utf-8-sig", newline="" if file.suffix == ".csv" else None) as lines:
                yield from csv.DictReader(lines) if file.suffix == ".csv" else _jsonl(lines, file)
    except UnicodeDecodeError as error:
        raise CurateError("is not UTF-8", file=file, mend="Convert it, for example with iconv.") from error
    except csv.Error as error:
        raise CurateError(
            f"is no CSV that can be read: {error}", file=file, mend="Check its quotation marks."
        ) from error


def _jsonl(lines: Iterable[str], file: Path) -> Iterator[dict[str, Any]]:
    for row, line in enumerate(lines, start=1):
        try:
            record = json.loads(line)
        except ValueError as error:
            raise CurateError(
                "is no JSON", file=file, row=row, mend="A JSONL file has one JSON object a line, and no empty lines."
            ) from error
        if not isinstance(record, dict):
            raise CurateError("is no JSON object", file=file, row=row, mend='A row is {"id": ..., "text": ...}.')
        yield record


def _parquet(file: Path) -> Iterator[dict[str, Any]]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(file) as opened:
            names = [name for name in (_ID, _TEXT) if name in opened.schema_arrow.names]
            for batch in opened.iter_batches(columns=names):
                yield from batch.to_pylist()
    except pa.ArrowInvalid as error:
        raise CurateError("is no Parquet file", file=file, mend="Was it written whole?") from error
