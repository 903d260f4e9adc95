"""Delimited text: CSV, TSV and the like, with a header. A record's row is its place after the header, from 1."""

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple, TextIO

from curation.sources.columns import columns_for
from curation.sources.record import MAX_FIELD_CHARS, WHOLE_RECORD, Read
from curation.sources.text import fault_of_text, lines, open_text
from schemas.errors import CurateError
from schemas.faults import Fault

_OTHER_DELIMITERS = {",": ",", ";": ";", "\t": "\\t", "|": "|"}


class Dialect(NamedTuple):
    """How a delimited file is written."""

    delimiter: str
    quoting: bool


class _Lines:
    """The lines that a csv reader consumes, counted."""

    def __init__(self, text: TextIO) -> None:
        self._lines = lines(text)
        self.number = 0
        self.overlong = False

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        self.number, self.overlong = line.number, self.overlong or not line.whole
        return line.text


class _Fields(NamedTuple):
    """The fields of a record, or what is wrong with it, and the lines it stands on."""

    fields: list[str]
    fault: Fault | None
    first: int
    last: int


def read_delimited(path: Path, name: str, encoding: str, dialect: Dialect, paths: Sequence[str]) -> Iterator[Read]:
    """The records of a delimited file, as objects of the columns that ``paths`` need.

    Raises:
        CurateError: If the file cannot be read, a column is missing, there is no record, or a quotation mark is
            not closed on its line or is closed wrongly: it cannot be told then where the next record begins.
    """
    # The limit belongs to the module: it holds for every reader, and guards against a quotation mark left open.
    csv.field_size_limit(MAX_FIELD_CHARS)
    with open_text(path, name, encoding, newline="") as text:
        records = _records(text, name, dialect)
        header = _header(records, name, encoding)
        needed = columns_for(paths, header, name, _delimiter_mend(header, dialect))
        places = [(column, header.index(column)) for column in needed]
        row = 0
        for row, record in enumerate(records, start=1):
            fault = record.fault or _fault(record, len(header), encoding)
            if fault:
                yield Read(row, None, fault)
            else:
                yield Read(row, {column: record.fields[place] for column, place in places})
    if row == 0:
        raise CurateError("has a header and no records", file=name, mend="Fetch or export the file again.")


def _records(text: TextIO, name: str, dialect: Dialect) -> Iterator[_Fields]:
    feed = _Lines(text)
    # The reader drops the rest of a line that it refuses, so that it may be asked for the next record after that.
    if dialect.quoting:
        reader = csv.reader(feed, delimiter=dialect.delimiter, strict=True)
    else:
        reader = csv.reader(feed, delimiter=dialect.delimiter, quoting=csv.QUOTE_NONE, quotechar=None, strict=True)
    row = 0  # the header is row 0
    while True:
        first, feed.overlong = feed.number + 1, False
        try:
            fields = next(reader)
            if len(fields) <= 1 and not "".join(fields).strip():
                continue
            fault = _too_long(first) if feed.overlong else None
        except StopIteration:
            return
        except csv.Error as error:
            if feed.number > first:
                raise CurateError(
                    f"a quotation mark in the record that begins in line {first} is not closed, or closed wrongly",
                    file=name,
                    row=row or None,
                    mend="Close the quotation mark there, and double those inside a field; "
                    "or, if the file quotes no fields, give the source in curate.yaml `quoting: false`.",
                ) from None
            fields, fault = [], _too_long(first) if str(error).startswith("field larger") else _misquoted(first)
        yield _Fields(fields, fault, first, feed.number)
        row += 1


def _header(records: Iterator[_Fields], name: str, encoding: str) -> list[str]:
    header = next(records, None)
    if header is None:
        raise CurateError("is empty", file=name, mend="Fetch or export the file again.")
    if fault := header.fault or fault_of_text("".join(header.fields), encoding):
        raise CurateError(f"the header {fault.message}", file=name, mend=fault.mend)
    return [column.strip() for column in header.fields]


def _fault(record: _Fields, columns: int, encoding: str) -> Fault | None:
    if len(record.fields) != columns:
        where = f"line {record.first}" if record.first == record.last else f"lines {record.first} to {record.last}"
        return Fault(
            WHOLE_RECORD,
            f"has {_count(len(record.fields))} where the header has {columns} ({where})",
            "Quote fields that hold the delimiter or a line break, or mend the line.",
        )
    return fault_of_text("\n".join(record.fields), encoding)


def _count(fields: int) -> str:
    return "1 field" if fields == 1 else f"{fields} fields"


def _too_long(line: int) -> Fault:
    return Fault(
        WHOLE_RECORD,
        f"has a field of more than {MAX_FIELD_CHARS:,} characters (line {line})",
        "Take the record out, or its dumps of data.",
    )


def _misquoted(line: int) -> Fault:
    return Fault(
        WHOLE_RECORD,
        f"has a quotation mark that is not closed or not doubled (line {line})",
        'Close it, and write "" for a quotation mark inside a quoted field.',
    )


def _delimiter_mend(header: list[str], dialect: Dialect) -> str | None:
    if len(header) > 1:
        return None
    found = [name for mark, name in _OTHER_DELIMITERS.items() if mark in header[0] and mark != dialect.delimiter]
    return f'Its header has one column: give the source `delimiter: "{found[0]}"`.' if found else None
