"""The funnel as a flow: a band for each source, from the records down to the items, and what leaves at each step.

Plain geometry in pixels, which the page's template draws as SVG. The width of a band is its number of records, to one
scale in a whole drawing, except that what would not be seen is drawn one pixel wide.
"""

from typing import NamedTuple

from curation.report.charts import fold, fold_names
from schemas.manifest import BuildManifest, StepCounts

NODE, GAP, LEAST_ROW = 24.0, 3.0, 44.0
"""The height of a step's bar, the space between the bands of two sources, and the least from one bar to the next."""
MOST_REASONS = 6
"""Reasons that are drawn at a step; the others are drawn together."""


class Shape(NamedTuple):
    """How large a drawing is: for a desk, or for a telephone."""

    name: str
    width: float
    flow: float
    """The width of all records."""
    end: float
    """Where what leaves ends, and its label begins."""
    letters: int
    """Letters of a label that fit beside it."""
    slot: float
    """The least height of a label."""


WIDE = Shape("wide", 1100, 560, 690, 62, 22)
NARROW = Shape("narrow", 350, 120, 158, 25, 34)


class Node(NamedTuple):
    """A step, and how many records reach it."""

    name: str
    records: int
    y: float


class Band(NamedTuple):
    """Records of one source on their way; ``path`` is what an SVG path takes."""

    series: int
    path: str
    title: str


class End(NamedTuple):
    """Where records left: for which reason, and how many."""

    where: str
    reason: str
    label: list[str]
    """The reason in lines that fit beside it."""
    records: int
    y: float
    height: float


class Flow(NamedTuple):
    """A whole drawing."""

    shape: Shape
    height: float
    nodes: list[Node]
    bands: list[Band]
    ends: list[End]


def sankey(manifest: BuildManifest, shape: Shape) -> Flow:
    """The flow of a build's records.

    Args:
        manifest: Its counts.
        shape: How large it is drawn.
    """
    return _Drawing(manifest, shape).draw()


class _Drawing:
    """A drawing in the making: from the top down, a step after the other."""

    def __init__(self, manifest: BuildManifest, shape: Shape) -> None:
        self.manifest, self.shape = manifest, shape
        self.sources = fold_names([source.source_id for source in manifest.sources])
        self.scale = (shape.flow - GAP * (len(self.sources) - 1)) / max(manifest.records, 1)
        self.nodes: list[Node] = []
        self.bands: list[Band] = []
        self.ends: list[End] = []

    def draw(self) -> Flow:
        read = fold([source.records for source in self.manifest.sources])
        self.columns = self._columns(read)
        y = 0.0
        for place, step in enumerate(self.manifest.steps):
            if step.removed or step.quarantined:
                self.nodes.append(Node(step.step, sum(read), y))
                of_sources = [source.steps[place] for source in self.manifest.sources]
                kept = fold([one.kept for one in of_sources])
                top, y = y + NODE, self._leave(step, _losses(step, of_sources), read, y + NODE)
                self._go_on(step.step, read, kept, top, y)
                read = kept
        self.nodes.append(Node("items", self.manifest.items, y))
        return Flow(self.shape, y + NODE, self.nodes, self.bands, self.ends)

    def _columns(self, read: list[int]) -> list[float]:
        """Where the band of each source runs, side by side."""
        columns, x = [], 0.0
        for number in read:
            columns.append(x)
            x += number * self.scale + GAP
        return columns

    def _leave(self, step: StepCounts, losses: list[tuple[str, list[int]]], read: list[int], top: float) -> float:
        """Draws what leaves at a step, a bend for each reason and source; returns where the next step's bar is."""
        where = "removed" if step.removed else "quarantined"
        # What ends further up leaves further to the right, so that the bends of a source lie within one another.
        right = [x + number * self.scale for x, number in zip(self.columns, read, strict=True)]
        y = top + 8
        for reason, numbers in losses:
            total = sum(numbers) * self.scale
            height = max(total, self.shape.slot)
            middle = y + height / 2
            at = middle - total / 2
            for series, number in reversed(list(enumerate(numbers))):
                if number:
                    width = number * self.scale
                    right[series] -= width
                    title = f"{self.sources[series]}: {number:,} {where} at {step.step}, {reason}"
                    self.bands.append(Band(series, _bend(right[series], top, self.shape.end, at, width), title))
                    at += width
            label = _lines(reason, self.shape.letters)
            self.ends.append(End(where, reason, label, sum(numbers), round(middle, 1), round(max(total, 2), 1)))
            y += height + 4
        return max(y + 2, top + LEAST_ROW)

    def _go_on(self, step: str, read: list[int], kept: list[int], top: float, bottom: float) -> None:
        """Draws what stays, under what leaves."""
        bands = []
        for series, (x, number) in enumerate(zip(self.columns, kept, strict=True)):
            if number:
                path = f"M{x:.1f} {top:.1f}h{max(number * self.scale, 1):.1f}V{bottom:.1f}H{x:.1f}Z"
                title = f"{self.sources[series]}: {number:,} of {read[series]:,} go on after {step}"
                bands.append(Band(series, path, title))
        self.bands[:0] = bands


def _losses(step: StepCounts, by_source: list[StepCounts]) -> list[tuple[str, list[int]]]:
    """The reasons at a step with a number for each series, the most frequent first."""
    ranked = sorted(step.reasons, key=lambda reason: (-step.reasons[reason], reason))
    shown = ranked[: MOST_REASONS - 1] if len(ranked) > MOST_REASONS else ranked
    losses = [(reason, fold([one.reasons.get(reason, 0) for one in by_source])) for reason in shown]
    if rest := ranked[len(shown) :]:
        losses.append(
            (
                f"{len(rest):,} other reasons",
                fold([sum(one.reasons.get(reason, 0) for reason in rest) for one in by_source]),
            )
        )
    return losses


def _bend(x: float, top: float, end: float, at: float, width: float) -> str:
    """A band that leaves downwards at ``x`` and arrives from the left at ``at``: two curves, one within the other."""
    width = max(width, 1)
    return (
        f"M{x + width:.1f} {top:.1f}Q{x + width:.1f} {at:.1f} {end:.1f} {at:.1f}"
        f"v{width:.1f}Q{x:.1f} {at + width:.1f} {x:.1f} {top:.1f}Z"
    )


def _lines(reason: str, letters: int) -> list[str]:
    """A label in at most two lines."""
    lines = [""]
    for word in reason.split():
        if lines[-1] and len(lines[-1]) + 1 + len(word) > letters - (8 if len(lines) == 1 else 0):
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}".strip()
    return lines if len(lines) <= 2 else [lines[0], lines[1][: letters - 1] + "…"]
