"""Names of people, places and organisations: the embedded model, and heavier ones behind the same interface."""

from curation.pii.ner.finder import NameFinder, embedded
from curation.pii.ner.heavier import heavier

__all__ = ["NameFinder", "embedded", "heavier", "name_finder"]


def name_finder(name: str) -> NameFinder | None:
    """The finder that the configuration names: ``embedded``, ``none``, ``spacy:...``, ``gliner:...``, ``transformers:...``."""
    if name == "none":
        return None
    return embedded() if name == "embedded" else heavier(name)
