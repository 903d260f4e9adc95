"""The page of a study's results; it opens offline and holds no rater's name."""

from typing import NamedTuple

from annotations.coefficients import Estimate
from annotations.study.design import POINTS, Study
from annotations.study.statistics import StudyResults

LIMITS = (
    "Raters see one reply to one message, not a conversation, and judge how it reads: neither a clinical effect nor "
    "safety in a crisis is measured. Raters who know such programs may guess which is which."
)


class Mark(NamedTuple):
    """A model's mean in a plot; places in per cent of the width."""

    model: int
    value: float
    low: float
    high: float
    label: str


def report(study: Study, results: StudyResults) -> str:
    """One HTML page: means by scale, differences, preferences, agreement."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("annotations.study", ""),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["estimate"] = shown
    environment.filters["p"] = lambda p: "-" if p is None else "< 0.001" if p < 0.001 else f"{p:.3f}"
    titles = {scale.name: scale.title for scale in study.scales}
    groups = list(dict.fromkeys(mean.group for mean in results.means))
    return environment.get_template("report.html.j2").render(
        study=study,
        results=results,
        titles=titles,
        groups=groups,
        plots={group: _plots(study, results, group) for group in groups},
        limits=LIMITS,
    )


def shown(estimate: Estimate, places: int = 2) -> str:
    """``3.42 [3.10, 3.71]``."""
    if estimate.value is None:
        return "-"
    if estimate.low is None or estimate.high is None:
        return f"{estimate.value:.{places}f}"
    return f"{estimate.value:.{places}f} [{estimate.low:.{places}f}, {estimate.high:.{places}f}]"


def _plots(study: Study, results: StudyResults, group: str) -> list[tuple[str, list[Mark]]]:
    found = []
    for scale in study.scales:
        marks = []
        for number, model in enumerate(study.models):
            for mean in results.means:
                if (mean.group, mean.scale, mean.model) == (group, scale.name, model) and mean.mean.value is not None:
                    value = mean.mean.value
                    low = value if mean.mean.low is None else mean.mean.low
                    high = value if mean.mean.high is None else mean.mean.high
                    label = f"{model}: {shown(mean.mean)}"
                    marks.append(Mark(number, _place(value), _place(low), _place(high), label))
        found.append((scale.title, marks))
    return found


def _place(value: float) -> float:
    return round(100 * (value - 1) / (POINTS - 1), 2)
