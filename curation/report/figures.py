"""Counts as bars: plain data that the page's template draws."""

from collections import Counter
from collections.abc import Iterable
from itertools import pairwise
from typing import NamedTuple

import pyarrow as pa

from curation.table import texts

MOST_TOPICS = 20
LENGTH_BORDERS = (50, 100, 200, 400, 800, 1_600, 3_200, 6_400)
"""Characters at which one bar of the lengths ends and the next begins."""


class Bar(NamedTuple):
    """One bar: its name, its count, and its length in per cent of the longest."""

    name: str
    number: int
    width: float


def bars(counts: Iterable[tuple[str, int]]) -> list[Bar]:
    """Bars of these counts, in their order."""
    counts = list(counts)
    longest = max((count for _, count in counts), default=0) or 1
    return [Bar(name, count, round(100 * count / longest, 2)) for name, count in counts]


def topics(items: pa.Table) -> list[Bar]:
    """The most frequent topics; the rest together."""
    found = Counter(topic or "(no topic)" for topic in items["topic"].to_pylist())
    ranked = sorted(found.items(), key=lambda one: (-one[1], one[0]))
    rest = sum(count for _, count in ranked[MOST_TOPICS:])
    return bars([*ranked[:MOST_TOPICS], *([(f"{len(ranked) - MOST_TOPICS} others", rest)] if rest else [])])


def lengths(items: pa.Table) -> dict[str, list[Bar]]:
    """How long questions, answers and turns are, in characters, and how many turns a dialogue has."""
    found: dict[str, list[int]] = {"questions": [], "answers": [], "turns": []}
    turns_of_dialogues: Counter[int] = Counter()
    for row in items.select(["question", "answer", "turns"]).to_pylist():
        if row["turns"] is not None:
            turns_of_dialogues[len(row["turns"])] += 1
        for field, text in texts(row):
            found["turns" if field.startswith("turns") else f"{field}s"].append(len(text))
    charts = {f"Characters of {what}": _histogram(values) for what, values in found.items() if values}
    if turns_of_dialogues:
        charts["Turns of dialogues"] = bars(
            (name, sum(count for turns, count in turns_of_dialogues.items() if low <= turns <= high))
            for name, low, high in (
                ("2-5", 2, 5), ("6-10", 6, 10), ("11-20", 11, 20), ("21-40", 21, 40), ("over 40", 41, 10_000)
            )
        )  # fmt: skip
    return charts


def _histogram(values: list[int]) -> list[Bar]:
    borders = (0, *LENGTH_BORDERS)
    names = [f"{low:,}-{high - 1:,}" for low, high in pairwise(borders)]
    counts = [sum(low <= value < high for value in values) for low, high in pairwise(borders)]
    over = sum(value >= borders[-1] for value in values)
    return bars([*zip(names, counts, strict=True), (f"{borders[-1]:,} and more", over)])
