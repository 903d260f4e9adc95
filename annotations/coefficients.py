"""Coefficients of agreement with bootstrap intervals: Krippendorff's alpha, Fleiss' and Cohen's kappa.

The coefficients are computed by the libraries ``krippendorff`` and ``statsmodels``; here they get their intervals.
An interval is the middle 95 % of the coefficient over resamples of the items (percentile bootstrap: Efron and
Tibshirani 1993, chapter 13). Whoever disagrees in nothing but one value that all chose has no coefficient: chance
alone would have done as well, and the value is None.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from itertools import combinations
from statistics import fmean
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from schemas.errors import MissingExtra
from schemas.items import Strict

Level = Literal["nominal", "ordinal"]
Counts = npt.NDArray[np.int64]
"""How many raters gave an item a value: items in rows, values in columns."""

RESAMPLES = 1_000
SEED = 20_260_101
"""The same decisions give the same intervals."""


class Estimate(Strict):
    """A coefficient, and the 95 % interval of the bootstrap; None where it is not defined."""

    value: float | None
    low: float | None = None
    high: float | None = None


def counts_of(rated: Sequence[Sequence[Hashable]], values: Sequence[Hashable]) -> Counts:
    """Counts the ratings of each item by value; ``values`` in their order, where they have one."""
    table = np.zeros((len(rated), len(values)), dtype=np.int64)
    place = {value: number for number, value in enumerate(values)}
    for row, ratings in enumerate(rated):
        for value, times in Counter(ratings).items():
            table[row, place[value]] = times
    return table


def observed_agreement(rated: Iterable[Sequence[Hashable]]) -> float | None:
    """The share of pairs of ratings of one item that are the same; None where no item has two."""
    same = [one == other for ratings in rated for one, other in combinations(ratings, 2)]
    return fmean(same) if same else None


def krippendorff_alpha(counts: Counts, level: Level, *, resamples: int = RESAMPLES) -> Estimate:
    """Krippendorff's alpha (2004) over items with two ratings or more, of whichever raters.

    Args:
        counts: Items by values; the values in order for ``ordinal``.
        level: ``ordinal`` weighs a difference by the values between, ``nominal`` counts it.
        resamples: How many resamples the interval is made of; 0 for none.
    """
    try:
        from krippendorff import alpha
    except ImportError:
        raise MissingExtra("agreement", "review") from None

    def coefficient(table: Counts) -> float | None:
        used = table.sum(axis=0) > 0
        if used.sum() < 2:
            return None
        # Values that nobody gave lie between no others, so leaving them out changes nothing.
        return float(alpha(value_counts=table[:, used], value_domain=np.arange(used.sum()), level_of_measurement=level))

    return _with_interval(counts[counts.sum(axis=1) >= 2], coefficient, resamples)


def fleiss_kappa(counts: Counts, *, resamples: int = RESAMPLES) -> Estimate:
    """Fleiss' kappa (1971) over the items that have as many ratings as most items have.

    Args:
        counts: Items by values.
        resamples: How many resamples the interval is made of; 0 for none.
    """
    try:
        from statsmodels.stats.inter_rater import fleiss_kappa as kappa
    except ImportError:
        raise MissingExtra("agreement", "review") from None
    raters = Counter(number for number in counts.sum(axis=1).tolist() if number >= 2)
    if not raters:
        return Estimate(value=None)
    usual = max(raters, key=lambda number: (raters[number], number))

    def coefficient(table: Counts) -> float | None:
        return float(kappa(table)) if (table.sum(axis=0) > 0).sum() > 1 else None

    return _with_interval(counts[counts.sum(axis=1) == usual], coefficient, resamples)


def cohen_kappa(
    pairs: Sequence[tuple[Hashable, Hashable]],
    values: Sequence[Hashable],
    level: Level,
    *,
    resamples: int = RESAMPLES,
) -> Estimate:
    """Cohen's kappa (1960) of two raters; for ``ordinal`` weighted by the squared difference of ranks (1968).

    Args:
        pairs: What the one and the other said of each item.
        values: All values, in their order where they have one.
        level: Whether the order of the values counts.
        resamples: How many resamples the interval is made of; 0 for none.
    """
    try:
        from statsmodels.stats.inter_rater import cohens_kappa as kappa
    except ImportError:
        raise MissingExtra("agreement", "review") from None
    place = {value: number for number, value in enumerate(values)}
    table = np.array([[place[one], place[other]] for one, other in pairs], dtype=np.int64).reshape(-1, 2)

    def coefficient(said: Counts) -> float | None:
        if not len(said):
            return None
        square = np.zeros((len(values), len(values)), dtype=np.int64)
        np.add.at(square, (said[:, 0], said[:, 1]), 1)
        # If both gave one and the same value throughout, chance alone explains it.
        if np.diag(square).max() == len(said):
            return None
        result = kappa(square, wt="quadratic" if level == "ordinal" else None, return_results=False)
        return float(result)

    return _with_interval(table, coefficient, resamples)


def _with_interval(table: Counts, coefficient: Callable[[Counts], float | None], resamples: int) -> Estimate:
    value = coefficient(table) if len(table) else None
    if value is None or not resamples or len(table) < 2:
        return Estimate(value=value)
    random = np.random.default_rng(SEED)
    drawn: list[Any] = [coefficient(table[random.integers(0, len(table), len(table))]) for _ in range(resamples)]
    defined = [one for one in drawn if one is not None and np.isfinite(one)]
    if not defined:
        return Estimate(value=value)
    low, high = np.quantile(defined, [0.025, 0.975])
    return Estimate(value=value, low=float(low), high=float(high))
