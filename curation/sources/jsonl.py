"""JSON lines: a record a line. Blank lines are passed over; a record's row is its line."""

from collections.abc import Iterator
from pathlib import Path

from curation.sources import json_text
from curation.sources.record import MAX_LINE_CHARS, WHOLE_RECORD, Read, RecordFault
from curation.sources.text import Line, fault_of_text, lines, open_text
from schemas.errors import CurateError
from schemas.faults import Fault


def read_jsonl(path: Path, name: str, encoding: str) -> Iterator[Read]:
    """The records of a file of JSON lines.

    Raises:
        CurateError: If the file cannot be read or is JSON of several lines.
    """
    first = True
    with open_text(path, name, encoding) as text:
        for line in lines(text):
            if not line.text.strip():
                continue
            if first and line.text.strip() in ("[", "{", "[{"):
                raise CurateError(
                    "is JSON over several lines, not JSON lines",
                    file=name,
                    mend="Write one object a line; or, in curate.yaml, give the source `format: json`.",
                )
            first = False
            yield _read(line, encoding)
    if first:
        raise CurateError("holds no records", file=name, mend="Fetch or export the file again.")


def _read(line: Line, encoding: str) -> Read:
    if not line.whole:
        return Read(
            line.number,
            None,
            Fault(
                WHOLE_RECORD,
                f"has more than {MAX_LINE_CHARS:,} characters",
                "Take the record out, or its dumps of data.",
            ),
        )
    if fault := fault_of_text(line.text, encoding):
        return Read(line.number, None, fault)
    try:
        return Read(line.number, json_text.parse(line.text.rstrip("\r\n")))
    except RecordFault as error:
        return Read(line.number, None, error.fault)
