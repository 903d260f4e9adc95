"""A JSON file that is one list of records. A record's row is its place in the list, from 1."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

from curation.sources import json_text
from curation.sources.record import MAX_DEPTH, Read
from curation.sources.text import fault_of_text, open_text
from schemas.errors import CurateError

_SPACE = re.compile(r"[ \t\r\n]*")


def read_json(path: Path, name: str, encoding: str) -> Iterator[Read]:
    """The records of a JSON list, decoded one at a time: the text is in memory, the values are not.

    Raises:
        CurateError: If the file cannot be read, is no list, or is cut off or broken. Where in a list one record is
            broken, it cannot be told where the next begins.
    """
    with open_text(path, name, encoding) as file:
        text = file.read()
    place = _skip(text, 0)
    if place == len(text):
        raise CurateError("is empty", file=name, mend="Fetch or export the file again.")
    if text[place] != "[":
        raise _no_list(text, place, name)
    decoder = json_text.decoder()
    place, row = _skip(text, place + 1), 0
    if text[place : place + 1] == "]":
        raise CurateError("holds no records", file=name, mend="Fetch or export the file again.")
    while True:
        row += 1
        start = place
        value, place = _decode(decoder, text, place, row, name)
        record = text[start:place]
        if fault := fault_of_text(record, encoding):
            yield Read(row, None, fault)
        elif json_text.is_too_deep(record):
            yield Read(row, None, json_text.too_deep().fault)
        else:
            yield Read(row, value)
        place = _skip(text, place)
        if text[place : place + 1] == "]":
            break
        if text[place : place + 1] != ",":
            raise _broken(name, row, "a comma or the closing bracket is missing behind it", cut=place == len(text))
        place = _skip(text, place + 1)
    if _skip(text, place + 1) != len(text):
        raise CurateError("goes on after the end of its list", file=name, mend="Keep one list in the file.")


def _decode(decoder: json.JSONDecoder, text: str, place: int, row: int, name: str) -> tuple[object, int]:
    try:
        value, end = decoder.raw_decode(text, place)
        return value, end
    except json.JSONDecodeError as error:
        cut = error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated")
        raise _broken(name, row, f"{json_text.reason(error)}, line {error.lineno}", cut=cut) from None
    except RecursionError:
        raise CurateError(
            f"is nested deeper than {MAX_DEPTH} levels", file=name, row=row, mend="Is it the right file?"
        ) from None
    except ValueError:
        raise CurateError(
            "has a number of too many digits", file=name, row=row, mend="Write the number as text."
        ) from None


def _broken(name: str, row: int, why: str, *, cut: bool) -> CurateError:
    if cut:
        return CurateError("the list is cut off in this record", file=name, row=row, mend="Fetch the whole file again.")
    return CurateError(f"is no JSON: {why}", file=name, row=row, mend="Mend the record there; a JSON checker helps.")


def _no_list(text: str, place: int, name: str) -> CurateError:
    try:
        _, end = json_text.decoder().raw_decode(text, place)
    except (ValueError, RecursionError):
        return CurateError("is no JSON list of records", file=name, mend="Is it the right file, and the right format?")
    if _skip(text, end) != len(text):
        return CurateError("is JSON lines, not one JSON list", file=name, mend="Give the source `format: jsonl`.")
    kind = "an object" if text[place] == "{" else "one value"
    return CurateError(
        f"is {kind}, not a list of records", file=name, mend="Save the list of records alone, as JSON or JSON lines."
    )


def _skip(text: str, place: int) -> int:
    found = _SPACE.match(text, place)
    return found.end() if found else place
