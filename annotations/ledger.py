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

from curation.workspace import canonical_json
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
            rows = connection.execute("SELECT number, review, hash FROM decisions ORDER BY number").fetchall()
        for expected, (number, text, found) in enumerate(rows, start=1):
            last = _chained(last, text)
            if number != expected or found != last:
                raise CurateError(
                    "the chain of decisions is broken here: this decision was changed, or one before it taken out",
                    file=self.file,
                    row=expected,
                    mend="Put back a copy of the ledger from before the change; nothing is approved until then.",
                )
            entries.append(Entry(number, Review.model_validate_json(text), found))
        return entries

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
        except sqlite3.Error as error:
            raise CurateError(
                f"the ledger cannot be used ({error})",
                file=self.file,
                mend="If another command is using it, wait for that; otherwise put back a copy of it.",
            ) from error

    @staticmethod
    def _last(connection: sqlite3.Connection) -> tuple[int, str]:
        row = connection.execute("SELECT number, hash FROM decisions ORDER BY number DESC LIMIT 1").fetchone()
        return (row[0], row[1]) if row else (0, GENESIS)


def _chained(before: str, text: str) -> str:
    return hashlib.sha256(f"{before}\n{text}".encode()).hexdigest()


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
    connection.execute("BEGIN EXCLUSIVE")
    (done,) = connection.execute("PRAGMA user_version").fetchone()
    for number, migration in enumerate(MIGRATIONS[done:], start=done + 1):
        migration(connection)
        connection.execute(f"PRAGMA user_version = {number}")
    connection.execute("COMMIT")
