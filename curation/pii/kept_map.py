"""The way back from replacements to originals: kept only when asked for, encrypted, under a key of its own.

A file of one line a row, in the order of the rows, each encrypted by itself with Fernet (AES-128 in CBC mode and
HMAC-SHA256, https://github.com/fernet/spec): the row's number and id, and the originals in the order of its spans. A line that
was changed, left out or put elsewhere is noticed. The key is not that of the surrogates: who may make these need not be
able to undo them.
"""

import base64
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from curation.pii.keys import BYTES, Key, key_of
from curation.rows import Row
from curation.workspace import whole_file
from schemas.errors import CurateError, MissingExtra

MAP_KEY = "EMOCURATE_MAP_KEY"
"""The variable of the environment that holds the key where no file does: 64 hexadecimal digits."""


def map_key_of_environment(environment: Mapping[str, str] = os.environ) -> Key:
    """The key in :data:`MAP_KEY`.

    Raises:
        CurateError: If there is none.
    """
    mend = f"Set it to {2 * BYTES} hexadecimal digits, or give a file of mode 0600 with --map-key."
    try:
        return key_of(environment.get(MAP_KEY, ""))
    except ValueError:
        raise CurateError("holds no key", field=MAP_KEY, mend=mend) from None


class MapWriter:
    """Writes the lines of a map.

    Args:
        out: What they are written to.
        cipher: What they are encrypted with.
    """

    def __init__(self, out: BinaryIO, cipher: Any) -> None:
        self.out, self.cipher, self.rows = out, cipher, 0

    def add(self, before: Row, after: Row) -> None:
        """Adds a row as it was and as it is now."""
        originals = [before["text"][span["start"] : span["end"]] for span in after["spans"]]
        line = json.dumps({"row": self.rows, "id": str(after["id"]), "originals": originals}, ensure_ascii=False)
        self.out.write(self.cipher.encrypt(line.encode()) + b"\n")
        self.rows += 1

    def flush(self) -> None:
        """Sees that all lines are on the disk."""
        self.out.flush()
        os.fsync(self.out.fileno())


@contextmanager
def kept_map(file: Path, key: Key) -> Iterator[MapWriter]:
    """Yields the writer of a map, which its owner alone may read and which is in its place when all went well.

    Args:
        file: Where it is kept.
        key: What it is encrypted with.

    Raises:
        CurateError: If it cannot be written there.
        MissingExtra: If the package that encrypts it is not there.
    """
    cipher = _cipher(key)
    with whole_file(file, 0o600) as partial, partial.open("wb") as out:
        yield MapWriter(out, cipher)


def restored(rows: Iterable[Row], file: Path, key: Key) -> Iterator[Row]:
    """Yields ``id`` and ``text`` of scrubbed rows with the originals of the map in ``file`` put back.

    Raises:
        CurateError: If the key is another one, or map and rows do not belong together.
    """
    from cryptography.fernet import InvalidToken

    cipher, mend = _cipher(key), "Give the key and the file that the map was made with and for."
    try:
        lines = file.read_bytes().splitlines()
    except OSError as error:
        raise CurateError(error.strerror or "cannot be read", file=file) from error
    number = -1
    for number, row in enumerate(rows):
        try:
            known = json.loads(cipher.decrypt(lines[number]))
        except (InvalidToken, IndexError):
            raise CurateError("cannot be opened", file=file, row=number + 1, mend=mend) from None
        if (known["row"], known["id"]) != (number, str(row["id"])) or len(known["originals"]) != len(row["spans"]):
            raise CurateError("is of other rows", file=file, row=number + 1, mend=mend)
        yield {"id": row["id"], "text": _put_back(row, known["originals"])}
    if number + 1 != len(lines):
        raise CurateError("is of other rows", file=file, row=number + 2, mend=mend)


def _put_back(row: Row, originals: list[str]) -> str:
    text, done = "", 0
    for span, original in zip(row["spans"], originals, strict=True):
        text += row["text"][done : span["shown_start"]] + original
        done = span["shown_end"]
    return str(text + row["text"][done:])


def _cipher(key: Key) -> Any:
    try:
        from cryptography.fernet import Fernet
    except ImportError:
        raise MissingExtra("the map back to the originals", "map") from None
    return Fernet(base64.urlsafe_b64encode(key.secret))
