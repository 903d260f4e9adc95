"""Text files of any encoding: opened with all that can be wrong with a whole file found first.

Bytes that are not of the file's encoding become :data:`UNDECODABLE`, so that one bad line does not end the reading of
the others. A byte order mark outweighs the encoding that the configuration names.
"""

import codecs
import re
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple, TextIO

from rapidfuzz import fuzz, process

from curation.sources.record import MAX_LINE_CHARS, WHOLE_RECORD
from schemas.errors import ConfigError, CurateError
from schemas.faults import Fault

UNDECODABLE = "\udcff"
"""Stands for bytes that are not of the file's encoding."""

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_HEAD_BYTES = 65_536
_BYTE_ORDER_MARKS = [  # UTF-32 before UTF-16, whose mark is how UTF-32's begins
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
]
_SIGNATURES = [
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"%PDF", "a PDF document"),
    (b"PK\x03\x04", "a ZIP archive or an office document"),
    (b"\x1f\x8b", "compressed by gzip"),
    (b"BZh", "compressed by bzip2"),
    (b"\xfd7zXZ", "compressed by xz"),
    (b"\x28\xb5\x2f\xfd", "compressed by zstd"),
    (b"PAR1", "a Parquet file"),
    (b"ARROW1", "an Arrow file"),
    (b"SQLite format 3", "a SQLite database"),
]
_UNPACKED = {
    b"PK\x03\x04": "Unpack it; a spreadsheet, export as CSV.",
    b"PAR1": "Name it .parquet; or, in curate.yaml, give the source `format: parquet`.",
    **dict.fromkeys((b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd"), "Unpack it first."),
}
"""What helps with some of these."""
_CONTROL = bytes(byte for byte in range(32) if byte not in b"\t\n\v\f\r\x1b")


def _mark(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return UNDECODABLE, error.end


codecs.register_error("curation-mark", _mark)


class Line(NamedTuple):
    """A line of a file: its number, from 1, its text, and whether the text is all of it."""

    number: int
    text: str
    whole: bool


def check_file(path: Path, name: str) -> None:
    """Raises CurateError where ``path`` is no file that can be read, or an empty one.

    Args:
        path: The file.
        name: How messages call it.
    """
    if is_folder(path):
        raise CurateError("is a folder, where a file should be", file=name, mend="Name a file in it.")
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # to open a pipe would wait for its other end
            raise CurateError("is no file but a pipe or a device", file=name, mend="Save what it gives as a file.")
        with path.open("rb") as file:
            head = file.read(4)
    except FileNotFoundError:
        raise CurateError("there is no such file", file=name, mend=_similar(path)) from None
    except PermissionError:
        raise CurateError("may not be read", file=name, mend="Change the file's permissions.") from None
    except OSError as error:
        raise CurateError(f"cannot be read ({error.strerror})", file=name, mend="Check the path.") from None
    if not head:
        raise CurateError("is empty", file=name, mend="Fetch or export the file again.")


def is_folder(path: Path) -> bool:
    """Whether ``path`` is a folder, and one that may be looked into."""
    try:
        return path.is_dir()
    except OSError:
        return False


def open_text(path: Path, name: str, encoding: str, newline: str | None = None) -> TextIO:
    """Opens a text file whose undecodable bytes are marked.

    Args:
        path: The file.
        name: How messages call it.
        encoding: What its text is encoded in, where it has no byte order mark.
        newline: As for :func:`open`.

    Raises:
        ConfigError: If there is no such encoding.
        CurateError: If it cannot be read, is empty or is no text.
    """
    check_encoding(encoding)
    check_file(path, name)
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    marked = next((found for mark, found in _BYTE_ORDER_MARKS if head.startswith(mark)), None)
    if marked is None:
        _check_is_text(head, name, encoding)
    return path.open(encoding=marked or encoding, errors="curation-mark", newline=newline)


def check_encoding(encoding: str) -> None:
    """Raises ConfigError if Python knows no text encoding of that name."""
    try:
        known = codecs.lookup(encoding)._is_text_encoding
        b"\x80".decode(encoding, "curation-mark")  # fails for codecs that are not for files, such as punycode
    except (LookupError, ValueError):
        known = False
    if not known:
        raise ConfigError(
            f"there is no encoding '{encoding}'", field="encoding", mend="Use a name such as utf-8, utf-16 or cp1252."
        )


def lines(text: TextIO) -> Iterator[Line]:
    """The lines of a text, each with its line break and none longer than :data:`MAX_LINE_CHARS`."""
    number = 0
    while piece := text.readline(MAX_LINE_CHARS):
        number += 1
        whole = len(piece) < MAX_LINE_CHARS or piece.endswith("\n")
        yield Line(number, piece, whole)
        while not whole and (rest := text.readline(MAX_LINE_CHARS)):
            whole = len(rest) < MAX_LINE_CHARS or rest.endswith("\n")


def fault_of_text(text: str, encoding: str) -> Fault | None:
    """What is wrong with the characters of a text as it stands in a file: undecodable bytes or NUL bytes."""
    if "\0" in text:
        return Fault(WHOLE_RECORD, "has NUL bytes", "Take the NUL bytes out of the file.")
    if _LONE_SURROGATE.search(text):
        return Fault(
            WHOLE_RECORD,
            f"has bytes that are not {encoding}",
            "Save the file as UTF-8; or, in curate.yaml, give the source its encoding, such as cp1252.",
        )
    return None


def has_lone_surrogate(text: str) -> bool:
    """Whether half of a surrogate pair stands alone in ``text``, which then cannot be written as UTF-8."""
    return _LONE_SURROGATE.search(text) is not None


def _check_is_text(head: bytes, name: str, encoding: str) -> None:
    for signature, kind in _SIGNATURES:
        if head.startswith(signature):
            raise CurateError(f"is {kind}, not text", file=name, mend=_UNPACKED.get(signature, "Export it as text."))
    codec = codecs.lookup(encoding).name
    if codec in ("utf-16", "utf-32"):
        raise CurateError(
            "has no byte order mark",
            file=name,
            field="encoding",
            mend=f"In curate.yaml, give the source `encoding: {codec}-le` or `{codec}-be`.",
        )
    if codec.startswith(("utf-16", "utf-32")):
        return
    pairs = len(head) // 2
    for start, found in ((1, "utf-16-le"), (0, "utf-16-be")):
        if pairs and head[start::2].count(0) > 0.4 * pairs:
            raise CurateError(
                f"is not {encoding}: it looks like {found}",
                file=name,
                field="encoding",
                mend=f"Save it as UTF-8; or, in curate.yaml, give the source `encoding: {found}`.",
            )
    if len(head) - len(head.translate(None, _CONTROL)) > 0.1 * len(head):
        raise CurateError("is binary, not text", file=name, mend="Export it as text, such as CSV or JSON lines.")


def _similar(path: Path) -> str:
    mend = "Check the path; in curate.yaml it is relative to the workspace."
    if not path.parent.is_dir():
        return mend
    beside = sorted(one.name for one in path.parent.iterdir())
    found = process.extractOne(path.name, beside, scorer=fuzz.ratio, score_cutoff=75)
    return f"Did you mean '{found[0]}'? {mend}" if found else mend
