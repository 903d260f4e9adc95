"""Values with their intervals as a plot of dots: plain data that the macro in ``dots.html.j2`` draws."""

from collections.abc import Iterable
from typing import NamedTuple


class Dot(NamedTuple):
    """One value with its interval; places in per cent of the plot's width.

    Args:
        series: Which it belongs to, from 0; decides its colour.
        value: Where it is.
        low: Where its interval begins.
        high: Where its interval ends.
        label: For whoever points at it, or hears the page read.
    """

    series: int
    value: float
    low: float
    high: float
    label: str


class Row(NamedTuple):
    """A line of the plot: its name, and the dots of every series."""

    name: str
    dots: list[Dot]


def dot(series: int, places: Iterable[float], label: str) -> Dot:
    """A dot at the shares ``places`` (value, low, high; each from 0 to 1)."""
    value, low, high = (round(100 * place, 2) for place in places)
    return Dot(series, value, low, high, label)
