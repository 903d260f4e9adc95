"""The forms that come from the rubric: compared with golden files, and validated as Label Studio does."""

import xml.etree.ElementTree as ET
from collections.abc import Mapping
from pathlib import Path

import pytest

from annotations.forms import form
from annotations.queue.task import decision, is_sound, key_of, shown_text, task_data
from annotations.rubric import SHIPPED, _read
from schemas.config import Kind
from schemas.review import Review

GOLDEN = Path(__file__).parent / "golden"
RUBRIC = _read(SHIPPED / "counselling-1.yaml", "counselling-1")
FORMS: list[tuple[str, Kind, bool]] = [
    ("form-questions", "qa", False),
    ("form-dialogues", "dialogue", False),
    ("form-questions-adjudicator", "qa", True),
    ("form-dialogues-adjudicator", "dialogue", True),
]


@pytest.mark.parametrize(("name", "kind", "opinions"), FORMS)
def test_a_form_is_what_it_was(name: str, kind: Kind, opinions: bool) -> None:
    """Look at a changed form in a browser, and then put the new text into the golden file."""
    assert form(RUBRIC, kind, opinions=opinions) == (GOLDEN / f"{name}.xml").read_text()


@pytest.mark.parametrize(("name", "kind", "opinions"), FORMS)
def test_label_studio_takes_a_form(name: str, kind: Kind, opinions: bool) -> None:
    from label_studio_sdk.label_interface.interface import LabelInterface

    LabelInterface(form(RUBRIC, kind, opinions=opinions)).validate()  # type: ignore[no-untyped-call]


@pytest.mark.parametrize(("name", "kind", "opinions"), FORMS)
def test_nothing_is_decided_beforehand(name: str, kind: Kind, opinions: bool) -> None:
    root = ET.fromstring(form(RUBRIC, kind, opinions=opinions))
    assert not [one for one in root.iter() if {"selected", "defaultValue", "preselected"} & set(one.attrib)]
    hotkeys = [one.attrib["hotkey"] for one in root.iter("Choice")]
    assert hotkeys == ["a", "e", "r", "1", "2", "3", "4", "5", "6", "7", "8"]
    boxes = [one.attrib["name"] for one in root.iter("TextArea")]
    assert "comment" in boxes
    verdict = next(one for one in root.iter("Choices") if one.attrib["name"] == "verdict")
    assert verdict.attrib["required"] == "true"


def test_a_rubric_of_a_verdict_alone_makes_a_form() -> None:
    root = ET.fromstring(form(_read(SHIPPED / "verdict-1.yaml", "verdict-1"), "qa"))
    assert not list(root.iter("Rating"))
    assert [one.attrib["value"] for one in root.iter("Choice")] == ["accept", "edit", "reject"]


ROW = {
    "item_id": "a-1",
    "content_hash": "0" * 64,
    "kind": "qa",
    "question": "Who am I? 🙂 Jane?",
    "answer": "You.",
    "turns": None,
    "passage": None,
    "provenance": None,
    "topic": "self",
    "risk_level": "passive",
    "flags": [{"flag": "no_referral"}],
}
ANNOTATION = {"updated_at": "2026-01-05T10:00:00.000000Z", "lead_time": 3.5}


def annotated(*result: Mapping[str, object]) -> Review:
    data = task_data(ROW, RUBRIC)
    verdict = {"from_name": "verdict", "value": {"choices": ["edit"]}}
    return decision(data, {**ANNOTATION, "result": [verdict, *result]}, "clin-1", "reviewer", RUBRIC)


def test_marks_count_characters_as_we_do_and_not_as_browsers_do() -> None:
    mark = {"from_name": "pii_question", "value": {"start": 13, "end": 17}}
    edited = {"from_name": "edited_answer", "value": {"text": ["Someone."]}}
    (span,) = annotated(mark, edited).pii
    assert str(ROW["question"])[span.start : span.end] == "Jane"


def test_a_box_that_was_left_as_it_was_changes_nothing() -> None:
    review = annotated(
        {"from_name": "edited_question", "value": {"text": [ROW["question"]]}},
        {"from_name": "edited_answer", "value": {"text": ["Someone."]}},
    )
    assert (review.question, review.answer) == (None, "Someone.")


def test_a_task_says_when_no_program_read_its_risk() -> None:
    german = {**ROW, "risk_level": None, "language": "de", "flags": []}
    assert task_data(german, RUBRIC)["about"] == "a-1 · self · risk not read: language"
    switched_off = {**german, "language": "en-GB"}
    assert task_data(switched_off, RUBRIC)["about"] == "a-1 · self"


def test_a_task_shows_when_it_was_altered_and_asks_anew_when_opinions_change() -> None:
    data = task_data(ROW, RUBRIC)
    assert data["about"] == "a-1 · self · hint: passive · look at: no referral"
    assert is_sound(data)
    assert not is_sound({**data, "answer": "I."})
    assert shown_text(data)["answer"] == "You."
    first = annotated({"from_name": "edited_answer", "value": {"text": ["Someone."]}})
    asked = task_data(ROW, RUBRIC, opinions=[first])
    again = task_data(ROW, RUBRIC, opinions=[first.model_copy(update={"comment": "No."})])
    assert len({key_of(data), key_of(asked), key_of(again)}) == 3
    assert "clin-1" not in asked["opinions"]
