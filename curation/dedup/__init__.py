"""Which items stand for which: exact and near-duplicates out, and what belongs together kept together."""

from curation.dedup.deduplicate import Deduplicated, Duplicate, Pair, deduplicate
from curation.dedup.keeper import RULE
from curation.dedup.texts import DeduplicatedTexts, GreyPair, TextDuplicate, deduplicate_texts

LIBRARIES = ("numpy", "rapidfuzz")
"""The distributions whose versions the result depends on."""

__all__ = [
    "LIBRARIES",
    "RULE",
    "Deduplicated",
    "DeduplicatedTexts",
    "Duplicate",
    "GreyPair",
    "Pair",
    "TextDuplicate",
    "deduplicate",
    "deduplicate_texts",
]
