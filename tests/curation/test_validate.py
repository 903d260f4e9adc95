"""Validation: the rules for items, before cleaning and after it."""

import json
from typing import Any

import pyarrow as pa
import pytest

from curation.step import FAULT_COLUMN, fingerprint
from curation.table import CONTENT
from curation.validate import Validate, check
from schemas.faults import Fault
from schemas.items import MAX_CHARS

QA = {"question": "Why can I not sleep?", "answer": "Tell me of your evenings.", "turns": None, "topic": "sleep"}
TURN = {"role": "seeker", "text": "Hello", "strategy": None, "emotion": None}


def rows(*mapped: dict[str, Any], kind: str = "qa", language: str = "en") -> pa.Table:
    return pa.Table.from_pylist([{"kind": kind, "language": language, "mapped": json.dumps(one)} for one in mapped])


def row(kind: str = "qa", language: str = "en", **content: Any) -> dict[str, Any]:
    return {"kind": kind, "language": language, **QA, **content}


def test_good_content_comes_out_as_it_went_in() -> None:
    turns = [TURN, {**TURN, "role": "supporter", "strategy": "Question"}]
    dialogue = {"question": None, "answer": None, "turns": turns, "topic": " "}
    found = Validate()(rows(QA))
    assert found.schema == CONTENT.append(FAULT_COLUMN)
    assert found.to_pylist() == [{**QA, "fault": None}]
    assert Validate()(rows(dialogue, kind="dialogue")).to_pylist() == [{**dialogue, "topic": None, "fault": None}]


def test_a_fault_leaves_the_columns_empty() -> None:
    [good, bad] = Validate()(rows(QA, {**QA, "answer": "\u00a0"})).to_pylist()
    assert good["fault"] is None
    assert bad == {
        **dict.fromkeys(CONTENT.names),
        "fault": {"field": "answer", "message": "is blank", "mend": "Fill it in, or take the record out."},
    }


def test_nothing_in_gives_nothing_out() -> None:
    assert Validate()(rows(QA).slice(0, 0)).num_rows == 0


def test_the_limit_of_length_holds_for_cleaned_text() -> None:
    long = row(answer="<img>" * MAX_CHARS)
    assert Validate()(rows({**QA, "answer": long["answer"]}))["fault"].to_pylist() == [None]
    fault = check(long)
    assert fault == Fault(
        "answer", "has 100,000 characters; the limit is 20,000", "Shorten it, split it or take the record out."
    )


def test_other_faults_of_a_long_record_are_found_before_cleaning() -> None:
    fault = check(row(question="a " * MAX_CHARS, answer=" "), cleaned=False)
    assert fault is not None
    assert (fault.field, fault.message) == ("answer", "is blank")


@pytest.mark.parametrize(
    ("content", "field", "message"),
    [
        (row(topic=5), "topic", "is a number, not text"),
        (row(answer={}), "answer", "is an object, not text"),
        (row(answer=[]), "answer", "is a list, not text"),
        (row(answer=True), "answer", "is true or false, not text"),
        (row(language="zh"), "language", "text is not written in the script of language 'zh'"),
        (row("dialogue", turns=None), "turns", "is missing or null"),
        (row("dialogue", turns=[TURN] * 1001), "turns", "has 1,001 turns; the limit is 1,000"),
        (row("dialogue", turns=[{**TURN, "role": "x"}, TURN]), "turns.0.role", "is neither seeker nor supporter"),
        (row("dialogue", turns=[TURN, {**TURN, "text": " "}]), "turns.1.text", "is blank"),
        (row("dialogue", turns=[TURN, {**TURN, "emotion": 3}]), "turns.1.emotion", "is a number, not text"),
    ],
)
def test_fault(content: dict[str, Any], field: str, message: str) -> None:
    fault = check(content)
    assert fault is not None
    assert (fault.field, fault.message) == (field, message)


def test_the_step_has_a_fingerprint() -> None:
    assert fingerprint(Validate()) == fingerprint(Validate())


def test_ten_thousand_rows_are_validated_at_once() -> None:
    table = rows(*[{**QA, "answer": f"{place} words of an answer. " * 40} for place in range(10_000)])
    assert Validate()(table)["fault"].null_count == 10_000
