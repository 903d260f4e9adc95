"""How a text is cut into windows that the name model reads: whole sentences, as many as fit."""

from collections.abc import Iterator, Sequence

WINDOW = 126
"""The most pieces of a window; the model adds two of its own."""


def windows(text: str, offsets: Sequence[tuple[int, int]], size: int = WINDOW) -> Iterator[tuple[int, int]]:
    """Yields (first, end) places of pieces; together the windows hold every piece, and none twice.

    Args:
        text: The text.
        offsets: Of each piece, its code points in ``text``.
        size: The most pieces of a window.

    A window ends where a sentence or a line does, or else before a word, or else where it is full.
    """
    first = 0
    while len(offsets) - first > size:
        end = _best_end(text, offsets, first, first + size)
        yield first, end
        first = end
    if first < len(offsets):
        yield first, len(offsets)


def _best_end(text: str, offsets: Sequence[tuple[int, int]], first: int, limit: int) -> int:
    space = None
    for place in range(limit, first + (limit - first) // 3, -1):
        gap = text[offsets[place - 1][1] : offsets[place][0]]
        if "\n" in gap or (gap and text[offsets[place - 1][0]] in ".!?…。！？"):
            return place
        if gap and space is None:
            space = place
    return space or limit
