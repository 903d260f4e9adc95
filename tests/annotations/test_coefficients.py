"""The coefficients of agreement, against published tables, their formulas in fractions, and other libraries."""

from collections import defaultdict
from fractions import Fraction
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from annotations.coefficients import cohen_kappa, counts_of, fleiss_kappa, krippendorff_alpha

EXACT = 1e-9

KRIPPENDORFF = """
A 1 2 3 3 2 1 4 1 2 . . .
B 1 2 3 3 2 2 4 1 2 5 . 3
C . 3 3 3 2 3 4 2 2 5 1 .
D 1 2 3 3 2 4 4 1 2 5 1 .
"""
"""Krippendorff 2011, Computing Krippendorff's Alpha-Reliability, part C: four observers, twelve units."""

FLEISS = [
    [0, 0, 0, 0, 14],
    [0, 2, 6, 4, 2],
    [0, 0, 3, 5, 6],
    [0, 3, 9, 2, 0],
    [2, 2, 8, 1, 1],
    [7, 7, 0, 0, 0],
    [3, 2, 6, 3, 0],
    [2, 5, 3, 2, 2],
    [6, 5, 2, 1, 0],
    [0, 2, 2, 3, 7],
]
"""Fourteen raters, ten subjects, five categories, with kappa = 0.210: the common worked example."""


def units(table: str) -> list[list[int]]:
    rows = [line.split()[1:] for line in table.strip().splitlines()]
    return [[int(value) for value in column if value != "."] for column in zip(*rows, strict=True)]


def alpha_in_fractions(units: list[list[int]], ordinal: bool) -> Fraction:
    """Krippendorff's alpha straight from its definition by the matrix of coincidences."""
    coincidences: dict[tuple[int, int], Fraction] = defaultdict(Fraction)
    for ratings in units:
        for one, other in permutations(ratings, 2):
            coincidences[one, other] += Fraction(1, len(ratings) - 1)
    total: dict[int, Fraction] = defaultdict(Fraction)
    for (value, _), count in coincidences.items():
        total[value] += count
    n = sum(total.values(), Fraction(0))

    def distance(one: int, other: int) -> Fraction:
        if one == other or not ordinal:
            return Fraction(one != other)
        low, high = sorted((one, other))
        between = sum((total[value] for value in total if low <= value <= high), Fraction(0))
        return (between - (total[low] + total[high]) / 2) ** 2

    observed = sum((count * distance(*pair) for pair, count in coincidences.items()), Fraction(0))
    expected = sum((total[c] * total[k] * distance(c, k) for c in total for k in total), Fraction(0))
    return 1 - (n - 1) * observed / expected


@pytest.mark.parametrize(("level", "published"), [("nominal", 0.743), ("ordinal", 0.815)])
def test_krippendorffs_own_table(level: str, published: float) -> None:
    table = units(KRIPPENDORFF)
    found = krippendorff_alpha(counts_of(table, range(1, 6)), level, resamples=0).value  # type: ignore[arg-type]
    assert found == pytest.approx(published, abs=5e-4)
    exact = alpha_in_fractions([ratings for ratings in table if len(ratings) > 1], level == "ordinal")
    assert found == pytest.approx(float(exact), abs=EXACT)


def test_fleiss_worked_example() -> None:
    found = fleiss_kappa(np.array(FLEISS), resamples=0).value
    assert found == pytest.approx(0.210, abs=5e-4)
    raters, subjects = 14, len(FLEISS)
    within = [Fraction(sum(n * n for n in row) - raters, raters * (raters - 1)) for row in FLEISS]
    chance = sum(Fraction(sum(column), raters * subjects) ** 2 for column in zip(*FLEISS, strict=True))
    observed = sum(within) / subjects
    assert found == pytest.approx(float((observed - chance) / (1 - chance)), abs=EXACT)


RATINGS = st.lists(st.tuples(st.integers(1, 5), st.integers(1, 5)), min_size=2, max_size=40)


@given(RATINGS)
def test_cohen_equals_scikit_learn(pairs: list[tuple[int, int]]) -> None:
    first, second = zip(*pairs, strict=True)
    for level, weights in (("nominal", None), ("ordinal", "quadratic")):
        found = cohen_kappa(pairs, range(1, 6), level, resamples=0).value  # type: ignore[arg-type]
        if found is None:
            assert len({*first, *second}) == 1
            continue
        assert found == pytest.approx(
            cohen_kappa_score(first, second, labels=[1, 2, 3, 4, 5], weights=weights), abs=EXACT
        )


@given(st.lists(st.lists(st.integers(1, 5), min_size=2, max_size=4), min_size=2, max_size=20))
def test_alpha_equals_its_definition(units: list[list[int]]) -> None:
    if len({value for ratings in units for value in ratings}) < 2:
        return
    for level in ("nominal", "ordinal"):
        found = krippendorff_alpha(counts_of(units, range(1, 6)), level, resamples=0).value
        assert found == pytest.approx(float(alpha_in_fractions(units, level == "ordinal")), abs=EXACT)


def test_an_interval_holds_its_coefficient_and_narrows_with_the_items() -> None:
    few = [[1, 1], [2, 2], [3, 3], [1, 2], [3, 3], [2, 2], [1, 1], [3, 2]]
    small = krippendorff_alpha(counts_of(few, range(1, 6)), "ordinal")
    large = krippendorff_alpha(counts_of(few * 20, range(1, 6)), "ordinal")
    for found in (small, large):
        assert found.low < found.value < found.high  # type: ignore[operator]
    assert large.high - large.low < (small.high - small.low) / 2  # type: ignore[operator]


def test_who_always_says_the_same_has_no_coefficient() -> None:
    counts = counts_of([["accept", "accept"]] * 5, ["accept", "edit", "reject"])
    assert krippendorff_alpha(counts, "nominal").value is None
    assert fleiss_kappa(counts).value is None
    assert cohen_kappa([("accept", "accept")] * 5, ["accept", "reject"], "nominal").value is None
    assert cohen_kappa([], ["accept", "reject"], "nominal").value is None
