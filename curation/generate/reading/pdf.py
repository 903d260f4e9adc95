"""PDF: lines by where they stand and how large they are set, then paragraphs from lines.

A PDF says where characters stand and nothing else. What is told from that: headings by their size, running heads and
page numbers by their place and their repetition, captions by their words and their size, tables by their rules,
footnotes by their size at the foot of the page, paragraphs by spacing and indentation, two columns by the gutter
between them.
"""

import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from curation.generate.blocks import Block, Part, plain
from curation.generate.parts import part_of_title
from curation.generate.reading.pdf_lines import Line, lines_of
from curation.generate.reading.read import Read, damaged, missing_library
from schemas.errors import CurateError

REPEATED = 3
"""Pages on which a line of the margin stands, numbers aside, that is running text."""
HEADING_SIZE, SMALL_SIZE = 1.12, 0.88
"""Sizes against that of the body, from which a line is a heading, and up to which it is a caption or a footnote."""

_BULLET = re.compile(r"^(?:[•◦▪‣●○–\uf0b7]|\(?(?:\d{1,2}|[a-z])[.)])\s+")
_ENDS = re.compile(r"[.!?:;][”\"’')\]]*$")
_PAGE_NUMBER = re.compile(r"^(page\s*)?[\divxlc]+(\s*(/|of)\s*\d+)?$", re.IGNORECASE)
_LAST_WORD, _FIRST_WORD = re.compile(r"(\w+)[-\u00ad]$"), re.compile(r"[^\W\d_A-Z]\w*")
_DIGITS = re.compile(r"\d+")


def read(path: Path, name: str) -> Read:
    """A PDF with a text layer.

    Raises:
        CurateError: If it is damaged, wants a password, or holds pictures of pages alone.
    """
    try:
        import pypdfium2
    except ImportError:
        raise missing_library() from None
    lines: list[Line] = []
    try:
        book = pypdfium2.PdfDocument(path)
        title = book.get_metadata_value("Title")
        for number in range(len(book)):
            page = book[number]
            lines += lines_of(page, number + 1)
            page.close()
        book.close()
    except pypdfium2.PdfiumError:
        raise damaged(name, "PDF, or wants a password") from None
    if not lines:
        raise CurateError(
            "holds no text but pictures of pages", file=name, mend="Run a text recognition such as ocrmypdf on it."
        )
    return Read(plain(title), list(_blocks(lines)))


def _blocks(lines: list[Line]) -> Iterator[Block]:
    sizes: Counter[float] = Counter()
    for line in lines:
        sizes[line.size] += len(line.text)
    body = sizes.most_common(1)[0][0]
    levels = _heading_levels(lines, body)
    running = _running(lines)
    known = Counter(word.lower() for line in lines for word in re.findall(r"\w+", line.text))
    pitch = _pitch(lines, body)
    rights = _right_edges(lines)
    gathered: list[Line] = []
    kept = [line for line in lines if line not in running]
    for line in running:
        yield Block("paragraph", plain(line.text), "running", page=line.page)
    for line in kept:
        if gathered and not _goes_on(gathered, line, body, levels, pitch, rights):
            yield _block(gathered, body, levels, known)
            gathered = []
        gathered.append(line)
    if gathered:
        yield _block(gathered, body, levels, known)


def _heading_levels(lines: list[Line], body: float) -> dict[tuple[float, bool], int]:
    """The level of each look (size, weight) of a heading: the larger, the higher."""
    looks = {_look(line) for line in lines if line.size >= body * HEADING_SIZE}
    looks |= {(line.size, True) for line in lines if line.bold and line.size >= body * 0.98}
    return {look: level for level, look in enumerate(sorted(looks, reverse=True), start=1)}


def _look(line: Line) -> tuple[float, bool]:
    return line.size, line.bold


def _running(lines: list[Line]) -> dict[Line, None]:
    """The lines of the margins that stand on several pages, numbers aside, and page numbers."""
    pages: dict[str, set[int]] = {}
    for line in lines:
        if line.margin:
            pages.setdefault(_without_numbers(line.text), set()).add(line.page)
    return {
        line: None
        for line in lines
        if line.margin
        and (len(pages[_without_numbers(line.text)]) >= REPEATED or _PAGE_NUMBER.match(line.text.strip()))
    }


