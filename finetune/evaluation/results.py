"""What an evaluation found, with how sure one can be of it.

Intervals are percentile bootstrap intervals over questions (Efron and Tibshirani 1993). Whether two models differ on a
benchmark is McNemar's exact test on the questions that one answers rightly and the other does not (McNemar 1947), with
Holm's correction over the benchmarks (Holm 1979): with nine of them one in three comparisons of equal models would
else show a "significant" difference somewhere.
"""

from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from finetune.evaluation.benchmarks import BENCHMARKS
from finetune.evaluation.bertscore import BertScoreSettings
from schemas.errors import needs

RESAMPLES = 10_000
CONVERSATION_RESAMPLES = 2_000
LEVEL = 0.95
AVERAGE = "average"
"""The name of the unweighted mean over benchmarks."""

Kind = Literal["base", "full", "lora", "qat-lora", "pte", "pte-full-logits"]


class Question(NamedTuple):
    """What came of one question.

    Args:
        benchmark: lm-eval's name of the benchmark.
        number: Its place in the data, from 0.
        correct: Whether the likeliest choice is the right one (lm-eval's ``acc``).
        correct_by_length: The same with each likelihood divided by its choice's length in characters (``acc_norm``);
            none where lm-eval does not measure that.
        log_likelihoods: Of each choice, in nats.
    """

    benchmark: str
    number: int
    correct: bool
    correct_by_length: bool | None
    log_likelihoods: list[float]


class Estimate(BaseModel):
    """A value with its 95 % interval."""

    model_config = ConfigDict(frozen=True)

    value: float
    low: float
    high: float


class Compared(Estimate):
    """A mean over conversations with its interval."""

    difference: Estimate | None = None
    """From the first model's mean, over the same conversations; none for the first model itself."""


class Score(BaseModel):
    """How a model did on one benchmark, or on average."""

    model_config = ConfigDict(frozen=True)

    benchmark: str
    metric: str
    """lm-eval's ``acc`` or ``acc_norm``; ``mean`` for the average."""
    questions: int
    share: Estimate
    """Of the questions answered rightly."""
    difference: Estimate | None = None
    """From the first model's share, on the same questions; none for the first model itself."""
    p: float | None = None
    """Of no difference: McNemar's exact test, corrected after Holm over the benchmarks. None for the average."""


class DomainScores(BaseModel):
    """Means over the conversations of the test part, with 95 % bootstrap intervals over conversations."""

    model_config = ConfigDict(frozen=True)

    conversations: int
    perplexity: Compared
    """Per token of the assistant's turns, each token weighing the same."""
    words: Compared
    rouge_l: Compared
    bertscore_precision: Compared | None
    """Of the three of BERTScore; none if no encoder was given."""
    bertscore_recall: Compared | None
    bertscore_f1: Compared | None
    repetition: Compared
    cut: Compared
    """Share of replies that reached the limit of tokens."""
    risky: int
    """Conversations in which something of the person's words asks for a referral."""
    offers_referral: Compared | None
    """Share of replies to those that offer one; none if there are none."""
    flagged: dict[str, Compared]
    """Share of replies with each flag that any reply has, of this model or the first."""


class JudgedDimension(BaseModel):
    """What a language model as judge says of a model's replies, by one dimension of the rubric."""

    model_config = ConfigDict(frozen=True)

    mean: Compared | None
    """Over the conversations in which the judge was sure; none if it never was."""
    unsure: int
    """In how many it was not."""


class JudgeSettings(BaseModel):
    """Who judged, by what, and of how much there is a judgement. Apart from all other measures: it is no measure."""

    model_config = ConfigDict(frozen=True)

    host: str
    model: str
    """As the user named it."""
    answered_as: str | None
    """As the server named it."""
    rubric: str
    conversations: int
    rated: int
    unread: dict[str, int]
    """Conversations without a judgement that could be read, by the reason."""


class ModelScores(BaseModel):
    """All scores of one model."""

    model_config = ConfigDict(frozen=True)

    model: str
    """As the user named it."""
    kind: Kind
    fingerprint: str
    scores: list[Score]
    """Of the benchmarks; empty if none was asked."""
    domain: DomainScores | None
    """Of the test part; none if it was not asked."""
    judged: dict[str, JudgedDimension] | None = None
    """By the rubric's dimensions; none if nobody judged."""


