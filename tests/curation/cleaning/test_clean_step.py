"""The ``clean`` step on rows: what it writes, which rows have a fault, and turns that fall away."""

from typing import Any

import pyarrow as pa
import pytest

from curation.cleaning import GENERAL_RULES, Clean
from curation.step import FAULT_COLUMN, fingerprint
from curation.table import CONTENT, RECORD

INPUT = pa.schema([*(RECORD.field(name) for name in ("kind", "language", "cleaning")), *CONTENT])


def clean(*rows: dict[str, Any]) -> list[dict[str, Any]]:
    empty: dict[str, Any] = {
        "question": None,
        "answer": None,
        "turns": None,
        "topic": None,
        "language": "en",
        "cleaning": [],
    }
    table = Clean()(pa.Table.from_pylist([empty | row for row in rows], schema=INPUT))
    assert table.schema == Clean.writes.append(FAULT_COLUMN)
    found: list[dict[str, Any]] = table.to_pylist()
    return found


def qa(question: str, answer: str, **more: Any) -> dict[str, Any]:
    return {"kind": "qa", "question": question, "answer": answer, **more}


def dialogue(*texts: str, cleaning: tuple[str, ...] = ()) -> dict[str, Any]:
    roles = ("seeker", "supporter")
    turns = [
        {"role": roles[place % 2], "text": text, "strategy": f"s{place}" if place % 2 else None, "emotion": None}
        for place, text in enumerate(texts)
    ]
    return {"kind": "dialogue", "turns": turns, "cleaning": list(cleaning)}


def said(row: dict[str, Any]) -> list[tuple[str, str]]:
    return [(turn["role"], turn["text"]) for turn in row["turns"]]


def test_a_pair_is_cleaned_and_says_by_which_rules() -> None:
    row = clean(qa("Why\u00a0me?", "<p>I hear you.It is hard.</p>", topic="Grief &amp; loss\u00a0"))[0]
    assert (row["question"], row["answer"], row["topic"]) == ("Why me?", "I hear you. It is hard.", "Grief & loss")
    assert row["cleaned"] == ["mojibake", "html", "spaces", "glued_sentences"]
    assert row["fault"] is None


def test_a_clean_pair_is_left_and_says_so() -> None:
    row = clean(qa("Why me?", "I hear you.", topic="grief"))[0]
    assert (row["cleaned"], row["fault"]) == ([], None)


def test_an_answer_that_was_only_markup_has_a_fault_that_says_so() -> None:
    fault = clean(qa("Why me?", "<p><br></p>"))[0]["fault"]
    assert (fault["field"], fault["message"]) == ("answer", "is blank after cleaning")


def test_a_turn_that_was_only_a_placeholder_has_a_fault() -> None:
    fault = clean(dialogue("Hello", "[removed]", cleaning=("task_chatter",)))[0]["fault"]
    assert (fault["field"], fault["message"]) == ("turns.1.text", "is blank after cleaning")


def test_an_answer_that_repeats_the_question_once_it_is_clean_has_a_fault() -> None:
    fault = clean(qa("Am I alone?", "<p>Am I&nbsp;alone?</p>"))[0]["fault"]
    assert "repeats the question" in fault["message"]


def test_a_text_that_never_settles_has_a_fault_and_the_row_stays_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(GENERAL_RULES, "spaces", lambda text: text + "x" if "no end" in text else text)
    row = clean(qa("Why?", "<p>no end</p>"))[0]
    assert row["answer"] == "<p>no end</p>"
    assert row["fault"]["field"] == "answer"
    assert "still changes" in row["fault"]["message"]


def test_chatter_falls_away_and_neighbours_become_one_turn() -> None:
    row = clean(
        dialogue(
            "I lost my job.",
            "Please press quit.",
            "It hurts.",
            "I am sorry. Can you press quit and take the survey?",
            cleaning=("task_chatter",),
        )
    )[0]
    assert said(row) == [("seeker", "I lost my job.\nIt hurts."), ("supporter", "I am sorry.")]
    assert row["turns"][1]["strategy"] == "s3"
    assert (row["cleaned"], row["fault"]) == (["task_chatter"], None)


def test_the_labels_of_turns_that_become_one_stay() -> None:
    row = clean(dialogue("Hi.", "I am here.", "press quit", "Tell me.", cleaning=("task_chatter",)))[0]
    assert said(row)[1] == ("supporter", "I am here.\nTell me.")
    assert row["turns"][1]["strategy"] == "s1; s3"


def test_chatter_stays_where_the_source_does_not_ask_for_the_rule() -> None:
    row = clean(dialogue("I lost my job.", "Please press quit."))[0]
    assert said(row)[1] == ("supporter", "Please press quit.")


def test_a_dialogue_of_chatter_alone_has_a_fault() -> None:
    fault = clean(dialogue("Press quit.", "Please press quit.", cleaning=("task_chatter",)))[0]["fault"]
    assert fault["field"] == "turns"


def test_cleaning_rows_twice_changes_nothing() -> None:
    rules = ("detokenized_spacing", "task_chatter")
    first = clean(dialogue("it ' s me .", "press quit .", "&amp;lt;p&amp;gt;no", "bye : )", cleaning=rules))[0]
    again = clean({"kind": "dialogue", "turns": first["turns"], "cleaning": list(rules)})[0]
    assert (again["turns"], again["cleaned"]) == (first["turns"], [])


def test_no_rows_make_no_rows() -> None:
    assert clean() == []


def test_the_step_has_a_fingerprint() -> None:
    assert len(fingerprint(Clean())) == 64
