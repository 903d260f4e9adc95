"""The order of the queue: by risk, the most severe first, then by doubt; and by what the items are for good."""

import hashlib
from collections import defaultdict
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from curation.languages import is_covered
from curation.triage import LEVELS

_SEVERITY: dict[str, float] = {level: rank for rank, level in enumerate(LEVELS)}
_NOT_LOOKED_AT = 0.5
"""A text whose risk was not looked at comes before those in which none was found."""

Place = tuple[float, float, str]
"""What a queue is sorted by."""


def severity(level: str | None) -> float:
    """How severe a level of risk is: the more, the sooner the item is read."""
    return _SEVERITY.get(level or "", _NOT_LOOKED_AT)


def not_read(row: dict[str, Any]) -> str | None:
    """What a reviewer is told of an item whose risk no program read, because of its language; else None.

    Args:
        row: ``risk_level`` and ``language`` of an item.
    """
    return None if row["risk_level"] or is_covered(row["language"]) else "risk not read: language"


def doubt(row: dict[str, Any], alike: bool) -> float:
    """How much the build itself doubts an item: marks on the answer, likeness to another, personal data left, and how
    unsure the recognition of risk is.

    Args:
        row: ``flags``, ``risk_evidence`` and ``residual_risk`` of an item.
        alike: Whether the item waits beside another that is like it.
    """
    flags = len({mark["flag"] for mark in row["flags"] or ()})
    unsure = max((1 - mark["confidence"] for mark in row["risk_evidence"] or ()), default=0.0)
    left = {"high": 1.0, "medium": 0.5}.get((row["residual_risk"] or {}).get("level", ""), 0.0)
    return round(flags + alike + left + unsure, 6)


def place(row: dict[str, Any], alike: bool) -> Place:
    """Where an item stands in a queue, whatever else is in it."""
    drawn = hashlib.sha256(row["item_id"].encode()).hexdigest()
    return -severity(row["risk_level"]), -doubt(row, alike), drawn


def alike(pairs: pa.Table) -> dict[str, str]:
    """For each item of a pair that waits for a decision, the other items and the words that differ."""
    found: dict[str, list[str]] = defaultdict(list)
    for pair in pairs.filter(pc.equal(pairs["zone"], "grey")).to_pylist():
        words = "; ".join(pair["differences"])
        for one, other in (("item_id", "other_id"), ("other_id", "item_id")):
            found[pair[one]].append(f"{pair[other]} ({words})")
    return {item_id: "\n".join(others) for item_id, others in found.items()}
