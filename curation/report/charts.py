"""Counts as stacked bars, with the table that stands behind them: plain data that ``charts.html.j2`` draws."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

MOST_SERIES = 8
"""Series that have a colour of their own; with more, the last colour is of all others together."""


class Segment(NamedTuple):
    """One part of a bar: its series, its count, and its length in per cent of the longest bar."""

    series: int
    number: int
    width: float


class Bar(NamedTuple):
    """One bar: its name, the count of each series, and what is drawn."""

    name: str
    numbers: list[int]
    segments: list[Segment]

    @property
    def total(self) -> int:
        return sum(self.numbers)


class Chart(NamedTuple):
    """Bars with a title; ``series`` is empty where there is only one."""

    title: str
    series: list[str]
    bars: list[Bar]
    note: str = ""


def chart(title: str, series: Sequence[str], counts: Iterable[tuple[str, Sequence[int]]], note: str = "") -> Chart:
    """A chart of these counts, in their order.

    Args:
        title: What is counted.
        series: The names of the series, in their order.
        counts: The name of each bar, and a count for each series.
        note: What a reader should know of it.
    """
    folded = [(name, fold(numbers)) for name, numbers in counts]
    longest = max((sum(numbers) for _, numbers in folded), default=0) or 1
    bars = [
        Bar(
            name,
            numbers,
            [Segment(place, one, round(100 * one / longest, 3)) for place, one in enumerate(numbers) if one],
        )
        for name, numbers in folded
    ]
    return Chart(title, fold_names(series), bars, note)


def simple(title: str, counts: Iterable[tuple[str, int]], note: str = "") -> Chart:
    """A chart of one series."""
    return chart(title, [], [(name, [number]) for name, number in counts], note)


def most(counts: dict[str, list[int]], number: int) -> list[tuple[str, list[int]]]:
    """The first counts, and the sum of all others."""
    ranked = list(counts.items())
    rest = [numbers for _, numbers in ranked[number:]]
    return ranked[:number] + (
        [(f"{len(rest):,} others", [sum(one) for one in zip(*rest, strict=True)])] if rest else []
    )


def fold(numbers: Sequence[int]) -> list[int]:
    """One number for each series that has a colour."""
    if len(numbers) <= MOST_SERIES:
        return list(numbers)
    return [*numbers[: MOST_SERIES - 1], sum(numbers[MOST_SERIES - 1 :])]


def fold_names(names: Sequence[str]) -> list[str]:
    """The names of the series that have a colour."""
    if len(names) <= MOST_SERIES:
        return list(names)
    return [*names[: MOST_SERIES - 1], f"{len(names) - MOST_SERIES + 1:,} other sources"]
