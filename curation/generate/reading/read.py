"""What a reader gives, and what is wrong with a file that it cannot read."""

import lzma
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from curation.generate.blocks import Block
from curation.sources.text import UNDECODABLE, open_text
from schemas.errors import CurateError, MissingExtra

LARGEST_UNPACKED = 500_000_000
"""The most bytes that a zipped text may unpack to: a small file can unpack to more than fits into memory."""
OF_ZIPS = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, KeyError, OSError, RuntimeError, ValueError)
"""What :mod:`zipfile` raises on a damaged zip, and on a sound one that it cannot read.

``RuntimeError`` is a member that is encrypted and, as its subclass ``NotImplementedError``, one that is packed by a
method or needs a version of the format that :mod:`zipfile` does not know.
"""


class Read(NamedTuple):
    """The title of a text, empty where it has none, and its blocks."""

    title: str
    blocks: Sequence[Block]


def text_of(path: Path, name: str) -> str:
    """The text of a file, its lines ended by a line feed.

    Raises:
        CurateError: If it cannot be read or is not UTF-8.
    """
    with open_text(path, name, "utf-8") as file:
        text = file.read()
    if UNDECODABLE in text:
        raise CurateError("has bytes that are not utf-8", file=name, mend="Save it as UTF-8.")
    return text.replace("\r\n", "\n")


def check_unpacked(book: zipfile.ZipFile) -> None:
    """Raises BadZipFile where a zip unpacks to more than a text has."""
    if sum(one.file_size for one in book.infolist()) > LARGEST_UNPACKED:
        raise zipfile.BadZipFile("unpacks to more than a text has")


def damaged(name: str, format: str) -> CurateError:
    """The error of a file that is not what its ending says."""
    return CurateError(f"cannot be read as {format}", file=name, mend="Fetch it or export it again.")


def missing_library() -> MissingExtra:
    """The error where the libraries of the extra are not installed."""
    return MissingExtra("reading this text", "generate")
