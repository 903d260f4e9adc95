"""Blocks into passages of a chosen length, which begin and end with a sentence and stay inside of one section."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from curation.generate.blocks import SEPARATOR, Block, Document
from curation.generate.sentences import sentences, tokens

INSIDE_PARAGRAPH, INSIDE_LIST = 0.08, 0.25
"""What it costs to part two passages inside of a paragraph, or a list from what leads into it; see :func:`_cuts`."""

_YEAR = r"(?:(?:1[6-9]|20)\d{2}[a-z]?|n\.d\.(?:-[a-z])?|in press)"
_CITED = (
    r"(?:see(?: also)?|e\.g\.,?|cf\.|as cited in|for (?:example|a review),?(?: see)?|reviewed (?:in|by))?\s*"
    rf"(?:(?:van|von|de|du|la|le) )*[A-Z“\"][^();]{{1,160}}?,?\s{_YEAR}(?:[–-]\d{{2,4}})?(?:/\d{{4}})?"
    rf"(?:,\s(?:(?:pp?|para|chap|ch)\.\s?[\d–-]+|{_YEAR}))*"
)
_CITATION = re.compile(rf"\s*\((?:(?:{_CITED})(?:;\s*(?:{_CITED}))*|pp?\.\s?[\d–-]+)\)")
_POINTER = re.compile(r"\s*\((?:see |refer to )?(?:the )?(?:figure|table|fig\.)\s*[\d.]*\)", re.IGNORECASE)


DEEPER = " > "
"""Between the title of a section and that of a section in it."""


class Passage(NamedTuple):
    """A piece of a text.

    ``start`` and ``end`` count code points of :attr:`curation.generate.blocks.Document.text`. ``text`` is that stretch
    without references to the literature and pointers to figures; paragraphs are parted by a blank line, items by a line
    break.
    """

    passage_id: str
    file: str
    sections: tuple[str, ...]
    place: str
    start: int
    end: int
    text: str
    tokens: int

    @property
    def titles(self) -> str:
        """The titles that it stands under, from the text's own inwards."""
        return DEEPER.join(self.sections)

    @property
    def topic(self) -> str:
        """The innermost title."""
        return self.sections[-1]


class _Piece(NamedTuple):
    """A sentence on its way into a passage. ``border`` is the cost of a cut before it."""

    text: str
    start: int
    end: int
    paragraph: int
    page: int | None
    joint: str
    border: float
    tokens: int


def passages_of(document: Document, most_tokens: int) -> list[Passage]:
    """The passages of a document, in their order. Only its body is in them.

    Args:
        document: What was read.
        most_tokens: The longest passage. A single sentence that is longer stays whole.
    """
    found: list[Passage] = []
    for sections, pieces in _sections(document):
        start = 0
        for end in _cuts(pieces, most_tokens):
            found.append(_passage(document, sections, pieces[start:end]))
            start = end
    return found


def locator(file: str, titles: str, place: str, start: int, end: int) -> str:
    """File, chapter, section, page or paragraphs, and characters, for a person to find a passage by."""
    return f"{file}: {titles}, {place}, characters {start}-{end}"


def left_out(documents: Iterable[Document]) -> dict[str, int]:
    """How many blocks of each part of the books are in no passage."""
    counts = Counter(block.part for document in documents for block in document.blocks if block.part != "body")
    return dict(sorted(counts.items()))


def without_citations(text: str) -> str:
    """``text`` without references in brackets: ``(Beck, 1976; APA, 2013, p. 4)``, ``(the figure)``."""
    return _POINTER.sub("", _CITATION.sub("", text)).strip()


def _sections(document: Document) -> Iterator[tuple[tuple[str, ...], list[_Piece]]]:
    """The sections that hold text: titles from the chapter inwards, and sentences."""
    path: list[tuple[int, str]] = []
    pieces: list[_Piece] = []
    offset, paragraph = 0, 0
    for block in document.blocks:
        if block.part == "body":
            if block.kind == "heading":
                if pieces:
                    yield _titles(document, path), pieces
                    pieces = []
                path = [one for one in path if one[0] < block.level] + [(block.level, block.text)]
            else:
                paragraph += 1
                pieces += _pieces(block, offset, paragraph, pieces)
        offset += len(block.text) + len(SEPARATOR)
    if pieces:
        yield _titles(document, path), pieces


def _titles(document: Document, path: list[tuple[int, str]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys([document.title, *(title for _, title in path)]))


def _pieces(block: Block, offset: int, paragraph: int, before: list[_Piece]) -> Iterator[_Piece]:
    is_item = block.kind == "item"
    leads_in = bool(before) and before[-1].text.endswith((":", ","))
    for place, sentence in enumerate(sentences(block.text)):
        joint = " " if place else "\n" if is_item and before else "\n\n"
        border = INSIDE_PARAGRAPH if place else INSIDE_LIST if is_item or leads_in else 0.0
        text = without_citations(sentence.text)
        if text:
            start, end = offset + sentence.start, offset + sentence.end
            yield _Piece(text, start, end, paragraph, block.page, joint, border, tokens(text))


def _cuts(pieces: list[_Piece], most: int) -> list[int]:
    """Where a section is cut: the ends of its passages.

    The cheapest way to cut, where a passage costs the square of the share by which it falls short of an even length,
    and a cut costs what it parts. Found by dynamic programming over the ends.
    """
    total = sum(piece.tokens for piece in pieces)
    even = total / math.ceil(total / most)
    best: list[tuple[float, int]] = [(0.0, 0)]
    for end in range(1, len(pieces) + 1):
        options: list[tuple[float, int]] = []
        size = 0
        for start in range(end - 1, -1, -1):
            size += pieces[start].tokens
            if size > most and start < end - 1:
                break
            cost = best[start][0] + ((size - even) / even) ** 2 + (pieces[start].border if start else 0.0)
            options.append((cost, start))
        best.append(min(options))
    ends: list[int] = []
    end = len(pieces)
    while end:
        ends.append(end)
        end = best[end][1]
    return ends[::-1]


def _passage(document: Document, sections: tuple[str, ...], pieces: list[_Piece]) -> Passage:
    text = "".join(piece.joint + piece.text for piece in pieces).strip()
    start, end = pieces[0].start, pieces[-1].end
    return Passage(
        passage_id=f"{document.file}#{start}-{end}",
        file=document.file,
        sections=sections,
        place=_place(pieces[0], pieces[-1]),
        start=start,
        end=end,
        text=text,
        tokens=tokens(text),
    )


def _place(first: _Piece, last: _Piece) -> str:
    name, one, other = "page", first.page, last.page
    if one is None or other is None:
        name, one, other = "paragraph", first.paragraph, last.paragraph
    return f"{name} {one}" if one == other else f"{name}s {one}-{other}"
