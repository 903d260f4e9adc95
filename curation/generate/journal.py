"""What was sent and what came back, on disk: the cache, the budget, and how a killed run goes on.

A request is written down before it is sent. One that has no outcome when the journal is opened was under way when the
process was killed: whether it was paid for cannot be known, so it counts with the most that it can have cost.
"""

import json
import sqlite3
import threading
from pathlib import Path
from typing import Any, NamedTuple

_TABLES = """
create table if not exists requests (
    id integer primary key,
    source_id text not null,
    key text not null,
    passage_id text not null,
    reserved integer not null,
    outcome text,
    tokens integer not null default 0
);
create index if not exists of_source on requests (source_id);
create table if not exists answers (
    key text primary key,
    content text not null,
    model text
);
create table if not exists given_up (
    source_id text not null,
    key text not null,
    reason text not null,
    attempts integer not null,
    primary key (source_id, key)
);
"""
LOST = "lost"
"""The outcome of a request that was under way when its process was killed."""


class Spent(NamedTuple):
    """What a source has cost, over all runs."""

    requests: int
    tokens: int


class Answer(NamedTuple):
    """A reply that was kept."""

    content: dict[str, Any]
    model: str | None


class Journal:
    """The requests of a workspace. It may be used from several threads.

    Args:
        file: The database; made if missing, for its owner alone.
        source_id: The source whose budget counts.
    """

    def __init__(self, file: Path, source_id: str) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
        self._source, self._lock = source_id, threading.Lock()
        self._db = sqlite3.connect(file, check_same_thread=False, isolation_level=None)
        self._db.execute("pragma journal_mode = wal")
        self._db.execute("pragma synchronous = full")
        self._db.executescript(_TABLES)
        self._db.execute(
            "update requests set outcome = ?, tokens = reserved where outcome is null and source_id = ?",
            (LOST, source_id),
        )
        self._under_way: dict[int, int] = {}
        self._spent = self._read_spent()

    def reserve(self, key: str, passage_id: str, tokens: int, most: Spent) -> int | None:
        """Writes down that a request is sent, or returns None where the budget does not allow it.

        Args:
            key: Of the request.
            passage_id: What it is about.
            tokens: The most that it can cost.
            most: The budget.
        """
        with self._lock:
            under_way = sum(self._under_way.values())
            if self._spent.requests + 1 > most.requests or self._spent.tokens + under_way + tokens > most.tokens:
                return None
            cursor = self._db.execute(
                "insert into requests (source_id, key, passage_id, reserved) values (?, ?, ?, ?)",
                (self._source, key, passage_id, tokens),
            )
            number = cursor.lastrowid
            assert number is not None, "SQLite numbers the rows that it inserts"
            self._under_way[number] = tokens
            self._spent = Spent(self._spent.requests + 1, self._spent.tokens)
            return number

    def settle(self, number: int, outcome: str, tokens: int, answer: tuple[str, Answer] | None = None) -> None:
        """Writes down what came of a request, with the answer by its key where there is one, both or neither."""
        with self._lock:
            self._db.execute("begin immediate")
            self._db.execute("update requests set outcome = ?, tokens = ? where id = ?", (outcome, tokens, number))
            if answer is not None:
                key, (content, model) = answer
                stored = json.dumps(content, ensure_ascii=False)
                self._db.execute("insert or replace into answers values (?, ?, ?)", (key, stored, model))
                self._db.execute("delete from given_up where key = ?", (key,))
            self._db.execute("commit")
            del self._under_way[number]
            self._spent = Spent(self._spent.requests, self._spent.tokens + tokens)

    def give_up(self, key: str, reason: str, attempts: int) -> None:
        """Writes down that a passage is not asked about again, and why."""
        with self._lock:
            self._db.execute(
                "insert or replace into given_up values (?, ?, ?, ?)", (self._source, key, reason, attempts)
            )

    def answer(self, key: str) -> Answer | None:
        """The answer to a request that was asked before, by this source or another."""
        with self._lock:
            row = self._db.execute("select content, model from answers where key = ?", (key,)).fetchone()
        return Answer(json.loads(row[0]), row[1]) if row else None

    def given_up(self, key: str) -> tuple[str, int] | None:
        """Why a passage is not asked about again, and after how many requests."""
        with self._lock:
            row = self._db.execute(
                "select reason, attempts from given_up where source_id = ? and key = ?", (self._source, key)
            ).fetchone()
        return (row[0], row[1]) if row else None

    def spent(self) -> Spent:
        """What the source has cost so far."""
        return self._spent

    def outcomes(self) -> dict[str, int]:
        """How many requests of the source had which outcome, over all runs."""
        with self._lock:
            rows = self._db.execute(
                "select outcome, count(*) from requests where source_id = ? group by outcome order by outcome",
                (self._source,),
            ).fetchall()
        return dict(rows)

    def close(self) -> None:
        self._db.close()

    def _read_spent(self) -> Spent:
        row = self._db.execute(
            "select count(*), coalesce(sum(tokens), 0) from requests where source_id = ?", (self._source,)
        ).fetchone()
        return Spent(*row)