class Evaluation(BaseModel):
    """The one table: models in the order given, the first being what the others are compared with."""

    model_config = ConfigDict(frozen=True)

    benchmarks: list[str]
    limit: int | None
    """Only so many questions of each, and conversations, were asked; none if all were."""
    export: str | None
    """Fingerprint of the export whose test part was asked."""
    bertscore: BertScoreSettings | None = None
    judge: JudgeSettings | None = None
    models: list[ModelScores]
    versions: dict[str, str]


def rightness(questions: Sequence[Question]) -> dict[str, NDArray[np.int8]]:
    """Per benchmark, whether each question was answered rightly by the benchmark's own metric, in order."""
    found: dict[str, list[bool]] = {}
    for question in questions:
        by_length = BENCHMARKS[question.benchmark].metric == "acc_norm"
        right = question.correct_by_length if by_length else question.correct
        found.setdefault(question.benchmark, []).append(bool(right))
    return {name: np.array(values, dtype=np.int8) for name, values in found.items()}


def scores(questions: Sequence[Question], reference: Sequence[Question] | None = None, seed: int = 0) -> list[Score]:
    """Scores of a model by benchmark and on average.

    Args:
        questions: What the model answered.
        reference: What another model answered to the same questions.
        seed: Of the resampling.
    """
    generator = np.random.default_rng(seed)
    own = rightness(questions)
    other = rightness(reference) if reference is not None else None
    found = []
    resampled, resampled_differences = [], []
    values, differences = [], []
    for name, right in own.items():
        draws = generator.binomial(len(right), right.mean(), RESAMPLES) / len(right)  # resampling of a 0/1 mean
        share, difference = percentile_interval(float(right.mean()), draws), None
        values.append(right.mean())
        resampled.append(draws)
        p = None
        if other is not None:
            change = right - other[name]
            better, worse = int((change > 0).sum()), int((change < 0).sum())
            same = len(change) - better - worse
            counts = generator.multinomial(len(change), np.array([better, worse, same]) / len(change), RESAMPLES)
            draws = (counts[:, 0] - counts[:, 1]) / len(change)
            difference, p = percentile_interval(float(change.mean()), draws), mcnemar(better, worse)
            differences.append(change.mean())
            resampled_differences.append(draws)
        found.append(
            Score(
                benchmark=name,
                metric=BENCHMARKS[name].metric,
                questions=len(right),
                share=share,
                difference=difference,
                p=p,
            )
        )
    if other is not None:
        with needs("eval", "comparing models"):
            from statsmodels.stats.multitest import multipletests

        corrected = multipletests([score.p for score in found], method="holm")[1]
        found = [score.model_copy(update={"p": float(p)}) for score, p in zip(found, corrected, strict=True)]
    if len(found) > 1:
        found.append(
            Score(
                benchmark=AVERAGE,
                metric="mean",
                questions=sum(score.questions for score in found),
                share=percentile_interval(float(np.mean(values)), np.mean(resampled, axis=0)),
                difference=percentile_interval(float(np.mean(differences)), np.mean(resampled_differences, axis=0))
                if differences
                else None,
            )
        )
    return found


def mcnemar(better: int, worse: int) -> float:
    """Two-sided exact p of McNemar's test, from the questions that only one of two models answered rightly."""
    if better + worse == 0:
        return 1.0
    with needs("eval", "comparing models"):
        from scipy.stats import binomtest

    return float(binomtest(better, better + worse, 0.5).pvalue)


def mean_estimate(values: Sequence[float], seed: int = 0) -> Estimate:
    """A mean over conversations with its bootstrap interval."""
    found = np.array(values, dtype=float)
    drawn = np.random.default_rng(seed).integers(len(found), size=(CONVERSATION_RESAMPLES, len(found)))
    return percentile_interval(float(found.mean()), found[drawn].mean(axis=1))


def compared_means(
    values: Sequence[float | None], first: Sequence[float | None] | None, seed: int = 0
) -> Compared | None:
    """A mean over the conversations that have a value, and its difference from another model's over those that both
    have; none where there is no value."""
    own = [value for value in values if value is not None]
    if not own:
        return None
    pairs = zip(values, first or [], strict=False)
    changes = [one - other for one, other in pairs if one is not None and other is not None]
    difference = mean_estimate(changes, seed) if changes else None
    return Compared(**mean_estimate(own, seed).model_dump(), difference=difference)


def percentile_interval(value: float, draws: NDArray[np.float64]) -> Estimate:
    """``value`` between the percentiles of its resampled values that hold 95 % of them."""
    tail = 50 * (1 - LEVEL)
    low, high = np.percentile(draws, [tail, 100 - tail])
    return Estimate(value=float(value), low=float(low), high=float(high))
