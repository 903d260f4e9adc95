"""The course of a run as a picture (SVG): loss and learning rate over steps."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

PLOT = "metrics.svg"
_WIDTH, _HEIGHT = 640, 220
_LEFT, _TOP, _RIGHT, _BOTTOM = 60, 28, 130, 28
_COLOURS = ("#1f77b4", "#d62728", "#2ca02c", "#9467bd", "#8c564b", "#e377c2")


class Line(NamedTuple):
    """One line of a panel.

    Args:
        name: For the legend.
        points: (step, value).
    """

    name: str
    points: Sequence[tuple[float, float]]


def plot_run(file: Path, metrics: Sequence[dict[str, float | None]]) -> None:
    """Draws the lines of ``metrics.jsonl``."""
    losses = [Line("training", _points(metrics, "loss")), Line("validation", _points(metrics, "validation_loss"))]
    rate = [Line("learning rate", _points(metrics, "learning_rate"))]
    file.write_text(draw([("loss (nats a token)", losses), ("learning rate", rate)]), encoding="utf-8")


def _points(metrics: Sequence[dict[str, float | None]], key: str) -> list[tuple[float, float]]:
    return [(float(m["step"] or 0), float(m[key] or 0)) for m in metrics if m[key] is not None]


def draw(panels: Sequence[tuple[str, Sequence[Line]]]) -> str:
    """Panels one above the other, as an SVG document."""
    parts = [
        _panel(title, [line for line in lines if line.points], i * _HEIGHT) for i, (title, lines) in enumerate(panels)
    ]
    height = _HEIGHT * len(panels)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" font-family="sans-serif" '
        f'font-size="11"><rect width="{_WIDTH}" height="{height}" fill="#fff"/>{"".join(parts)}</svg>\n'
    )


def _panel(title: str, lines: Sequence[Line], top: int) -> str:
    steps = [step for line in lines for step, _ in line.points]
    values = [value for line in lines for _, value in line.points]
    low, high, last = min(values), max(values), max(steps)
    span = high - low or 1.0
    right, bottom = _WIDTH - _RIGHT, top + _HEIGHT - _BOTTOM

    def place(step: float, value: float) -> tuple[float, float]:
        return (
            _LEFT + (right - _LEFT) * step / last,
            bottom - (bottom - top - _TOP) * (value - low) / span,
        )

    parts = [f'<text x="{_LEFT}" y="{top + 16}" font-weight="bold">{title}</text>']
    for i in range(5):
        value = low + span * i / 4
        y = place(0, value)[1]
        parts.append(f'<path d="M{_LEFT} {y:.1f}H{right}" stroke="#ddd"/>')
        parts.append(f'<text x="{_LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{value:.3g}</text>')
        step = round(last * i / 4)
        parts.append(f'<text x="{place(step, low)[0]:.1f}" y="{bottom + 16}" text-anchor="middle">{step}</text>')
    for i, line in enumerate(lines):
        colour = _COLOURS[i % len(_COLOURS)]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in (place(*point) for point in line.points))
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="1.5"/>')
        parts.append(f'<text x="{right + 8}" y="{top + _TOP + 10 + 16 * i}" fill="{colour}">{line.name}</text>')
    return "".join(parts)
