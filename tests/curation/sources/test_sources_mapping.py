"""The mapping: records of every shape into question, answer, turns and topic."""

from typing import Any

import pytest

from curation.sources.mapping import key_of, map_record
from curation.sources.paths import MISSING, lookup
from curation.sources.record import Read, RecordFault
from curation.sources.tables import grouped
from schemas.config import Mapping, TurnMapping
from schemas.faults import Fault


def mapped(record: Any, **mapping: Any) -> dict[str, Any]:
    return map_record(record, Mapping.model_validate(mapping), set()).content


def turns(record: Any, **mapping: Any) -> list[tuple[str, str]]:
    found = mapped(record, turns=mapping)["turns"]
    return [(turn["role"], turn["text"]) for turn in found]


@pytest.mark.parametrize(
    ("path", "value"),
    [("a", {"b": [1, {"c": 2}]}), ("a.b.1.c", 2), ("a.b.0", 1), ("a.b.2", MISSING), ("x.y", "dotted"), ("", "unnamed")],
)
def test_paths(path: str, value: Any) -> None:
    record = {"a": {"b": [1, {"c": 2}]}, "x.y": "dotted", "": "unnamed"}
    assert lookup(record, path) == value
    assert lookup(record, ".") is record


@pytest.mark.parametrize(
    ("title", "text", "question"),
    [
        ("Sleep", "I lie awake.", "Sleep\n\nI lie awake."),
        ("I lie awake", "I  lie awake. Why?", "I  lie awake. Why?"),
        ("I lie awake", "I LIE AWAKE", "I LIE AWAKE"),
        ("I lie", "I lied.", "I lie\n\nI lied."),
        ("Sleep", "", "Sleep"),
        ("Sleep", None, "Sleep"),
        ("", " ", ""),
    ],
)
def test_a_title_stands_above_its_text_unless_the_text_begins_by_it(title: str, text: Any, question: str) -> None:
    found = mapped({"title": title, "text": text, "a": "b"}, question=["title", "text"], answer="a")
    assert found["question"] == question


def test_types_are_left_for_validation_to_judge() -> None:
    record = {"q": 5, "a": {"secret": "text"}, "t": float("inf")}
    assert mapped(record, question="q", answer="a", topic="t") == {
        "question": 5,
        "answer": {},
        "turns": None,
        "topic": None,
    }


def test_speakers_get_their_roles() -> None:
    record = [{"from": 0, "value": "Hello"}, {"from": 1, "value": "Welcome"}]
    roles = {"0": "seeker", "1": "supporter"}
    assert turns(record, path=".", role="from", text="value", roles=roles) == [
        ("seeker", "Hello"),
        ("supporter", "Welcome"),
    ]


def test_without_a_role_field_turns_alternate() -> None:
    assert turns({"talk": ["a", "b", "c"]}, path="talk", role=None, text=".", first="supporter") == [
        ("supporter", "a"),
        ("seeker", "b"),
        ("supporter", "c"),
    ]


def test_neighbouring_turns_of_a_speaker_are_merged() -> None:
    said = [("seeker", "Hey\n", None), ("seeker", "there", None), ("supporter", "Hi", "n/a"), ("supporter", "", "Ask")]
    record = {"turns": [{"role": role, "text": text, "strategy": strategy} for role, text, strategy in said]}
    [seeker, supporter] = mapped(record, turns={"merge": True, "strategy": "strategy"})["turns"]
    assert seeker == {"role": "seeker", "text": "Hey\nthere", "strategy": None, "emotion": None}
    assert (supporter["text"], supporter["strategy"]) == ("Hi", "Ask")


def test_fault_names_the_field_of_the_turn_and_not_what_was_said() -> None:
    with pytest.raises(RecordFault) as caught:
        turns({"turns": [{"role": "seeker", "text": "a"}, {"role": "My name is Ann", "text": "b"}]})
    assert caught.value.fault == Fault(
        "turns.1.role",
        "names a speaker without a role",
        "Add the speaker to map.turns.roles, or take the turn out.",
    )


def test_parents_and_keys_are_names() -> None:
    mapping = Mapping(key="id", question="q", answer="a", parent="threads")
    record = {"id": 7, "q": "a", "a": "b", "threads": ["x", 3, "x", None]}
    assert key_of(record, mapping, set()) == "7"
    assert map_record(record, mapping, set()).parents == ["x", "3"]
    with pytest.raises(RecordFault, match="is blank"):
        key_of({**record, "id": " "}, mapping, set())


def table(*rows: tuple[str, str, str] | None) -> list[Read]:
    bad = Fault("record", "has 1 field", "Mend the line.")
    return [
        Read(place, {"talk": row[0], "place": row[1], "text": row[2]} if row else None, None if row else bad)
        for place, row in enumerate(rows, start=1)
    ]


def dialogues(*rows: tuple[str, str, str] | None) -> list[tuple[int, Any]]:
    mapping = TurnMapping(group_by="talk", order_by="place", role=None)
    reads = grouped(iter(table(*rows)), mapping)
    return [(one.row, one.fault or [row["text"] for row in one.record.rows]) for one in reads]


def test_rows_of_a_table_become_dialogues_ordered_as_numbers() -> None:
    assert dialogues(("a", "10", "third"), ("b", "1", "only"), ("a", "2", "second"), ("a", "1", "first")) == [
        (1, ["first", "second", "third"]),
        (2, ["only"]),
    ]


def test_a_row_an_annotator_counts_once() -> None:
    assert dialogues(("a", "1", "same"), ("a", "1", "same"), ("a", "2", "next")) == [(1, ["same", "next"])]


def test_two_turns_at_one_place_are_a_fault() -> None:
    [(row, fault)] = dialogues(("a", "1", "one"), ("a", "1", "other"))
    assert (row, fault.field, fault.message) == (1, "place", "is the same in two rows of this dialogue")


def test_a_row_that_cannot_be_read_is_a_fault_of_the_dialogues_beside_it() -> None:
    found = dialogues(("a", "1", "x"), None, ("b", "1", "y"), ("c", "1", "z"))
    assert [(row, isinstance(what, Fault)) for row, what in found] == [(1, True), (3, True), (4, False)]
    assert found[0][1].message == "row 2, which may belong to it, has 1 field"


def test_a_table_of_nothing_but_faults_keeps_them() -> None:
    assert [row for row, _ in dialogues(None, None)] == [1, 2]
