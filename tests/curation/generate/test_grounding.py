"""Whether answers say what their passage says: measured on answers written for it, and rule by rule."""

from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from curation.generate.grounding import ground

CASES: list[dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "grounding.yaml").read_text())
FITTED = 13
"""Of the passages, those that were looked at while the rules were made."""
WRONG = ("negated", "number", "disorder", "invented")


class Score(NamedTuple):
    precision: float
    recall: float


def score(cases: list[dict[str, Any]]) -> Score:
    supported = [ground(answer, case["passage"]) for case in cases for answer in case["supported"]]
    wrong = [ground(case[kind], case["passage"]) for case in cases for kind in WRONG]
    alarms = sum(bool(one.problems) for one in supported)
    caught = sum(bool(one.problems) for one in wrong)
    return Score(caught / (caught + alarms), caught / len(wrong))


def test_of_208_answers_those_not_supported_are_told_apart() -> None:
    assert sum(len(case["supported"]) + len(WRONG) for case in CASES) == 208
    assert min(score(CASES)) >= 0.93
    assert min(score(CASES[FITTED:])) >= 0.9


PASSAGE = (
    "Insomnia affects about 10% of adults. It is more common in women than in men. Sertraline does not relieve it. "
    "In a trial of 1,200 patients, therapy worked better than tablets."
)


@pytest.mark.parametrize(
    ("answer", "rule", "where"),
    [
        ("About 20% of adults have insomnia.", "number_not_in_passage", "20"),
        ("Fluoxetine does not relieve insomnia.", "term_not_in_passage", "Fluoxetine"),
        ("Sertraline relieves insomnia.", "negation_differs", "relieves"),
        ("Therapy worked worse than tablets in a trial.", "opposite", "worse"),
        ("The trial was led by Johnson, and therapy worked better than tablets.", "name_not_in_passage", "Johnson"),
        ("Magnets in the pillow restore the natural rhythm.", "not_in_passage", None),
    ],
)
def test_each_rule_marks_what_it_is_about(answer: str, rule: str, where: str | None) -> None:
    found = [(one.rule, answer[one.start : one.end]) for one in ground(answer, PASSAGE).problems]
    assert (rule, where or answer) in found


@pytest.mark.parametrize(
    "answer",
    [
        "About ten percent of adults have insomnia.",
        "Women have insomnia more commonly than men.",
        "In a trial of 1200 patients, therapy was better than tablets.",
    ],
)
def test_other_words_for_the_same_are_no_problem(answer: str) -> None:
    assert ground(answer, PASSAGE).problems == []


def test_the_sentence_that_supports_an_answer_is_found() -> None:
    support = ground("About ten percent of adults have insomnia.", PASSAGE).support
    assert PASSAGE[support[0].start : support[0].end] == "Insomnia affects about 10% of adults."


def test_a_quotation_has_to_stand_in_the_passage_word_for_word() -> None:
    answer = "Insomnia is more common in women."
    assert not ground(answer, PASSAGE, ["It is more  common in women than in men."]).problems
    for altered in ("It is less common in women than in men.", "Insomnia affects about 30% of adults.", "Sleep well."):
        assert [one.rule for one in ground(answer, PASSAGE, [altered]).problems] == ["quote_not_in_passage"]


def test_what_the_question_says_needs_no_support() -> None:
    answer = "Yes, in the trial at Lund therapy worked better than tablets."
    assert ground(answer, PASSAGE).problems
    assert not ground(answer, PASSAGE, (), "Did therapy work in the trial at Lund?").problems


@given(st.text(max_size=200), st.text(max_size=200), st.lists(st.text(max_size=40), max_size=2))
def test_any_text_is_judged_and_every_place_lies_inside_of_it(answer: str, passage: str, quotes: list[str]) -> None:
    found = ground(answer, passage, quotes)
    assert all(0 <= one.start <= one.end <= len(passage) for one in found.support)
    assert all(0 <= one.start <= one.end <= len(answer) for one in found.problems)
    assert found == ground(answer, passage, quotes)
