"""Rules and model put together: either speaks for a level, and neither alone decides."""

import numpy as np
import pytest

from curation.triage.levels import LEVELS, Level
from curation.triage.model.together import Chances, read, softmax


def logs(none: float, **of_levels: float) -> Chances:
    """Log chances of the model: those given, and the rest shared among the other levels."""
    given = {"none": none, **of_levels}
    rest = (1 - sum(given.values())) / (len(LEVELS) - len(given))
    found: Chances = np.log(np.array([given.get(level, rest) for level in LEVELS]))
    return found


@pytest.mark.parametrize("level", LEVELS[1:])
def test_evidence_of_a_level_makes_that_level_likelier(level: Level) -> None:
    unsure = logs(0.5)
    place = LEVELS.index(level)
    without, beside = read().chances(unsure, {}), read().chances(unsure, {LEVELS[place]: 0.85})
    assert beside[place] > without[place]
    assert beside[0] < without[0]
    assert beside.sum() == pytest.approx(1)


def test_the_surer_the_rule_the_likelier_the_level() -> None:
    chances = [read().chances(logs(0.7), {"passive": sure})[LEVELS.index("passive")] for sure in (0.0, 0.5, 0.7, 0.9)]
    assert chances == sorted(chances)


def test_scores_become_chances_whatever_their_size() -> None:
    assert softmax(np.array([1_000.0, 1_000.0, -1_000.0])) == pytest.approx([0.5, 0.5, 0])
