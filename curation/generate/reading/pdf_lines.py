"""A page of a PDF as lines: what stands where, how large and how bold, without what stands in tables.

PDFium tells each character's base line, box, size and weight. Of the other readers, one was four times slower and lost
all that was set in a font with an encoding of its own.
"""

import ctypes
import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

MARGIN = 0.1
"""The share of a page's height, at its head and its foot, in which running text is looked for."""
BOLD = 600
"""The weight of a font from which it is bold."""
_BOLD = re.compile(b"bold|black|heavy|semibold|demi", re.IGNORECASE)
_LONGEST_NAME = 128
_WIDE = 0.3
"""The share of a page's width of a rule across a table that has no rules down."""
_THIN, _TOUCH = 2.0, 3.0
"""Points: how thick a rule of a table is at most, and how far apart two that meet."""
_LINE_END_HYPHENS = {"\x02": "-", "\ufffe": "-", "\u2010": "-"}

Box = tuple[float, float, float, float]
"""Left, top, right and bottom, in points from the upper left corner."""


class Line(NamedTuple):
    """A line of a page; places in points from the upper left corner. ``base`` is where its letters stand."""

    text: str
    size: float
    bold: bool
    left: float
    right: float
    base: float
    page: int
    column: int
    margin: bool
    """Whether it stands at the head or at the foot of its page."""


class _Word(NamedTuple):
    text: str
    size: float
    bold: bool
    left: float
    right: float
    base: float


def lines_of(page: Any, number: int) -> list[Line]:
    """The lines of a page in reading order.

    Args:
        page: A ``pypdfium2.PdfPage``.
        number: Its number, from 1.
    """
    width, height = page.get_size()
    tables = _tables(page, height)
    words = [word for word in _words(page, height) if not any(_inside(word, box) for box in tables)]
    lines: list[Line] = []
    for column, some in enumerate(_columns(words, _gutter(words, width))):
        rows: list[list[_Word]] = []
        for word in sorted(some, key=lambda one: (one.base, one.left)):
            # Words of one line share a base line, whatever their sizes; a raised number is a little above it.
            if rows and abs(rows[-1][0].base - word.base) < 0.4 * max(word.size, rows[-1][0].size):
                rows[-1].append(word)
            else:
                rows.append([word])
        lines += [_line(row, number, column, height) for row in rows]
    return lines


def _words(page: Any, height: float) -> Iterator[_Word]:
    import pypdfium2.raw as pdfium

    text = page.get_textpage()
    gathered: list[tuple[str, float, bool, float, float, float]] = []
    x, y, matrix = ctypes.c_double(), ctypes.c_double(), pdfium.FS_MATRIX()
    name, flags = ctypes.create_string_buffer(_LONGEST_NAME), ctypes.c_int()
    for place in range(text.count_chars()):
        code = pdfium.FPDFText_GetUnicode(text, place)
        char = _LINE_END_HYPHENS.get(chr(code), chr(code))
        pdfium.FPDFText_GetCharOrigin(text, place, x, y)
        base = height - y.value
        if char.isspace() or code == 0:
            if gathered:
                yield _word(gathered)
                gathered = []
            continue
        left, _, right, _ = text.get_charbox(place, loose=True)
        pdfium.FPDFText_GetMatrix(text, place, matrix)
        size = pdfium.FPDFText_GetFontSize(text, place) * math.hypot(matrix.b, matrix.d)
        pdfium.FPDFText_GetFontInfo(text, place, name, _LONGEST_NAME, flags)
        bold = bool(_BOLD.search(name.value)) or pdfium.FPDFText_GetFontWeight(text, place) >= BOLD
        if gathered and (abs(gathered[-1][5] - base) > size or left < gathered[-1][3] - size):
            yield _word(gathered)
            gathered = []
        gathered.append((char, size, bold, left, right, base))
    if gathered:
        yield _word(gathered)
    text.close()


def _word(chars: list[tuple[str, float, bool, float, float, float]]) -> _Word:
    text = "".join(char[0] for char in chars)
    first, last = chars[0], chars[-1]
    return _Word(text, round(first[1], 1), sum(char[2] for char in chars) * 2 > len(chars), first[3], last[4], first[5])


