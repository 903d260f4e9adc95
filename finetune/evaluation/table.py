"""The tables, as rows for a terminal, as Markdown for a card and as an HTML page with a plot."""

from collections.abc import Callable
from typing import NamedTuple

from curation.dots import Row, dot
from curation.pages import page_environment
from finetune.evaluation.results import Compared, DomainScores, Estimate, Evaluation, JudgeSettings, ModelScores, Score
from finetune.evaluation.rubric import DIMENSIONS

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
    "the recogniser of risk finds. Differences are from the first model on the same conversations. No measure here "
    "replaces a clinician's reading."
)
BERTSCORE_NOTE = (
    "BERTScore (Zhang et al. 2020) is how near the meanings of a reply's words are to those of the approved reply's: "
    "no measure of clinical quality, since dangerous advice in the approved reply's words scores high."
)
JUDGE_WARNING = (
    "A language model's opinion, and no measure of quality: CounselBench (Li et al. 2025, arXiv:2506.08584), whose six "
    "dimensions these are, found that language models as judges rate replies systematically higher than professionals "
    "do and overlook what these find unsafe."
)
JUDGE_NOTE = (
    "Nothing was approved, filtered or chosen by it. Medical advice and toxicity are better the lower they are."
)

_MEASURES: tuple[tuple[str, Callable[[DomainScores], Compared | None], float], ...] = (
    ("perplexity", lambda scores: scores.perplexity, 1),
    ("ROUGE-L, %", lambda scores: scores.rouge_l, 100),
    ("BERTScore precision, %", lambda scores: scores.bertscore_precision, 100),
    ("BERTScore recall, %", lambda scores: scores.bertscore_recall, 100),
    ("BERTScore F1, %", lambda scores: scores.bertscore_f1, 100),
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
        warning: What has to be known before it is read; empty if there is nothing of the kind.
    """

    title: str
    head: list[str]
    rows: list[list[str]]
    note: str
    warning: str = ""


def tables(evaluation: Evaluation) -> list[Table]:
    """The benchmarks' table, the test part's and the judge's, each if it was asked."""
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
        note = " ".join([note, *_bertscored(evaluation)])
        found.append(Table("Test part", ["measure", *names], _domain_rows(asked), note))
    if evaluation.judge is not None:
        head = ["dimension", *names]
        note = _judge_note(evaluation.judge)
        found.append(Table("A language model as judge", head, _judged_rows(evaluation), note, JUDGE_WARNING))
    return found


def _benchmark_rows(evaluation: Evaluation) -> list[list[str]]:
    by_model = [{score.benchmark: score for score in model.scores} for model in evaluation.models]
    return [
        [score.benchmark, score.metric, f"{score.questions:,}", *(_cell(own[score.benchmark]) for own in by_model)]
        for score in evaluation.models[0].scores
    ]


def _domain_rows(asked: list[DomainScores]) -> list[list[str]]:
    rows = [
        [name, *(_compared(value(own), by) for own in asked)]
        for name, value, by in _MEASURES
        if not name.startswith("BERTScore") or value(asked[0]) is not None
    ]
    flags = sorted({flag for own in asked for flag in own.flagged})
    nothing = Compared(value=0, low=0, high=0)
    return rows + [
        [f"flag {flag}, %", *(_compared(own.flagged.get(flag, nothing), 100) for own in asked)] for flag in flags
    ]


def _bertscored(evaluation: Evaluation) -> list[str]:
    if evaluation.bertscore is None:
        return []
    used = evaluation.bertscore
    weighed = "tokens weighed by their rarity (IDF)" if used.idf else "all tokens alike"
    return [f"{BERTSCORE_NOTE} Encoder {used.encoder} ({used.fingerprint[:12]}), layer {used.layer}, {weighed}."]


def _judged_rows(evaluation: Evaluation) -> list[list[str]]:
    rows = []
    for dimension in DIMENSIONS:
        own = [model.judged[dimension.name] for model in evaluation.models if model.judged is not None]
        by = 100 if dimension.name == "medical_advice" else 1
        rows.append([dimension.title, *(_compared(one.mean, by, 2 if by == 1 else 1) for one in own)])
        if any(one.unsure for one in own):
            rows.append([f"{dimension.title.split(' (')[0]}: judge unsure", *(f"{one.unsure:,}" for one in own)])
    return rows


def _judge_note(judge: JudgeSettings) -> str:
    unread = ", ".join(f"{count:,} {reason}" for reason, count in judge.unread.items())
    return (
        f"{JUDGE_NOTE} {judge.model} at {judge.host}, rubric {judge.rubric}, temperature 0, each reply without its "
        f"model's name and in a drawn order; {judge.rated:,} of {judge.conversations:,} conversations rated"
        f"{f' (without a rating: {unread})' if unread else ''}; 95 % bootstrap intervals over conversations."
    )


def markdown(evaluation: Evaluation) -> str:
    """The tables in Markdown, each with the note that says how to read it."""
    parts = []
    for table in tables(evaluation):
        above = [f"**{table.warning}**", ""] if table.warning else []
        lines = [f"## {table.title}", "", *above, "| " + " | ".join(table.head) + " |", "|---" * len(table.head) + "|"]
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
    return f"{_shown(score.share)}; {_change(score.difference, 100)}{star}"


def _compared(mean: Compared | None, by: float, digits: int = 1) -> str:
    if mean is None or mean.difference is None:
        return _scaled(mean, by, digits)
    return f"{_scaled(mean, by, digits)}; {_change(mean.difference, by, digits)}"


def _change(change: Estimate, by: float, digits: int = 1) -> str:
    value, low, high = (f"{by * one:+,.{digits}f}" for one in (change.value, change.low, change.high))
    return f"{value} [{low}, {high}]"


def _shown(estimate: Estimate) -> str:
    return _scaled(estimate, 100)


def _scaled(estimate: Estimate | None, by: float, digits: int = 1) -> str:
    if estimate is None:
        return "-"
    value, low, high = (f"{by * one:,.{digits}f}" for one in (estimate.value, estimate.low, estimate.high))
    return f"{value} [{low}, {high}]"


def _limited(evaluation: Evaluation) -> list[str]:
    if evaluation.limit is None:
        return []
    return [f"Only the first {evaluation.limit:,} questions of each were asked: not comparable with other work."]
