"""A study's numbers, against published examples and scipy."""

import numpy as np
import pytest
from scipy import stats

from annotations.study import Prompt, Rater, Study
from annotations.study.bradley_terry import strengths
from annotations.study.power import power
from annotations.study.statistics import Preference, Rating, holm, results, signed_rank
from schemas.errors import UsageError

STUDY = Study(
    name="pilot",
    prompts=tuple(Prompt(id=f"p{i}", text="I feel low.") for i in range(10)),
    models=("a", "b"),
    raters=tuple(Rater(alias=f"r-{i}", group="student" if i < 4 else "professional") for i in range(8)),
)


def test_bradley_terry_gives_the_published_strengths_of_the_baseball_league() -> None:
    """American League 1987 (Agresti, Categorical Data Analysis, 2nd edition 2002, section 10.6): wins of row over
    column for Milwaukee, Detroit, Toronto, New York, Boston, Cleveland, Baltimore; strengths with Baltimore at 0."""
    wins = np.array(
        [
            [0, 7, 9, 7, 7, 9, 11],
            [6, 0, 7, 5, 11, 9, 9],
            [4, 6, 0, 7, 7, 8, 12],
            [6, 8, 6, 0, 6, 7, 10],
            [6, 2, 6, 7, 0, 7, 12],
            [4, 4, 5, 6, 6, 0, 6],
            [2, 4, 1, 3, 1, 7, 0],
        ],
        dtype=float,
    )
    found = strengths(wins)
    assert found - found[-1] == pytest.approx([1.581, 1.436, 1.294, 1.248, 1.108, 0.684, 0], abs=5e-4)


def test_the_strengths_of_two_models_are_the_log_odds_of_the_preference() -> None:
    found = strengths(np.array([[0.0, 30.0], [10.0, 0.0]]))
    assert found[0] - found[1] == pytest.approx(np.log(3))


def test_a_model_that_always_wins_has_a_finite_strength() -> None:
    found = strengths(np.array([[0.0, 8.0], [0.0, 0.0]]))
    assert np.isfinite(found).all()
    assert found[0] > found[1]


def test_models_that_were_never_compared_have_no_common_strengths() -> None:
    with pytest.raises(ValueError, match="do not link"):
        strengths(np.array([[0, 1, 0], [1, 0, 0], [0, 0, 0]], dtype=float))


def test_wilcoxons_test_is_scipys_and_gives_darwins_plants() -> None:
    """Heights of cross- and self-fertilised maize, in eighths of an inch (Darwin 1876, in scipy's documentation)."""
    differences = [6, 8, 14, 16, 23, 24, 28, 29, 41, -48, 49, 56, 60, -67, 75]
    assert signed_rank([float(one) for one in differences]) == pytest.approx(0.04126, abs=1e-5)
    assert signed_rank([float(one) for one in differences]) == stats.wilcoxon(differences).pvalue


def test_raters_without_any_difference_tell_of_none() -> None:
    assert signed_rank([0.0, 0.0, 0.0]) == 1.0
    assert signed_rank([0.4]) is None


def test_holms_correction_is_the_one_of_the_textbook() -> None:
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([]) == []


def answers(effect: float, preferred: float, seed: int = 1) -> tuple[list[Rating], list[Preference]]:
    """Eight raters who find b better than a by ``effect`` points on empathy alone."""
    random = np.random.default_rng(seed)
    ratings, preferences = [], []
    for rater in STUDY.raters:
        taste = random.normal(0, 0.5)
        for prompt in STUDY.prompts:
            for model in STUDY.models:
                for scale in STUDY.scales:
                    better = effect * (model == "b") * (scale.name == "empathy")
                    value = int(np.clip(round(3 + taste + better + random.normal(0, 0.6)), 1, 5))
                    ratings.append(Rating(rater.alias, prompt.id, model, scale.name, value))
            chosen = None if random.random() < 0.1 else "b" if random.random() < preferred else "a"
            preferences.append(Preference(rater.alias, prompt.id, ("a", "b"), chosen))
    return ratings, preferences


def test_a_known_effect_is_found_where_it_is_and_nowhere_else() -> None:
    ratings, preferences = answers(effect=1.0, preferred=0.75)
    found = results(STUDY, ratings, preferences, asked=80)
    everybody = {one.scale: one for one in found.differences if one.group == "everybody"}
    empathy = everybody["empathy"]
    assert empathy.difference.low is not None
    assert empathy.difference.high is not None
    assert empathy.difference.low < -1.0 < empathy.difference.high
    assert empathy.p is not None
    assert empathy.p < 0.05
    assert all(one.p is not None and one.p > 0.05 for name, one in everybody.items() if name != "empathy")
    strength = {one.model: one.log_strength for one in found.strengths if one.group == "everybody"}
    assert strength["b"].low is not None
    assert strength["b"].low > 0
    net = next(one for one in found.preferred if one.group == "everybody")
    assert net.first_preferred + net.ties + net.second_preferred == 80
    assert net.p is not None
    assert net.p < 0.05


def test_groups_are_told_apart() -> None:
    found = results(STUDY, *answers(effect=0.5, preferred=0.6), asked=80)
    assert found.raters == {"student": 4, "professional": 4}
    assert {one.group for one in found.means} == {"everybody", "student", "professional"}


def test_a_mean_is_of_all_ratings_and_its_interval_over_raters() -> None:
    ratings, preferences = answers(effect=0.5, preferred=0.6)
    found = results(STUDY, ratings, preferences, asked=80)
    mean = next(one for one in found.means if (one.group, one.scale, one.model) == ("everybody", "empathy", "b"))
    values = [one.value for one in ratings if one.scale == "empathy" and one.model == "b"]
    assert mean.ratings == len(values) == 80
    assert mean.mean.value == pytest.approx(np.mean(values))
    own = [one for one in ratings if one.scale == "empathy" and one.model == "b"]
    by_rater = [np.mean([one.value for one in own if one.rater == rater.alias]) for rater in STUDY.raters]
    assert mean.mean.low is not None
    assert mean.mean.high is not None
    assert mean.mean.high - mean.mean.low == pytest.approx(2 * 1.96 * np.std(by_rater) / np.sqrt(8), rel=0.2)


def test_the_number_of_raters_is_noethers() -> None:
    """Noether (1987): for a normal shift of half a deviation, (1.96 + 0.8416)^2 / (3 (0.7602 - 0.5)^2) = 38.6."""
    assert power(0.4, deviation=0.8).raters_for_difference == 39
    assert power(0.4, preferred=0.65).raters_for_preference == 88


def test_the_planned_number_of_raters_finds_the_effect_as_often_as_planned() -> None:
    planned = power(0.5, deviation=0.8, power=0.8).raters_for_difference
    random = np.random.default_rng(7)
    found = [stats.wilcoxon(random.normal(0.5, 0.8, planned)).pvalue < 0.05 for _ in range(400)]
    assert 0.74 <= np.mean(found) <= 0.87


def test_no_power_can_be_had_for_no_effect() -> None:
    with pytest.raises(UsageError, match="--difference"):
        power(0)
