"""What raters said, in numbers that fit ordinal answers of the same people.

Answers of one rater resemble each other, so raters are what is counted: tests take one value a rater, and intervals
resample raters with all that they said (cluster bootstrap: Field and Welsh 2007, JRSS B 69).
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from annotations.coefficients import Estimate, counts_of, krippendorff_alpha
from annotations.study.bradley_terry import strengths
from annotations.study.design import POINTS, Study, groups, pairs_of
from schemas.errors import needs
from schemas.items import Strict

RESAMPLES = 2_000
SEED = 20_260_101
EVERYBODY = "everybody"


class Rating(NamedTuple):
    """What a rater said of one reply on one scale, 1 to 5."""

    rater: str
    prompt: str
    model: str
    scale: str
    value: int


class Preference(NamedTuple):
    """Which of two replies a rater prefers; ``preferred`` is none for a tie."""

    rater: str
    prompt: str
    models: tuple[str, str]
    preferred: str | None


class Mean(Strict):
    """A model's mean on a scale."""

    group: str
    scale: str
    model: str
    ratings: int
    mean: Estimate


class Difference(Strict):
    """Two models on a scale, by raters' own means."""

    group: str
    scale: str
    first: str
    second: str
    raters: int
    difference: Estimate
    """First minus second, in points."""
    p: float | None
    """Wilcoxon's signed-rank test over raters, corrected after Holm over all comparisons of the group; none for fewer
    than two raters."""


class Strength(Strict):
    """How strongly a model is preferred, after Bradley and Terry."""

    group: str
    model: str
    log_strength: Estimate
    """Mean 0 over the models."""
    chance: float
    """To be preferred to a model of average strength."""


class Preferred(Strict):
    """Two models in preference."""

    group: str
    first: str
    second: str
    first_preferred: int
    ties: int
    second_preferred: int
    p: float | None
    """Wilcoxon's signed-rank test of raters' net preference; none for fewer than two raters."""


class ScaleAgreement(Strict):
    """How far raters agree on a scale: Krippendorff's ordinal alpha over replies rated by two or more."""

    group: str
    scale: str
    replies: int
    alpha: Estimate


class StudyResults(Strict):
    """All that a study found."""

    name: str
    raters: dict[str, int]
    """How many of each group answered anything."""
    asked: int
    answered: int
    """Comparisons."""
    withdrawn: int
    """Comparisons that a rater left out."""
    means: list[Mean]
    differences: list[Difference]
    strengths: list[Strength]
    preferred: list[Preferred]
    agreement: list[ScaleAgreement]


def results(
    study: Study, ratings: Sequence[Rating], preferences: Sequence[Preference], *, asked: int, withdrawn: int = 0
) -> StudyResults:
    """Computes all results, for everybody and, where there are several, for each group."""
    by_group = groups(study)
    parts = {EVERYBODY: [rater.alias for rater in study.raters], **(by_group if len(by_group) > 1 else {})}
    found = StudyResults(
        name=study.name,
        raters={
            group: len({one.rater for one in preferences if one.rater in aliases})
            for group, aliases in by_group.items()
        },
        asked=asked,
        answered=len(preferences),
        withdrawn=withdrawn,
        means=[],
        differences=[],
        strengths=[],
        preferred=[],
        agreement=[],
    )
    for group, aliases in parts.items():
        own = [one for one in ratings if one.rater in aliases]
        chosen = [one for one in preferences if one.rater in aliases]
        if chosen:
            found.means.extend(_means(study, group, own))
            found.differences.extend(_differences(study, group, own))
            found.strengths.extend(_strengths(study, group, chosen))
            found.preferred.extend(_preferred(study, group, chosen))
            found.agreement.extend(_agreement(study, group, own))
    return found


def _means(study: Study, group: str, ratings: Sequence[Rating]) -> list[Mean]:
    found = []
    for scale in study.scales:
        for model in study.models:
            own = [one for one in ratings if one.scale == scale.name and one.model == model]
            by_rater: dict[str, list[int]] = defaultdict(list)
            for one in own:
                by_rater[one.rater].append(one.value)
            if own:
                sums = np.array([[sum(values), len(values)] for values in by_rater.values()], dtype=float)
                mean = _resampled(sums, lambda drawn: drawn[:, 0].sum() / drawn[:, 1].sum())
                found.append(Mean(group=group, scale=scale.name, model=model, ratings=len(own), mean=mean))
    return found


