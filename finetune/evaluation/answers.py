"""Likelihoods that were computed already, so that a killed evaluation goes on where it was and none is paid for twice.

The file holds digests and numbers: no question, no answer, no token.
"""

import hashlib
import sqlite3
from array import array
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

from finetune.evaluation.likelihood import Likelihood, Tokens

_WRITE_EVERY = 64


class Answers:
    """The answers of one model, in an SQLite file; to be used in a ``with`` statement.

    Args:
        file: Named for the model's fingerprint. None remembers nothing.
    """

    def __init__(self, file: Path | None) -> None:
        if file is not None:
            file.parent.mkdir(parents=True, exist_ok=True)
        self._database = sqlite3.connect(file or ":memory:")
        self._database.execute(
            "create table if not exists answers (id blob primary key, total real not null, greedy int not null)"
        )
        self._waiting = 0

    def __enter__(self) -> "Answers":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._database.commit()
        self._database.close()

    def get(self, prefix: Tokens, ending: Tokens) -> Likelihood | None:
        """What the model answered to this, if it was asked."""
        row = self._database.execute(
            "select total, greedy from answers where id = ?", (_digest(prefix, ending),)
        ).fetchone()
        return Likelihood(row[0], bool(row[1])) if row else None

    def put(self, prefix: Tokens, endings: Sequence[Tokens], scores: Sequence[Likelihood]) -> None:
        """Remembers answers; they are on disk within a few questions, and at the end."""
        rows = [(_digest(prefix, e), s.total, int(s.greedy)) for e, s in zip(endings, scores, strict=True)]
        self._database.executemany("insert or replace into answers values (?, ?, ?)", rows)
        self._waiting += 1
        if self._waiting >= _WRITE_EVERY:
            self._database.commit()
            self._waiting = 0


def _digest(prefix: Tokens, ending: Tokens) -> bytes:
    tokens = array("q", [len(prefix), *prefix, *ending])
    return hashlib.sha256(tokens.tobytes()).digest()
