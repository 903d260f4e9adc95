"""The page of a study's results; it opens offline and holds no rater's name."""

from annotations.coefficients import Estimate
from annotations.study.design import POINTS, Study
from annotations.study.statistics import StudyResults
from curation.dots import Row, dot
from curation.pages import page_environment

LIMITS = (
    "Raters see one reply to one message, not a conversation, and judge how it reads: neither a clinical effect nor "
    "safety in a crisis is measured. Raters who know such programs may guess which is which."
)


def report(study: Study, results: StudyResults) -> str:
    """One HTML page: means by scale, differences, preferences, agreement."""
    environment = page_environment("annotations.study")
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


def _plots(study: Study, results: StudyResults, group: str) -> list[Row]:
    found = {(mean.scale, mean.model): mean.mean for mean in results.means if mean.group == group}
    rows = []
    for scale in study.scales:
        dots = []
        for number, model in enumerate(study.models):
            mean = found.get((scale.name, model))
            if mean is not None and mean.value is not None:
                ends = (mean.value if end is None else end for end in (mean.value, mean.low, mean.high))
                dots.append(dot(number, map(_place, ends), f"{model}: {shown(mean)}"))
        rows.append(Row(scale.title, dots))
    return rows


def _place(points: float) -> float:
    """Where so many points stand between the ends of a scale, from 0 to 1."""
    return (points - 1) / (POINTS - 1)
