"""Raters' answers: from Label Studio's annotations, through the key, to ratings and preferences."""

from collections.abc import Iterable, Mapping
from typing import Any, get_args

from annotations.study.design import POINTS, Comparison, Side, Study
from annotations.study.form import CONSENT, PREFERENCE
from annotations.study.statistics import Preference, Rating
from schemas.items import Strict


class Answer(Strict):
    """What a rater answered to one comparison, still blind."""

    preference: str
    """``left``, ``right`` or ``tie``."""
    scales: dict[str, int]
    """By side and scale: ``left_empathy`` and so on."""
    seconds: float | None = None


class Answers(Strict):
    """What raters have answered so far."""

    given: dict[str, Answer] = {}
    """By the tasks' opaque names."""
    withdrawn: int = 0
    """Tasks that were left out, or sent without consent or not whole."""


def read_answers(study: Study, tasks: Iterable[Mapping[str, Any]]) -> Answers:
    """Reads tasks with their annotations.

    Of several annotations of a task the last counts. One that was skipped, lacks the consent or is not whole does not.
    """
    given: dict[str, Answer] = {}
    withdrawn = 0
    for task in tasks:
        annotations = sorted(task.get("annotations") or [], key=lambda one: int(one["id"]))
        if not annotations:
            continue
        answer = None if annotations[-1].get("was_cancelled") else _answer(study, annotations[-1])
        if answer is None:
            withdrawn += 1
        else:
            given[str(task["data"]["ref"])] = answer
    return Answers(given=given, withdrawn=withdrawn)


def _answer(study: Study, annotation: Mapping[str, Any]) -> Answer | None:
    values: dict[str, Any] = {}
    for result in annotation.get("result") or []:
        value = result.get("value") or {}
        values[result.get("from_name")] = value.get("rating") or value.get("choices")
    preference = (values.get(PREFERENCE) or [None])[0]
    wanted = {f"{side}_{scale.name}" for side in get_args(Side) for scale in study.scales}
    scales = {name: values[name] for name in wanted if isinstance(values.get(name), int)}
    whole = len(scales) == len(wanted) and all(1 <= value <= POINTS for value in scales.values())
    if not values.get(CONSENT) or preference not in ("left", "right", "tie") or not whole:
        return None
    return Answer(preference=preference, scales=dict(sorted(scales.items())), seconds=annotation.get("lead_time"))


def unblinded(
    study: Study, asked: Iterable[Comparison], given: Mapping[str, Answer]
) -> tuple[list[Rating], list[Preference]]:
    """What was said of which model."""
    ratings: list[Rating] = []
    preferences: list[Preference] = []
    for comparison in asked:
        answer = given.get(comparison.ref)
        if answer is None:
            continue
        for side in get_args(Side):
            model = comparison.model_on(side)
            ratings += [
                Rating(comparison.rater, comparison.prompt, model, scale.name, answer.scales[f"{side}_{scale.name}"])
                for scale in study.scales
            ]
        chosen = {"left": comparison.left, "right": comparison.right}.get(answer.preference)
        preferences.append(Preference(comparison.rater, comparison.prompt, (comparison.left, comparison.right), chosen))
    return ratings, preferences
