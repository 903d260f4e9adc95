"""Whether answers say what their passage says: measured on answers written for it, and rule by rule."""

import json
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from curation.generate.grounding import ground
from curation.generate.passages import without_citations

HERE = Path(__file__).parent
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
    cases = yaml.safe_load((HERE / "grounding.yaml").read_text())
    assert sum(len(case["supported"]) + len(WRONG) for case in cases) == 208
    assert min(score(cases)) >= 0.95


def test_of_80_answers_on_a_real_textbook_those_not_supported_are_told_apart(shared: Path) -> None:
    lines = (shared / "texts" / "passages.jsonl").read_text().splitlines()
    passages = {row["id"]: without_citations(row["passage"]) for row in map(json.loads, lines)}
    answers = yaml.safe_load((HERE / "openstax_answers.yaml").read_text())
    cases = [{"passage": passages[name], **of_passage} for name, of_passage in answers.items()]
    assert sum(len(case["supported"]) + len(WRONG) for case in cases) == 80
    assert min(score(cases)) >= 0.9


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
        "Tablets worked worse than therapy.",
    ],
)
def test_other_words_for_the_same_are_no_problem(answer: str) -> None:
    assert ground(answer, PASSAGE).problems == []


def test_a_number_of_one_clause_in_the_place_of_that_of_another_is_found() -> None:
    passage = "After two episodes the chance of another is 70%, and after three episodes it is 90%."
    assert not ground("After two episodes the chance of another is 70%.", passage).problems
    assert ground("After two episodes the chance of another is 90%.", passage).problems


def test_what_is_compared_keeps_its_places() -> None:
    assert not ground("Insomnia is less common in men than in women.", PASSAGE).problems
    assert [one.rule for one in ground("Insomnia is more common in men than in women.", PASSAGE).problems] == [
        "opposite"
    ]


def test_a_dose_keeps_its_number_and_its_unit() -> None:
    passage = "The usual dose of sertraline is 50 mg a day, and it is raised after two weeks."
    assert not ground("Sertraline is usually given at a dose of 50 milligrams a day.", passage).problems
    for wrong in ("500 mg a day", "50 mcg a day", "50 mg a week"):
        found = ground(f"Sertraline is usually given at a dose of {wrong}.", passage).problems
        assert [one.rule for one in found] == ["number_not_in_passage"]


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
