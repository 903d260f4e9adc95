"""Which items stand for which: exact and near-duplicates out, and what belongs together kept together."""

from curation.dedup.deduplicate import Deduplicated, Duplicate, deduplicate

LIBRARIES = ("numpy", "rapidfuzz", "rensa")
"""The distributions whose versions the result depends on."""

__all__ = ["LIBRARIES", "Deduplicated", "Duplicate", "deduplicate"]