def _differences(study: Study, group: str, ratings: Sequence[Rating]) -> list[Difference]:
    values: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    for one in ratings:
        values[one.scale, one.model, one.rater].append(one.value)
    raters = sorted({one.rater for one in ratings})
    found = []
    for scale in study.scales:
        for first, second in pairs_of(study.models):
            pairs = [(values.get((scale.name, first, r)), values.get((scale.name, second, r))) for r in raters]
            own = np.array([np.mean(a) - np.mean(b) for a, b in pairs if a and b])
            if len(own):
                difference = Difference(
                    group=group,
                    scale=scale.name,
                    first=first,
                    second=second,
                    raters=len(own),
                    difference=_resampled(own, lambda drawn: drawn.mean()),
                    p=signed_rank(own.tolist()),
                )
                found.append(difference)
    corrected = iter(holm([one.p for one in found if one.p is not None]))
    return [one if one.p is None else one.model_copy(update={"p": next(corrected)}) for one in found]


def _strengths(study: Study, group: str, preferences: Sequence[Preference]) -> list[Strength]:
    place = {model: number for number, model in enumerate(study.models)}
    by_rater: dict[str, npt.NDArray[np.float64]] = {}
    for one in preferences:
        wins = by_rater.setdefault(one.rater, np.zeros((len(place), len(place))))
        first, second = (place[model] for model in one.models)
        share = 0.5 if one.preferred is None else float(one.preferred == one.models[0])
        wins[first, second] += share
        wins[second, first] += 1 - share
    stacked = np.stack(list(by_rater.values()))  # (raters, models, models)
    try:
        log = strengths(stacked.sum(axis=0))
    except ValueError:  # the pairs asked so far do not link all models
        return []
    generator = np.random.default_rng(SEED)
    drawn = []
    for _ in range(RESAMPLES if len(stacked) > 1 else 0):
        wins = stacked[generator.integers(len(stacked), size=len(stacked))].sum(axis=0)
        with suppress(ValueError):
            drawn.append(strengths(wins, tolerance=1e-6))
    found = []
    for model, number in place.items():
        estimate = Estimate(value=float(log[number]))
        if drawn:
            low, high = np.quantile([one[number] for one in drawn], [0.025, 0.975])
            estimate = Estimate(value=float(log[number]), low=float(low), high=float(high))
        chance = float(1 / (1 + np.exp(-log[number])))
        found.append(Strength(group=group, model=model, log_strength=estimate, chance=chance))
    return found


def _preferred(study: Study, group: str, preferences: Sequence[Preference]) -> list[Preferred]:
    found = []
    for first, second in pairs_of(study.models):
        own = [one for one in preferences if set(one.models) == {first, second}]
        if not own:
            continue
        net: dict[str, list[int]] = defaultdict(list)
        for one in own:
            net[one.rater].append(0 if one.preferred is None else 1 if one.preferred == first else -1)
        found.append(
            Preferred(
                group=group,
                first=first,
                second=second,
                first_preferred=sum(one.preferred == first for one in own),
                ties=sum(one.preferred is None for one in own),
                second_preferred=sum(one.preferred == second for one in own),
                p=signed_rank([float(np.mean(values)) for values in net.values()]),
            )
        )
    return found


def _agreement(study: Study, group: str, ratings: Sequence[Rating]) -> list[ScaleAgreement]:
    found = []
    for scale in study.scales:
        rated: dict[tuple[str, str], list[int]] = defaultdict(list)
        for one in ratings:
            if one.scale == scale.name:
                rated[one.prompt, one.model].append(one.value)
        several = [values for values in rated.values() if len(values) > 1]
        if several:
            alpha = krippendorff_alpha(counts_of(several, range(1, POINTS + 1)), "ordinal", resamples=500)
            found.append(ScaleAgreement(group=group, scale=scale.name, replies=len(several), alpha=alpha))
    return found


def signed_rank(values: Sequence[float]) -> float | None:
    """Two-sided p of Wilcoxon's signed-rank test (1945), zeros split (Pratt 1959); none for under two values."""
    with needs("review", "the report of a study"):
        from scipy.stats import wilcoxon

    if len(values) < 2:
        return None
    if not any(values):
        return 1.0
    return float(wilcoxon(values, zero_method="zsplit").pvalue)


def holm(values: Sequence[float]) -> list[float]:
    """Holm's step-down correction (1979) of several p values, in the order given."""
    with needs("review", "the report of a study"):
        from statsmodels.stats.multitest import multipletests

    return [float(p) for p in multipletests(values, method="holm")[1]] if values else []


def _resampled(values: npt.NDArray[np.float64], statistic: Callable[[npt.NDArray[np.float64]], Any]) -> Estimate:
    """A statistic over raters (the first axis), and the percentiles of it over resamples of them."""
    value = float(statistic(values))
    if len(values) < 2:
        return Estimate(value=value)
    generator = np.random.default_rng(SEED)
    drawn = [statistic(values[generator.integers(len(values), size=len(values))]) for _ in range(RESAMPLES)]
    low, high = np.quantile(drawn, [0.025, 0.975])
    return Estimate(value=value, low=float(low), high=float(high))
