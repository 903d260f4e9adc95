"""What a reader gives, and what is wrong with a file that it cannot read."""

from collections.abc import Sequence
from typing import NamedTuple

from curation.generate.blocks import Block
from schemas.errors import CurateError, MissingExtra


class Read(NamedTuple):
    """The title of a text, empty where it has none, and its blocks."""

    title: str
    blocks: Sequence[Block]


def damaged(name: str, format: str) -> CurateError:
    """The error of a file that is not what its ending says."""
    return CurateError(f"cannot be read as {format}", file=name, mend="Fetch it or export it again.")


def missing_library() -> MissingExtra:
    """The error where the libraries of the extra are not installed."""
    return MissingExtra("reading this text", "generate")
