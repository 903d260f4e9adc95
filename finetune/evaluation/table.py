"""The one table, as rows for a terminal, as Markdown for a card and as an HTML page with a plot."""

from typing import NamedTuple

from finetune.evaluation.results import AVERAGE, Estimate, Evaluation, ModelScores, Score

SIGNIFICANT = 0.05

NOTE = (
    "Share of questions answered rightly in per cent, zero-shot, by lm-eval's own task definitions, with 95 % "
    "bootstrap intervals over questions. Differences are from the first model on the same questions; * marks p < 0.05 "
    "by McNemar's exact test, corrected after Holm over the benchmarks. A benchmark says nothing of how a model does "
    "in a talk with somebody in distress."
)


class Row(NamedTuple):
    """A benchmark, and a cell for each model in the order of the evaluation."""

    benchmark: str
    metric: str
    questions: int
    cells: list[str]


def rows(evaluation: Evaluation) -> list[Row]:
    """The table's lines, the average last."""
    by_model = [{score.benchmark: score for score in model.scores} for model in evaluation.models]
    lines = []
    for score in evaluation.models[0].scores:
        cells = [_cell(scores[score.benchmark]) for scores in by_model]
        lines.append(Row(score.benchmark, score.metric, score.questions, cells))
    return lines


def head(evaluation: Evaluation) -> list[str]:
    """Names of the columns that ``rows`` fill."""
    return ["benchmark", "metric", "questions", *(_named(model) for model in evaluation.models)]


def markdown(evaluation: Evaluation) -> str:
    """The table in Markdown, with the note that says how to read it."""
    names = head(evaluation)
    lines = ["| " + " | ".join(names) + " |", "|---|---|---:|" + "---|" * len(evaluation.models)]
    for row in rows(evaluation):
        name = f"**{row.benchmark}**" if row.benchmark == AVERAGE else row.benchmark
        lines.append("| " + " | ".join([name, row.metric, f"{row.questions:,}", *row.cells]) + " |")
    return "\n".join([*lines, "", NOTE, *_limited(evaluation)]) + "\n"


def html(evaluation: Evaluation) -> str:
    """A page with the table and a plot of every share with its interval; it opens offline."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("finetune.evaluation", ""),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("table.html.j2").render(
        evaluation=evaluation,
        head=head(evaluation),
        rows=rows(evaluation),
        plots=_plots(evaluation),
        names=[_named(model) for model in evaluation.models],
        note=" ".join([NOTE, *_limited(evaluation)]),
    )


class Mark(NamedTuple):
    """One model's share in a plot; places in per cent of the width."""

    model: int
    value: float
    low: float
    high: float
    label: str


def _plots(evaluation: Evaluation) -> list[tuple[str, list[Mark]]]:
    plots = []
    for score in evaluation.models[0].scores:
        marks = []
        for number, model in enumerate(evaluation.models):
            own = next(one for one in model.scores if one.benchmark == score.benchmark)
            value, low, high = (round(100 * part, 2) for part in (own.share.value, own.share.low, own.share.high))
            marks.append(Mark(number, value, low, high, f"{_named(model)}: {_shown(own.share)}"))
        plots.append((score.benchmark, marks))
    return plots


def _named(model: ModelScores) -> str:
    return f"{model.model} ({model.kind})"


def _cell(score: Score) -> str:
    if score.difference is None:
        return _shown(score.share)
    star = "*" if score.p is not None and score.p < SIGNIFICANT else ""
    change = score.difference
    return f"{_shown(score.share)}; {100 * change.value:+.1f} [{100 * change.low:+.1f}, {100 * change.high:+.1f}]{star}"


def _shown(estimate: Estimate) -> str:
    return f"{100 * estimate.value:.1f} [{100 * estimate.low:.1f}, {100 * estimate.high:.1f}]"


def _limited(evaluation: Evaluation) -> list[str]:
    if evaluation.limit is None:
        return []
    return [
        f"Only the first {evaluation.limit:,} questions of each benchmark were asked: not comparable with other work."
    ]