def _line(row: list[_Word], page: int, column: int, height: float) -> Line:
    row.sort(key=lambda word: word.left)
    sizes: Counter[float] = Counter()
    for word in row:
        sizes[word.size] += len(word.text)
    bold = sum(len(word.text) for word in row if word.bold)
    size = sizes.most_common(1)[0][0]
    base = next(word.base for word in row if word.size == size)
    return Line(
        text=" ".join(word.text for word in row),
        size=size,
        bold=bold > 0.8 * sum(sizes.values()),
        left=row[0].left,
        right=row[-1].right,
        base=base,
        page=page,
        column=column,
        margin=base < height * MARGIN or base > height * (1 - MARGIN),
    )


def _inside(word: _Word, box: Box) -> bool:
    left, top, right, bottom = box
    return left <= (word.left + word.right) / 2 <= right and top <= word.base - word.size / 3 <= bottom


def _tables(page: Any, height: float) -> list[Box]:
    """The boxes of tables: rules that meet, three of them or more across and two down, or three across alike."""
    import pypdfium2.raw as pdfium

    across: list[Box] = []
    down: list[Box] = []
    for one in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_PATH], max_depth=3):
        left, low, right, high = one.get_bounds()
        box = (left, height - high, right, height - low)
        if high - low <= _THIN and right - left > 10:
            across.append(box)
        elif right - left <= _THIN and high - low > 4:
            down.append(box)
        elif right - left > 10 and 4 < high - low < height / 2:  # the frame of a cell
            across += [(left, height - high, right, height - high), (left, height - low, right, height - low)]
            down += [(left, height - high, left, height - low), (right, height - high, right, height - low)]
    found = [_around(group) for group in _meeting(across + down) if _is_grid(group)]
    wide = _WIDE * page.get_width()
    alike: dict[tuple[int, int], list[Box]] = {}
    for rule in (one for one in across if one[2] - one[0] >= wide):
        alike.setdefault((round(rule[0]), round(rule[2])), []).append(rule)
    return found + [_around(rules) for rules in alike.values() if len({round(rule[1]) for rule in rules}) >= 3]


def _meeting(rules: Sequence[Box]) -> list[list[Box]]:
    """The rules in groups of those that meet."""
    groups: list[list[Box]] = []
    for rule in rules:
        met = [group for group in groups if any(_meet(rule, other) for other in group)]
        groups = [group for group in groups if group not in met] + [[rule, *(one for group in met for one in group)]]
    return groups


def _meet(one: Box, other: Box) -> bool:
    apart_across = max(one[0], other[0]) - min(one[2], other[2])
    apart_down = max(one[1], other[1]) - min(one[3], other[3])
    return apart_across <= _TOUCH and apart_down <= _TOUCH


def _is_grid(group: list[Box]) -> bool:
    rows = {round(rule[1] / 3) for rule in group if rule[3] - rule[1] <= _THIN}
    columns = {round(rule[0] / 3) for rule in group if rule[2] - rule[0] <= _THIN}
    return len(rows) >= 3 and len(columns) >= 2


def _around(rules: Sequence[Box]) -> Box:
    return (
        min(rule[0] for rule in rules) - 1,
        min(rule[1] for rule in rules) - 1,
        max(rule[2] for rule in rules) + 1,
        max(rule[3] for rule in rules) + 1,
    )


def _gutter(words: Sequence[_Word], width: float) -> float | None:
    """Where a page of two columns has its gutter: a place in its middle that hardly any word crosses."""
    if len(words) < 80:
        return None
    middle = width / 2
    places = [middle + step * width / 100 for step in range(-5, 6)]
    best = min(places, key=lambda place: (_crossing(words, place), abs(place - middle)))
    right = [word for word in words if word.left >= best]
    if _crossing(words, best) >= 0.02 * len(words) or not 0.25 < len(right) / len(words) < 0.75:
        return None
    # The lines of a column begin below one another; what stands to the right by chance does not.
    starts: dict[int, float] = {}
    for word in right:
        starts[round(word.base)] = min(starts.get(round(word.base), width), word.left)
    edges = Counter(round(start / 3) for start in starts.values())
    return best if edges.most_common(1)[0][1] > len(starts) / 2 else None


def _crossing(words: Sequence[_Word], place: float) -> int:
    return sum(word.left < place + 3 and word.right > place - 3 for word in words)


def _columns(words: list[_Word], gutter: float | None) -> list[list[_Word]]:
    if gutter is None:
        return [words]
    return [[word for word in words if word.left < gutter], [word for word in words if word.left >= gutter]]
