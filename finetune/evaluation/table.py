"""The tables, as rows for a terminal, as Markdown for a card and as an HTML page with a plot."""

from collections.abc import Callable
from typing import NamedTuple

from curation.dots import Row, dot
from curation.pages import page_environment
from finetune.evaluation.results import DomainScores, Estimate, Evaluation, ModelScores, Score

SIGNIFICANT = 0.05

NOTE = (
    "Share of questions answered rightly in per cent, zero-shot, by lm-eval's own task definitions, with 95 % "
    "bootstrap intervals over questions. Differences are from the first model on the same questions; * marks p < 0.05 "
    "by McNemar's exact test, corrected after Holm over the benchmarks. A benchmark says nothing of how a model does "
    "in a talk with somebody in distress."
)
DOMAIN_NOTE = (
    "Perplexity is of the approved replies' tokens. The other measures are of the model's own likeliest replies: "
    "length, overlap of words with the approved reply (ROUGE-L, which says nothing of quality), repetition, and what "
    "the recogniser of risk finds. No measure here replaces a clinician's reading."
)

_MEASURES: tuple[tuple[str, Callable[[DomainScores], Estimate | None], float], ...] = (
    ("perplexity", lambda scores: scores.perplexity, 1),
    ("ROUGE-L, %", lambda scores: scores.rouge_l, 100),
    ("words", lambda scores: scores.words, 1),
    ("repeated 4-grams, %", lambda scores: scores.repetition, 100),
    ("cut at the limit, %", lambda scores: scores.cut, 100),
    ("refers on where it should, %", lambda scores: scores.offers_referral, 100),
)
"""Name, value, and what it is multiplied by to be shown."""


class Table(NamedTuple):
    """A table of text.

    Args:
        title: What it is of.
        head: The names of its columns.
        rows: Cells of text.
        note: How to read it.
    """

    title: str
    head: list[str]
    rows: list[list[str]]
    note: str


def tables(evaluation: Evaluation) -> list[Table]:
    """The benchmarks' table and the test part's, each if it was asked."""
    found = []
    names = [_named(model) for model in evaluation.models]
    if evaluation.benchmarks:
        head = ["benchmark", "metric", "questions", *names]
        note = " ".join([NOTE, *_limited(evaluation)])
        found.append(Table("Benchmarks", head, _benchmark_rows(evaluation), note))
    asked = [model.domain for model in evaluation.models if model.domain is not None]
    if asked:
        first = asked[0]
        note = (
            f"{first.conversations:,} conversations of the test part, in {first.risky:,} of which the person's words "
            f"ask for a referral; 95 % bootstrap intervals over conversations. {DOMAIN_NOTE}"
        )
        found.append(Table("Test part", ["measure", *names], _domain_rows(asked), note))
    return found


def _benchmark_rows(evaluation: Evaluation) -> list[list[str]]:
    by_model = [{score.benchmark: score for score in model.scores} for model in evaluation.models]
    return [
        [score.benchmark, score.metric, f"{score.questions:,}", *(_cell(own[score.benchmark]) for own in by_model)]
        for score in evaluation.models[0].scores
    ]


def _domain_rows(asked: list[DomainScores]) -> list[list[str]]:
    rows = [[name, *(_scaled(value(own), by) for own in asked)] for name, value, by in _MEASURES]
    flags = sorted({flag for own in asked for flag in own.flagged})
    nothing = Estimate(value=0, low=0, high=0)
    return rows + [
        [f"flag {flag}, %", *(_scaled(own.flagged.get(flag, nothing), 100) for own in asked)] for flag in flags
    ]


def markdown(evaluation: Evaluation) -> str:
    """The tables in Markdown, each with the note that says how to read it."""
    parts = []
    for table in tables(evaluation):
        lines = [f"## {table.title}", "", "| " + " | ".join(table.head) + " |", "|---" * len(table.head) + "|"]
        lines += ["| " + " | ".join(row) + " |" for row in table.rows]
        parts.append("\n".join([*lines, "", table.note]))
    return "\n\n".join(parts) + "\n"


def html(evaluation: Evaluation) -> str:
    """A page with the tables and a plot of every share with its interval; it opens offline."""
    return (
        page_environment("finetune.evaluation")
        .get_template("table.html.j2")
        .render(
            evaluation=evaluation,
            tables=tables(evaluation),
            plots=_plots(evaluation),
            names=[_named(model) for model in evaluation.models],
        )
    )


def _plots(evaluation: Evaluation) -> list[Row]:
    rows = []
    for score in evaluation.models[0].scores:
        dots = []
        for number, model in enumerate(evaluation.models):
            share = next(one.share for one in model.scores if one.benchmark == score.benchmark)
            label = f"{_named(model)}: {_shown(share)}"
            dots.append(dot(number, (share.value, share.low, share.high), label))
        rows.append(Row(score.benchmark, dots))
    return rows


def _named(model: ModelScores) -> str:
    return f"{model.model} ({model.kind})"


def _cell(score: Score) -> str:
    if score.difference is None:
        return _shown(score.share)
    star = "*" if score.p is not None and score.p < SIGNIFICANT else ""
    change = score.difference
    return f"{_shown(score.share)}; {100 * change.value:+.1f} [{100 * change.low:+.1f}, {100 * change.high:+.1f}]{star}"


def _shown(estimate: Estimate) -> str:
    return _scaled(estimate, 100)


def _scaled(estimate: Estimate | None, by: float) -> str:
    if estimate is None:
        return "-"
    return f"{by * estimate.value:,.1f} [{by * estimate.low:,.1f}, {by * estimate.high:,.1f}]"


def _limited(evaluation: Evaluation) -> list[str]:
    if evaluation.limit is None:
        return []
    return [f"Only the first {evaluation.limit:,} questions of each were asked: not comparable with other work."]
