"""Tombstones: which items and sources were withdrawn, without a word of their text.

An append-only file of one tombstone a line, each chained to the one before it by a hash, as the ledger's decisions
are. Of the texts it holds hashes alone, by which they are known again when they turn up under another id.
"""

import fcntl
import hashlib
import json
import os
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, NamedTuple

from pydantic import AwareDatetime

from annotations.ledger import GENESIS
from curation.table import texts
from curation.workspace import canonical_json
from schemas.errors import CurateError
from schemas.items import Strict

Why = Literal["consent", "licence", "error"]
"""A person took back their word; the source may not be used; it should never have been in."""

FEW_WORDS = 8
"""A text of fewer words ("Thank you so much!") is nobody's own, and is not looked for elsewhere."""


class Tombstone(Strict):
    """One withdrawal."""

    number: int
    item_ids: tuple[str, ...] = ()
    """Every item and every removed record that held the text, none for a whole source."""
    source_id: str | None = None
    """A source that was withdrawn as a whole."""
    text_hashes: tuple[str, ...] = ()
    """:func:`text_hash` of each longer text of the items."""
    why: Why
    withdrawn_at: AwareDatetime
    hash: str = ""
    """Of the tombstone before and of all of the above."""


class Withdrawn(NamedTuple):
    """All that was withdrawn until now."""

    item_ids: frozenset[str]
    source_ids: frozenset[str]
    text_hashes: frozenset[str]
    head: str
    """The hash that stands for all tombstones."""
    last: datetime | None
    hashes: tuple[str, ...] = ()
    """Of every tombstone, in order."""

    def holds(self, row: dict[str, Any]) -> bool:
        """Whether an item, or its source, was withdrawn by its id."""
        return row["item_id"] in self.item_ids or row["provenance"]["source_id"] in self.source_ids

    def has_text_of(self, row: dict[str, Any]) -> bool:
        """Whether an item holds a text that was withdrawn, whatever its id."""
        return bool(self.text_hashes) and not self.text_hashes.isdisjoint(text_hashes(row))


def text_hashes(row: dict[str, Any]) -> list[str]:
    """The hashes of an item's longer texts: question and answer, or turns."""
    return longer_hashes(text for _, text in texts(row))


def longer_hashes(said: Iterable[str]) -> list[str]:
    """The hashes of those of some texts that are long enough to be somebody's own."""
    return [text_hash(text) for text in said if len(text.split()) >= FEW_WORDS]


def text_hash(text: str) -> str:
    """SHA-256 of a text's words, whatever their case, spacing and punctuation."""
    return hashlib.sha256(" ".join(re.findall(r"\w+", text.casefold())).encode()).hexdigest()


def withdrawn(file: Path) -> Withdrawn:
    """Reads the tombstones and proves their chain.

    Raises:
        CurateError: If a tombstone was changed or taken out of the middle; names the first broken link.
    """
    stones = _read(file)
    return Withdrawn(
        item_ids=frozenset(item_id for stone in stones for item_id in stone.item_ids),
        source_ids=frozenset(stone.source_id for stone in stones if stone.source_id),
        text_hashes=frozenset(one for stone in stones for one in stone.text_hashes),
        head=stones[-1].hash if stones else GENESIS,
        last=stones[-1].withdrawn_at if stones else None,
        hashes=tuple(stone.hash for stone in stones),
    )


def add_tombstone(
    file: Path, *, why: Why, item_ids: tuple[str, ...] = (), source_id: str | None = None, hashes: tuple[str, ...] = ()
) -> Tombstone:
    """Writes a tombstone behind those that are there, on disk when this returns."""
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "a", encoding="utf-8") as out:
        fcntl.flock(out, fcntl.LOCK_EX)
        stones = _read(file)
        stone = Tombstone(
            number=len(stones) + 1,
            item_ids=item_ids,
            source_id=source_id,
            text_hashes=hashes,
            why=why,
            withdrawn_at=datetime.now(UTC),
        )
        stone = stone.model_copy(update={"hash": _chained(stones[-1].hash if stones else GENESIS, stone)})
        out.write(stone.model_dump_json() + "\n")
        out.flush()
        os.fsync(out.fileno())
    return stone


def _read(file: Path) -> list[Tombstone]:
    if not file.is_file():
        return []
    return list(_proved(file))


def _proved(file: Path) -> Iterator[Tombstone]:
    before = GENESIS
    for row, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            stone = Tombstone.model_validate(json.loads(line))
        except ValueError:
            stone = None
        if stone is None or stone.number != row or stone.hash != _chained(before, stone):
            raise CurateError(
                "the chain of withdrawals is broken here: this one was changed, or one before it taken out",
                file=file,
                row=row,
                mend="Put back a copy of the file from before the change; nothing is released until then.",
            )
        before = stone.hash
        yield stone


def _chained(before: str, stone: Tombstone) -> str:
    text = canonical_json(stone.model_dump(mode="json", exclude={"hash"}))
    return hashlib.sha256(f"{before}\n{text}".encode()).hexdigest()
