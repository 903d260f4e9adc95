"""From raw records to a build: sources, cleaning, deduplication, personal data, risk, splits."""

from typing import TYPE_CHECKING, Any

from curation.split import PARTS
from curation.workspace import Workspace

if TYPE_CHECKING:
    from curation.build import Build, build_dataset, open_build
    from curation.new import init
    from curation.tracing import trace

__all__ = ["PARTS", "Build", "Workspace", "build_dataset", "init", "open_build", "trace"]

_LAZY = {"Build": "build", "build_dataset": "build", "open_build": "build", "init": "new", "trace": "tracing"}


def __getattr__(name: str) -> Any:
    """Imports what needs Arrow and the language tools at its first use, so that the command line starts at once."""
    if name not in _LAZY:
        raise AttributeError(f"module 'curation' has no attribute '{name}'")
    from importlib import import_module

    return getattr(import_module(f"curation.{_LAZY[name]}"), name)
