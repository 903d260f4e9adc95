"""Which items stand for which: exact and near-duplicates out, and what belongs together kept together."""

from curation.dedup.deduplicate import Deduplicated, Duplicate, deduplicate

__all__ = ["Deduplicated", "Duplicate", "deduplicate"]
