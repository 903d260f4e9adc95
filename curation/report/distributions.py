"""What the items are like, source by source: how long, about what, in which language, written by whom."""

from itertools import pairwise
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from curation.report.charts import Chart, chart, most
from curation.report.columns import Codes, Tally, batches, flattened, source_codes

MOST_TOPICS = 20
LENGTH_BORDERS = (0, 50, 100, 200, 400, 800, 1_600, 3_200, 6_400)
"""Characters at which one bar of the lengths begins."""
TURN_BORDERS = (2, 6, 11, 21, 41)
"""Turns at which one bar of the dialogues begins."""
LONGEST = 20_000
"""Lengths are counted one by one up to here, so that medians are exact; what is longer counts as this."""
QUANTILES = (0.05, 0.5, 0.95)


class Spread(NamedTuple):
    """How long the texts of one kind are in one source: their number, and the quantiles in :data:`QUANTILES`."""

    source_id: str
    what: str
    number: int
    low: int
    middle: int
    high: int


class Distributions(NamedTuple):
    """Charts of the items, and the table of the lengths."""

    charts: list[Chart]
    spreads: list[Spread]


def distributions(items: pa.Table, source_ids: list[str]) -> Distributions:
    """Lengths, topics, languages and authors of the items by source.

    Args:
        items: Columns ``question``, ``answer``, ``turns``, ``topic``, ``language`` and ``provenance``.
        source_ids: The sources, in their order.
    """
    lengths = {what: _Lengths(source_ids) for what in ("questions", "answers", "turns")}
    turns = _Lengths(source_ids)
    topics, languages, authors = (Tally(source_ids) for _ in range(3))
    for batch in batches(items, ["question", "answer", "turns", "topic", "language", "provenance"]):
        codes = source_codes(batch, source_ids)
        lengths["questions"].add(pc.utf8_length(batch["question"]), codes)
        lengths["answers"].add(pc.utf8_length(batch["answer"]), codes)
        said, of_turns = flattened(batch["turns"], codes)
        lengths["turns"].add(pc.utf8_length(pc.struct_field(said, "text")), of_turns)
        turns.add(pc.list_value_length(batch["turns"]), codes)
        topics.add(pc.coalesce(batch["topic"], "(no topic)"), codes)
        languages.add(batch["language"], codes)
        written = (pc.struct_field(batch["provenance"], name) for name in ("generator", "origin"))
        authors.add(pc.coalesce(*written), codes)
    charts = [
        chart(f"Characters of {what}", source_ids, one.histogram(LENGTH_BORDERS))
        for what, one in lengths.items()
        if one.any()
    ]
    if turns.any():
        charts.append(chart("Turns of dialogues", source_ids, turns.histogram(TURN_BORDERS)))
    charts.append(chart("Topics", source_ids, most(topics.values(), MOST_TOPICS)))
    charts.append(chart("Languages", source_ids, most(languages.values(), MOST_TOPICS)))
    charts.append(chart("Written by", source_ids, most(authors.values(), MOST_TOPICS)))
    return Distributions(charts, [spread for what, one in lengths.items() for spread in one.spreads(what)])


class _Lengths:
    """Lengths counted by source: shape (sources, LONGEST + 1)."""

    def __init__(self, source_ids: list[str]) -> None:
        self.source_ids = source_ids
        self.counts: NDArray[np.int64] = np.zeros((len(source_ids), LONGEST + 1), np.int64)

    def add(self, lengths: pa.Array, codes: Codes) -> None:
        """Counts the lengths that are not null, each for the source of its code."""
        there = lengths.is_valid().to_numpy(zero_copy_only=False)
        values = lengths.drop_null().to_numpy(zero_copy_only=False).clip(max=LONGEST)
        places, numbers = np.unique(codes[there] * (LONGEST + 1) + values, return_counts=True)
        self.counts.reshape(-1)[places] += numbers

    def any(self) -> bool:
        return bool(self.counts.any())

    def histogram(self, borders: tuple[int, ...]) -> list[tuple[str, list[int]]]:
        """The number in each stretch between two borders, by source."""
        ends = (*borders, LONGEST + 1)
        longest = int(np.flatnonzero(self.counts.sum(axis=0)).max())
        names = [*(f"{low:,}-{high - 1:,}" for low, high in pairwise(borders)), f"{borders[-1]:,} and more"]
        return [
            (name, self.counts[:, low:high].sum(axis=1).tolist())
            for name, (low, high) in zip(names, pairwise(ends), strict=True)
            if low <= longest
        ]

    def spreads(self, what: str) -> list[Spread]:
        """The quantiles of each source that has any."""
        found = []
        for source_id, counts in zip(self.source_ids, self.counts, strict=True):
            number = int(counts.sum())
            if number:
                sums = np.cumsum(counts)
                low, middle, high = (int(np.searchsorted(sums, share * number)) for share in QUANTILES)
                found.append(Spread(source_id, what, number, low, middle, high))
        return found
