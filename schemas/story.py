"""An item's whole story, as ``curate trace`` tells it."""

from typing import Any

from schemas.items import Strict
from schemas.review import Review


class Change(Strict):
    """What one step made of one field of an item."""

    step: str
    field: str
    before: str
    after: str


class Relative(Strict):
    """Another record that is a duplicate of the item, or that the item is a duplicate of."""

    item_id: str
    reason: str
    score: float
    file: str
    row: int


class Decision(Strict):
    """One decision in the ledger."""

    number: int
    review: Review
    current: bool
    """Whether it was made on the text as it stands in the build."""


class Story(Strict):
    """Where an item came from, what became of it, and who decided on it.

    ``changes`` hold the text before personal data was masked: a story is for the eyes of the curator alone.
    """

    item_id: str
    build_id: str
    fate: str
    """``item`` or ``removed``."""
    provenance: dict[str, Any]
    source_changed: bool
    """Whether a source, or the code, is no longer what the build was made of: changes are then left out."""
    source_fault: str | None = None
    """Why the sources cannot be read now, where that is so: it is then not known whether they have changed."""
    changes: list[Change]
    cleaned: list[str]
    pii: list[dict[str, Any]]
    stands_for: list[Relative]
    """Removed records for which this item stands."""
    replaced_by: Relative | None = None
    """The item that stands for this removed record."""
    group: list[str] = []
    """Other items that stay in the same part of the split."""
    split: str | None = None
    risk_level: str | None = None
    risk_evidence: list[dict[str, Any]] = []
    content_hash: str | None = None
    state: str | None = None
    """Where the review of it stands."""
    decisions: list[Decision] = []
