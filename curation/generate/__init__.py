"""Questions and answers from texts: read into passages, extracted or asked of a model, checked against the passage."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from curation.generate.grounding import ground
    from curation.generate.passages import passages_of
    from curation.generate.reading import read_documents
    from curation.generate.run import generate, plan_of
    from curation.generate.shown import marked_passage

__all__ = ["generate", "ground", "marked_passage", "passages_of", "plan_of", "read_documents"]

_LAZY = {
    "generate": "run",
    "plan_of": "run",
    "ground": "grounding",
    "passages_of": "passages",
    "read_documents": "reading",
    "marked_passage": "shown",
}


def __getattr__(name: str) -> Any:
    """Imports what is needed at its first use: a build needs of this package no more than the check."""
    if name not in _LAZY:
        raise AttributeError(f"module 'curation.generate' has no attribute '{name}'")
    from importlib import import_module

    return getattr(import_module(f"curation.generate.{_LAZY[name]}"), name)
