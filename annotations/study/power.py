"""How many raters a study needs: the sample sizes of Noether (1987, JASA 82, 645-647)."""

from math import ceil, sqrt
from statistics import NormalDist

from schemas.errors import UsageError
from schemas.items import Strict


class Power(Strict):
    """Raters that a study needs to find an effect of this size, if there is one."""

    difference: float
    """Points between two models on a scale, of raters' means."""
    deviation: float
    """Standard deviation of that difference among raters, in points."""
    preferred: float
    """Share of raters who prefer the one model over all."""
    power: float
    level: float
    raters_for_difference: int
    """For Wilcoxon's signed-rank test of the difference."""
    raters_for_preference: int
    """For the sign test of the preference."""


def power(
    difference: float, *, deviation: float = 0.8, preferred: float = 0.65, power: float = 0.8, level: float = 0.05
) -> Power:
    """The raters that are needed, for the two tests that a study reports.

    Args:
        difference: The smallest difference worth finding, in points.
        deviation: Standard deviation of raters' differences; that of a pilot, if there was one.
        preferred: The smallest share of raters preferring one model that is worth finding.
        power: Chance to find the effect if it is there.
        level: Chance to find one that is not, two-sided.

    Raises:
        UsageError: If a value is outside its range.
    """
    for name, value, holds in (
        ("--difference", difference, difference > 0),
        ("--deviation", deviation, deviation > 0),
        ("--preferred", preferred, 0.5 < preferred < 1),
        ("--power", power, 0.5 <= power < 1),
        ("--level", level, 0 < level < 0.5),
    ):
        if not holds:
            raise UsageError(f"{value} is no value for this", field=name, mend="`curate study power --help` says more.")
    norm = NormalDist()
    reach = (norm.inv_cdf(1 - level / 2) + norm.inv_cdf(power)) ** 2
    # Of two raters' differences, the chance that their sum is positive; differences are taken as normal.
    positive = norm.cdf(sqrt(2) * difference / deviation)
    return Power(
        difference=difference,
        deviation=deviation,
        preferred=preferred,
        power=power,
        level=level,
        raters_for_difference=max(6, ceil(reach / (3 * (positive - 0.5) ** 2))),  # under 6 it cannot reach 0.05 at all
        raters_for_preference=max(6, ceil(reach / (4 * (preferred - 0.5) ** 2))),
    )
