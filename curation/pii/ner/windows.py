"""How a text is cut into windows that the name model reads: a few whole sentences each.

Windows are counted in sentences and not only in pieces, so that a mask in one sentence moves no later window: when a
scrubbed text is looked at again, only the windows that changed are run again.
"""

from collections.abc import Iterator, Sequence

WINDOW = 126
"""The most pieces of a window; the model adds two of its own."""

SENTENCES = 4
"""The most sentences of a window."""

_ENDS = frozenset(".!?…。！？")


def windows(text: str, offsets: Sequence[tuple[int, int]], size: int = WINDOW) -> Iterator[tuple[int, int]]:
    """Yields (first, end) places of pieces; together the windows hold every piece, and none twice.

    Args:
        text: The text.
        offsets: Of each piece, its code points in ``text``.
        size: The most pieces of a window.

    A window of more pieces ends where a sentence or a line does, or else before a word, or else where it is full.
    """
    ends = _sentence_places(text, offsets)
    yield from _parted(text, offsets, [*ends[SENTENCES - 1 :: SENTENCES], len(offsets)], size)


def sentences(text: str, offsets: Sequence[tuple[int, int]], size: int = WINDOW) -> Iterator[tuple[int, int]]:
    """Yields (first, end) places of the pieces of each sentence; one of more than ``size`` pieces comes in parts."""
    yield from _parted(text, offsets, [*_sentence_places(text, offsets), len(offsets)], size)


def _sentence_places(text: str, offsets: Sequence[tuple[int, int]]) -> list[int]:
    """The places of the pieces before which a sentence ends."""
    return [place for place in range(1, len(offsets)) if _sentence_ends(text, offsets, place)]


def _parted(text: str, offsets: Sequence[tuple[int, int]], ends: Sequence[int], size: int) -> Iterator[tuple[int, int]]:
    """Yields (first, end) up to each of ``ends``; a stretch of more than ``size`` pieces comes in parts."""
    first = 0
    for end in ends:
        while end - first > size:
            cut = _best_end(text, offsets, first, first + size)
            yield first, cut
            first = cut
        if first < end:
            yield first, end
        first = end


def together(parts: Sequence[tuple[int, int]], size: int = WINDOW) -> Iterator[list[tuple[int, int]]]:
    """Yields the windows that ``parts`` make, a few sentences each."""
    window: list[tuple[int, int]] = []
    pieces = 0
    for first, end in parts:
        if window and (len(window) == SENTENCES or pieces + end - first > size):
            yield window
            window, pieces = [], 0
        window.append((first, end))
        pieces += end - first
    if window:
        yield window


def _sentence_ends(text: str, offsets: Sequence[tuple[int, int]], place: int) -> bool:
    """Whether a sentence ends before the piece at ``place``."""
    gap_start, gap_end = offsets[place - 1][1], offsets[place][0]
    if gap_start == gap_end:
        return False
    return text[gap_start - 1] in _ENDS or "\n" in text[gap_start:gap_end]


def _best_end(text: str, offsets: Sequence[tuple[int, int]], first: int, limit: int) -> int:
    space = None
    for place in range(limit, first + (limit - first) // 3, -1):
        if _sentence_ends(text, offsets, place):
            return place
        if space is None and offsets[place - 1][1] < offsets[place][0]:
            space = place
    return space or limit