def _without_numbers(text: str) -> str:
    return _DIGITS.sub("#", text.strip().lower())


def _pitch(lines: list[Line], body: float) -> float:
    """The usual distance of two lines of the body, from base line to base line."""
    steps: Counter[float] = Counter()
    for one, other in pairwise(lines):
        if one.page == other.page and one.size == other.size == body and other.base > one.base:
            steps[round(other.base - one.base, 1)] += 1
    return steps.most_common(1)[0][0] if steps else body * 1.2


def _right_edges(lines: list[Line]) -> dict[tuple[int, int], float]:
    """Where the longest line of each column of each page ends."""
    edges: dict[tuple[int, int], float] = {}
    for line in lines:
        place = line.page, line.column
        edges[place] = max(edges.get(place, 0.0), line.right)
    return edges


def _goes_on(
    before: list[Line],
    line: Line,
    body: float,
    levels: dict[tuple[float, bool], int],
    pitch: float,
    rights: dict[tuple[int, int], float],
) -> bool:
    """Whether a line belongs to the paragraph of the lines before it."""
    last = before[-1]
    if _is_heading(last, levels, body) or _is_heading(line, levels, body):
        same_column = (last.page, last.column) == (line.page, line.column)
        return _look(last) == _look(line) and same_column and line.base - last.base < line.size * 1.9
    if abs(last.size - line.size) > 0.6 or _BULLET.match(line.text):
        return False
    ends = bool(_ENDS.search(last.text))
    if (last.page, last.column) != (line.page, line.column):
        return not ends or not (line.text[:1].isupper() or line.text[:1] in '“"') or _is_full(last, rights)
    if line.base - last.base > pitch * 1.35:
        return False
    indented = (
        line.left > before[0].left + 0.5 * line.size if len(before) > 1 else line.left > last.left + 0.8 * line.size
    )
    is_item = bool(_BULLET.match(before[0].text))
    return not (indented and not is_item) and not (ends and not _is_full(last, rights, 0.75) and not is_item)


def _is_full(line: Line, rights: dict[tuple[int, int], float], share: float = 0.9) -> bool:
    """Whether a line reaches the right edge of its column, so that the paragraph may go on."""
    edge = rights[line.page, line.column]
    return line.right - line.left >= share * (edge - line.left)


def _is_heading(line: Line, levels: dict[tuple[float, bool], int], body: float) -> bool:
    if _look(line) not in levels or len(line.text) > 160:
        return False
    return line.size >= body * HEADING_SIZE or not _ENDS.search(line.text)


def _block(lines: list[Line], body: float, levels: dict[tuple[float, bool], int], known: Counter[str]) -> Block:
    first = lines[0]
    text = plain(_joined([line.text for line in lines], known))
    is_heading = all(_is_heading(line, levels, body) for line in lines)
    if is_heading and (first.size >= body * HEADING_SIZE or part_of_title(text) or len(text) < 90):
        return Block("heading", text, level=levels[_look(first)], page=first.page)
    small = all(line.size <= body * SMALL_SIZE for line in lines)
    part: Part = "body" if not small else "footnote"
    if _BULLET.match(text):
        return Block("item", _BULLET.sub("", text), part, page=first.page)
    return Block("paragraph", text, part, page=first.page)


def _joined(lines: list[str], known: Counter[str]) -> str:
    """Lines as one text; a word that was parted at the end of a line is whole again."""
    text = lines[0]
    for line in lines[1:]:
        head, tail = _LAST_WORD.search(text), _FIRST_WORD.match(line)
        if head and tail:
            one, other = head[1].lower(), tail[0].lower()
            # Of "well-" and "being" both are words and "wellbeing" is none: that hyphen is not of the line's end.
            is_compound = not known[one + other] and known[one] > 1 and known[other] > 1
            text = text + line if is_compound else text[:-1] + line
        else:
            text = f"{text} {line}"
    return text
