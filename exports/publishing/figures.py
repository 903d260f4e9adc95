"""Bar charts as SVG, drawn from counts alone: the same counts give the same bytes."""

from collections.abc import Iterable
from html import escape

WIDTH, NAMES, NUMBERS, ROW = 640, 190, 80, 26
"""Of the picture, of the names on the left and the numbers on the right, and the height of a bar's row, in pixels."""


def bar_chart(title: str, bars: Iterable[tuple[str, int]]) -> str:
    """A chart of horizontal bars, each with its name and number; readable in a dark page as well."""
    bars = list(bars)
    longest = max((number for _, number in bars), default=0) or 1
    room = WIDTH - NAMES - NUMBERS
    height = 40 + ROW * len(bars)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
        f'role="img" aria-label="{escape(title)}" font-family="system-ui, sans-serif" font-size="13">',
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
        f'<text x="8" y="22" font-weight="600" fill="#1c2430">{escape(title)}</text>',
    ]
    for place, (name, number) in enumerate(bars):
        y = 36 + ROW * place
        width = round(room * number / longest, 1)
        lines += [
            f'<text x="{NAMES - 8}" y="{y + 15}" text-anchor="end" fill="#1c2430">{escape(name)}</text>',
            f'<rect x="{NAMES}" y="{y + 2}" width="{width}" height="18" fill="#2f6f8f"/>',
            f'<text x="{NAMES + width + 6:g}" y="{y + 15}" fill="#1c2430">{number:,}</text>',
        ]
    return "\n".join([*lines, "</svg>", ""])
