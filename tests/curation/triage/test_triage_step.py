"""Triage as a step: whose texts it reads, and what it leaves null."""

import csv
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from curation.code import code_files
from curation.step import FAULT_COLUMN, fingerprint
from curation.table import CONTENT
from curation.triage import LEVELS, LIMITS, Triage
from schemas.config import TriageConfig

DATA = Path(__file__).parents[4] / "shared" / "data"
SCHEMA = pa.schema([("kind", pa.string()), ("language", pa.string()), *CONTENT])


def rows(*items: dict[str, Any]) -> pa.Table:
    empty = {"language": "en", "question": None, "answer": None, "turns": None, "topic": None}
    return pa.Table.from_pylist([{**empty, **item} for item in items], schema=SCHEMA)


def turn(role: str, text: str) -> dict[str, Any]:
    return {"role": role, "text": text, "strategy": None, "emotion": None}


def test_the_step_writes_what_it_says() -> None:
    marked = Triage()(rows({"kind": "qa", "question": "I want to die.", "answer": "Stay."}))
    assert marked.schema == pa.schema([*Triage.writes, FAULT_COLUMN])
    assert marked.to_pylist() == [
        {
            "risk_level": "passive",
            "risk_history": False,
            "risk_evidence": [
                {"field": "question", "start": 2, "end": 13, "rule": "passive/wish-to-be-dead", "confidence": 0.85}
            ],
            "flags": [{"flag": "no_referral", "field": "answer", "start": 0, "end": 5, "rule": "no_referral/passive"}],
            "fault": None,
        }
    ]


def test_only_the_seeker_is_read() -> None:
    marked = Triage()(
        rows(
            {"kind": "qa", "question": "How are you?", "answer": "Do you want to kill yourself? I want to die."},
            {"kind": "dialogue", "turns": [turn("supporter", "I want to die"), turn("seeker", "Me? I am fine")]},
            {
                "kind": "dialogue",
                "turns": [turn("seeker", "hi"), turn("supporter", "hi"), turn("seeker", "I want to die")],
            },
        )
    ).to_pylist()
    assert [mark["risk_level"] for mark in marked] == ["none", "none", "passive"]
    assert marked[2]["risk_evidence"][0]["field"] == "turns.2.text"


def test_what_was_not_looked_at_is_null_and_not_none() -> None:
    text = {"kind": "qa", "question": "I want to die.", "answer": "Stay."}
    assert Triage()(rows({**text, "language": "zh"})).to_pylist()[0]["risk_level"] is None
    assert Triage(TriageConfig(enabled=False))(rows(text)).to_pylist()[0]["risk_level"] is None
    assert Triage()(rows({**text, "language": "en-GB"})).to_pylist()[0]["risk_level"] == "passive"


def test_the_fingerprint_covers_the_phrase_list() -> None:
    assert {"curation.triage/phrases/suicide.yaml", "curation.triage.scope"} <= set(code_files(Triage.__module__))
    assert fingerprint(Triage()) != fingerprint(Triage(TriageConfig(enabled=False)))


def test_the_limits_say_that_no_level_is_not_safety() -> None:
    assert "not a safe one" in LIMITS


@pytest.mark.skipif(not DATA.is_dir(), reason=f"needs the sources in {DATA}")
def test_counselchat_has_a_few_items_of_every_level() -> None:
    path = DATA / "sources/counsel_chat/20200325_counsel_chat.csv"
    with path.open(encoding="utf-8", newline="") as file:
        questions = {f"{row['questionTitle']}\n{row['questionText']}" for row in csv.DictReader(file)}
    items = [{"kind": "qa", "question": question, "answer": "-"} for question in sorted(questions)]
    levels = [mark["risk_level"] for mark in Triage()(rows(*items)).to_pylist()]
    assert set(levels) == set(LEVELS)
    assert 0.03 < sum(level != "none" for level in levels) / len(levels) < 0.2


def test_flags_of_an_answer_and_of_a_supporters_turns() -> None:
    marked = Triage(TriageConfig(country="US"))(
        rows(
            {"kind": "qa", "question": "I want to kill myself", "answer": "Call 1-800-273-8255."},
            {"kind": "dialogue", "turns": [turn("seeker", "I want to die"), turn("supporter", "Snap out of it.")]},
        )
    ).to_pylist()
    assert [(flag["flag"], flag["field"]) for flag in marked[0]["flags"]] == [("outdated_number", "answer")]
    assert {(flag["flag"], flag["field"]) for flag in marked[1]["flags"]} == {
        ("blame", "turns.1.text"),
        ("no_referral", "turns.1.text"),
    }


def test_the_evidence_of_a_yes_stands_in_the_seekers_turn() -> None:
    turns = [turn("supporter", "Are you thinking of suicide?"), turn("seeker", "Yes. I have the pills here.")]
    mark = Triage()(rows({"kind": "dialogue", "turns": turns})).to_pylist()[0]
    assert mark["risk_level"] == "active"
    assert {evidence["field"] for evidence in mark["risk_evidence"]} == {"turns.1.text"}
