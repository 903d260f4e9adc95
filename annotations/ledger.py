"""The ledger of decisions: an append-only SQLite table whose rows are chained by hashes.

The ledger alone says what was decided. Each row holds the hash of the row before it, so a row that was changed, taken
out of the middle or put in later breaks the chain. That its last rows were cut off shows only by a head that was noted
elsewhere: see :mod:`annotations.verify`.
"""

import hashlib
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from curation.workspace import canonical_json, sha256_of, write_whole
from schemas.errors import CurateError
from schemas.review import Review

GENESIS = "0" * 64
"""The hash that the first row follows."""


class Entry(NamedTuple):
    """One row of the ledger."""

    number: int
    review: Review
    hash: str


class Ledger:
    """The decisions of a workspace.

    Args:
        file: The SQLite file; made, readable by its owner alone, where it is missing.
    """

    def __init__(self, file: Path) -> None:
        self.file = file

    def append(self, reviews: Iterable[Review]) -> int:
        """Writes the decisions behind those that are there, all or none, and returns how many were written.

        A decision that the ledger already holds word for word is not written again.
        """
        with self._open(write=True) as connection:
            known = {row[0] for row in connection.execute("SELECT review FROM decisions")}
            number, last = self._last(connection)
            written = 0
            for review in reviews:
                text = canonical_json(review.model_dump(mode="json"))
                if text in known:
                    continue
                number, last, written = number + 1, _chained(last, text), written + 1
                connection.execute("INSERT INTO decisions VALUES (?, ?, ?)", (number, text, last))
                known.add(text)
        if written:
            self.seal()
        return written

    def entries(self) -> list[Entry]:
        """All decisions in the order in which they were written.

        Raises:
            CurateError: If the chain is broken, naming the first broken link.
        """
        if not self.file.is_file():
            return []
        entries, last = [], GENESIS
        with self._open(write=False) as connection:
            # As bytes: what is no text any more is to be found here, with its place.
            connection.text_factory = bytes
            rows = connection.execute("SELECT number, review, hash FROM decisions ORDER BY number").fetchall()
        for expected, (number, text, found) in enumerate(rows, start=1):
            last = _chained(last, text) if isinstance(text, bytes) else ""
            if number != expected or found != last.encode():
                raise CurateError(
                    "the chain of decisions is broken here: this decision was changed, or one before it taken out",
                    file=self.file,
                    row=expected,
                    mend="Put back a copy of the ledger from before the change; nothing is approved until then.",
                )
            entries.append(Entry(number, Review.model_validate_json(text), last))
        return entries

    def seal(self) -> None:
        """Notes the hash of the whole file and of its last decision beside it: see :func:`check_seal`."""
        entries = self.entries()
        write_whole(self._seal, f"{sha256_of(self.file)} {len(entries)} {entries[-1].hash if entries else GENESIS}\n")

    def check_seal(self) -> None:
        """Compares the file with the hash of it that was noted after the last decision was written.

        The chain proves what the decisions say. The seal finds a byte that changed anywhere else in the file, and
        decisions that were cut off its end. A ledger without one, or one that was stopped between a decision and its
        seal, is sealed as it stands.

        Raises:
            CurateError: If the file is not the one that was sealed.
        """
        if not self.file.is_file():
            return
        hashes = [GENESIS, *(entry.hash for entry in self.entries())]
        try:
            content, count, head = self._seal.read_text(encoding="utf-8").split()
            sealed = int(count)
        except FileNotFoundError:
            self.seal()
            return
        except ValueError:
            content, sealed, head = "", -1, ""
        if sealed == len(hashes) - 1 and head == hashes[-1] and content == sha256_of(self.file):
            return
        if 0 <= sealed < len(hashes) - 1 and head == hashes[sealed]:
            self.seal()
            return
        raise CurateError(
            "the file is not as it was after its last decision: a byte of it was changed, or its end cut off",
            file=self.file,
            mend=f"Put back a copy of it and of {self._seal.name}; remove the latter if the change was meant.",
        )

    @property
    def _seal(self) -> Path:
        return self.file.with_suffix(".seal")

    @contextmanager
    def _open(self, *, write: bool) -> Iterator[sqlite3.Connection]:
        if not self.file.exists():
            self.file.touch(mode=0o600)
        try:
            connection = sqlite3.connect(self.file, timeout=30, isolation_level=None)
            try:
                _migrate(connection)
                connection.execute("BEGIN IMMEDIATE" if write else "BEGIN")
                yield connection
                connection.execute("COMMIT")
            finally:
                connection.close()
        except (sqlite3.Error, UnicodeDecodeError) as error:
            what = error if isinstance(error, sqlite3.Error) else "it is damaged"
            raise CurateError(
                f"the ledger cannot be used ({what})",
                file=self.file,
                mend="If another command is using it, wait for that; otherwise put back a copy of it.",
            ) from error

    @staticmethod
    def _last(connection: sqlite3.Connection) -> tuple[int, str]:
        row = connection.execute("SELECT number, hash FROM decisions ORDER BY number DESC LIMIT 1").fetchone()
        return (row[0], row[1]) if row else (0, GENESIS)


def _chained(before: str, text: str | bytes) -> str:
    content = text.encode() if isinstance(text, str) else text
    return hashlib.sha256(before.encode() + b"\n" + content).hexdigest()


def m001_decisions(connection: sqlite3.Connection) -> None:
    """The table of decisions. Its triggers prevent mistakes; what was done on purpose shows in the chain."""
    connection.execute("CREATE TABLE decisions (number INTEGER PRIMARY KEY, review TEXT NOT NULL, hash TEXT NOT NULL)")
    connection.execute(
        "CREATE TRIGGER in_order BEFORE INSERT ON decisions "
        "WHEN NEW.number != (SELECT coalesce(max(number), 0) + 1 FROM decisions) "
        "BEGIN SELECT RAISE(ABORT, 'decisions are only ever added'); END"
    )
    for change in ("UPDATE", "DELETE"):
        connection.execute(
            f"CREATE TRIGGER no_{change.lower()} BEFORE {change} ON decisions "
            "BEGIN SELECT RAISE(ABORT, 'decisions are only ever added'); END"
        )


MIGRATIONS: tuple[Callable[[sqlite3.Connection], None], ...] = (m001_decisions,)


def _migrate(connection: sqlite3.Connection) -> None:
    (done,) = connection.execute("PRAGMA user_version").fetchone()
    if done == len(MIGRATIONS):
        return
    if done > len(MIGRATIONS):
        raise sqlite3.DatabaseError("it was written by a newer version of the toolkit, or damaged")
    connection.execute("BEGIN EXCLUSIVE")
    (done,) = connection.execute("PRAGMA user_version").fetchone()
    for number, migration in enumerate(MIGRATIONS[done:], start=done + 1):
        migration(connection)
        connection.execute(f"PRAGMA user_version = {number}")
    connection.execute("COMMIT")
