"""What every reader makes of a file: a row of blocks, each with the part of the book that it belongs to."""

import re
from typing import Literal, NamedTuple

Kind = Literal["heading", "paragraph", "item", "term", "definition", "problem", "choice", "solution"]
"""What a block is. A problem is followed by its choices and its solution, a term by its definition."""

Part = Literal[
    "body",
    "summary",
    "front",
    "objectives",
    "questions",
    "glossary",
    "references",
    "figure",
    "table",
    "note",
    "footnote",
    "navigation",
    "running",
]
"""Where in a book a block stands. Passages are made of ``body`` alone; ``note`` is a pointer to films and web pages."""


class Block(NamedTuple):
    """A heading, a paragraph, an item of a list, or a piece of an exercise or a glossary.

    ``level`` is the depth of a heading, from 1; ``page`` the page of a file that has pages, from 1.
    """

    kind: Kind
    text: str
    part: Part = "body"
    level: int = 0
    page: int | None = None


class Document(NamedTuple):
    """A file, read.

    ``text`` is what all passages' character ranges refer to: the blocks' texts, a blank line between two.
    """

    file: str
    title: str
    blocks: tuple[Block, ...]

    @property
    def text(self) -> str:
        return SEPARATOR.join(block.text for block in self.blocks)


SEPARATOR = "\n\n"

_SPACE = re.compile(r"\s+")
_BEFORE_POINT = re.compile(r"\s+([,.;:!?)\]])")
_EMPTY = re.compile(r"\s*\(\s*\)")
_POINTS = re.compile(r"(^|[.!?][”\"’')]?\s)the (?=(?:figure|table)\b)")
_LIGATURES = str.maketrans({"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl"})
_INVISIBLE = re.compile("[\u00ad\u200b\u2060\ufeff]")


def plain(text: str) -> str:
    """``text`` on one line and as one would type it.

    Soft hyphens, zero-width spaces, ligatures, empty brackets and spaces before a comma are gone, and a sentence that
    begins with a link to a figure begins with a capital. What conversions of OpenStax's books leave of such a link,
    ``[link]``, is given a name.
    """
    text = _EMPTY.sub("", _INVISIBLE.sub("", text.translate(_LIGATURES).replace("[link]", "the figure")))
    return _POINTS.sub(r"\1The ", _BEFORE_POINT.sub(r"\1", _SPACE.sub(" ", text).strip()))
