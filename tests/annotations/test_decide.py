"""Decisions from a file: bound to the text that was read, all taken or none, each provable."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from annotations import Ledger, decide, policy_of, standings, status, write_sheet
from curation import Workspace, build_dataset, open_build
from schemas.errors import CurateError, UsageError
from tests.conftest import MakeWorkspace

PAIRS = [
    ("I cannot sleep, what helps?", "A fixed time to get up helps most people."),
    ("I think of killing myself.", "I am glad you wrote. In the US call or text 988 now."),
    ("How do I stop worrying?", "Write the worry down and set a time for it."),
]


@pytest.fixture
def built(make_workspace: MakeWorkspace) -> Workspace:
    workspace = make_workspace(PAIRS)
    build_dataset(workspace)
    return workspace


def decisions(workspace: Workspace, *verdicts: str | dict[str, Any], reviewer: str = "clin-1") -> Path:
    """A file that decides on the items in the order of the build."""
    file = workspace.root / "decisions.jsonl"
    with file.open("w") as out:
        for item, verdict in zip(open_build(workspace).items().to_pylist(), verdicts, strict=False):
            row = {"verdict": verdict} if isinstance(verdict, str) else verdict
            base = {"item_id": item["item_id"], "content_hash": item["content_hash"], "reviewer": reviewer}
            out.write(json.dumps({**base, **row}) + "\n")
    return file


def test_a_sheet_has_the_risky_item_first_and_empty_verdicts(built: Workspace) -> None:
    file = built.root / "queue.csv"
    assert write_sheet(built, file) == 3
    rows = list(csv.DictReader(file.open(encoding="utf-8-sig", newline="")))
    assert rows[0]["question"] == "I think of killing myself."
    assert {row["verdict"] for row in rows} == {""}


def test_a_sheet_that_was_filled_in_is_taken(built: Workspace) -> None:
    file = built.root / "queue.csv"
    write_sheet(built, file)
    rows = list(csv.DictReader(file.open(encoding="utf-8-sig", newline="")))
    rows[0]["verdict"] = "accept"
    rows[1]["verdict"] = "reject"
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    assert decide(built, file, reviewer="clin-1") == (2, 0, 1)
    assert status(built).counts == {"approved": 1, "rejected": 1, "disputed": 0, "stale": 0, "waiting": 1}
    assert write_sheet(built, file, force=True) == 1


def test_the_same_file_twice_decides_once(built: Workspace) -> None:
    file = decisions(built, {"verdict": "accept", "decided_at": "2026-01-05T10:00:00Z"})
    assert decide(built, file).written == 1
    assert decide(built, file) == (0, 1, 0)


def test_the_same_file_twice_without_dates_decides_once(built: Workspace) -> None:
    file = decisions(built, "accept")
    assert decide(built, file).written == 1
    assert decide(built, file) == (0, 1, 0)


def test_an_old_sheet_does_not_bring_back_what_was_taken_back(built: Workspace) -> None:
    decide(built, decisions(built, "accept"))
    decide(built, decisions(built, "reject"))
    with pytest.raises(CurateError, match="clin-1 decided so before, and otherwise after that"):
        decide(built, decisions(built, "accept"))
    assert status(built).counts["rejected"] == 1


def test_an_earlier_decision_does_not_replace_a_later_one(built: Workspace) -> None:
    decide(built, decisions(built, {"verdict": "reject", "decided_at": "2026-06-01T10:00:00Z"}))
    with pytest.raises(CurateError, match="decided on this text again after that"):
        decide(built, decisions(built, {"verdict": "accept", "decided_at": "2020-01-01T10:00:00Z"}))


def test_one_file_decides_once_on_an_item(built: Workspace) -> None:
    file = decisions(built, "accept")
    file.write_text(file.read_text() + file.read_text().replace("accept", "reject"))
    with pytest.raises(CurateError, match="row 2, field 'item_id': row 1 decides on this item, too"):
        decide(built, file)


def test_a_rejection_stands_when_its_reviewer_decides_on_another_version(
    built: Workspace, make_workspace: MakeWorkspace
) -> None:
    decide(built, decisions(built, "reject"))
    decide(built, decisions(built, "accept", reviewer="clin-2"))
    question, answer = PAIRS[0]
    make_workspace([(question, answer + " Try it for two weeks."), *PAIRS[1:]])
    build_dataset(built)
    decide(built, decisions(built, "accept"))
    assert status(built).counts["approved"] == 1
    make_workspace(PAIRS)
    build_dataset(built)
    assert status(built).counts["disputed"] == 1


def test_two_reviewers_who_disagree_make_a_dispute(built: Workspace) -> None:
    decide(built, decisions(built, "accept"))
    decide(built, decisions(built, "reject", reviewer="clin-2"))
    assert status(built).counts["disputed"] == 1
    decide(built, decisions(built, "accept", reviewer="clin-2"))
    assert status(built).counts["approved"] == 1


def test_a_decision_on_a_text_that_changed_is_stale_and_queued_again(
    built: Workspace, make_workspace: MakeWorkspace
) -> None:
    decide(built, decisions(built, "accept", "accept", "accept"))
    question, answer = PAIRS[0]
    make_workspace([(question, answer + " Try it for two weeks."), *PAIRS[1:]])
    build_dataset(built)
    assert status(built).counts == {"approved": 2, "rejected": 0, "disputed": 0, "stale": 1, "waiting": 0}
    assert write_sheet(built, built.root / "queue.csv") == 1


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"verdict": "yes"}, "row 2, field 'verdict': Input should be 'accept', 'edit' or 'reject'"),
        ({"verdict": "edit"}, "row 2, field 'verdict': verdict is 'edit', so the edited question"),
        ({"verdict": "accept", "edited_answer": "x"}, "verdict is 'accept', so no edited text may be given"),
        ({"verdict": "accept", "item_id": "answers-0"}, "field 'item_id': the last build has no such item"),
        ({"verdict": "accept", "content_hash": "0" * 64}, "field 'content_hash': the item's text has changed"),
        ({"verdict": "accept", "content_hash": ""}, "field 'content_hash': Field required"),
        ({"verdict": "accept", "reviewer": "Dr. Jane Doe"}, "field 'reviewer'"),
        ({"verdict": "accept", "reviewer": ""}, "field 'reviewer': nobody is named"),
        ({"verdict": "edit", "edited_answer": " "}, "field 'edited_answer': is blank"),
        (
            {"verdict": "edit", "edited_answer": "Call me on 212-555-0147."},
            "field 'edited_answer': holds personal data (PHONE)",
        ),
        ({"verdict": "edit", "edited_turns": "[{"}, "field 'edited_turns': holds no turns"),
        ({"verdict": "accept", "answer": "A changed answer."}, "field 'answer': was changed in its place"),
        ({"verdict": "reject", "comment": "ask 212-555-0147"}, "field 'comment': holds personal data (PHONE)"),
        (
            {"verdict": "edit", "edited_turns": [{"role": "seeker", "text": "a"}, {"role": "supporter", "text": "b"}]},
            "field 'edited_turns': an item of kind 'qa' has no turns. Write the edit into edited_question or",
        ),
        ({"verdict": "edit", "edited_answer": PAIRS[1][1]}, "the edited text is the text as it was"),
        ({"verdict": "accept", "verdict_": "x"}, "field 'verdict_': column 5 is none of a decision. Did you mean"),
        ({"verdict": "accept", "My name is 212-555-0147": "x"}, "row 2: column 5 is none of a decision"),
        ({"verdict": "accept", "ratings": "empathi 4"}, "field 'ratings': names something that the rubric does not"),
        ({"verdict": "accept", "ratings": "empathy 6"}, "field 'ratings': empathy is not rated from 1 to 5"),
        ({"verdict": "accept", "ratings": "very good"}, "field 'ratings': holds no ratings. Write them as"),
        ({"verdict": "accept", "raised_flags": "stigmas"}, "field 'raised_flags': names something that the rubric"),
        ({"verdict": "accept", "decided_at": "2026"}, "field 'decided_at': is no time"),
        ({"verdict": "accept", "decided_at": "2026-01-05T10:00:00"}, "field 'decided_at': Input should have timezone"),
        ({"verdict": "accept", "decided_at": "2999-01-05T10:00:00Z"}, "field 'decided_at': lies in the future"),
    ],
)
def test_one_wrong_row_and_nothing_is_written(built: Workspace, row: dict[str, Any], message: str) -> None:
    file = decisions(built, "accept", row)
    with pytest.raises(CurateError) as error:
        decide(built, file)
    assert message in str(error.value)
    assert "212-555" not in str(error.value)
    assert Ledger(built.ledger).entries() == []


def test_an_edit_of_a_dialogue_is_of_its_turns(example: Workspace) -> None:
    build_dataset(example)
    item = next(row for row in open_build(example).items().to_pylist() if row["kind"] == "dialogue")
    row = {"item_id": item["item_id"], "content_hash": item["content_hash"], "verdict": "edit"}
    file = example.root / "decisions.jsonl"
    file.write_text(json.dumps({**row, "edited_question": "Why?"}))
    with pytest.raises(
        CurateError, match="an item of kind 'dialogue' has no question. Write the edit into edited_turns"
    ):
        decide(example, file, reviewer="clin-1")
    turns = [{"role": "seeker", "text": "I am sad."}, {"role": "supporter", "text": "I am listening."}]
    file.write_text(json.dumps({**row, "edited_turns": turns}))
    assert decide(example, file, reviewer="clin-1").written == 1


def test_turns_are_edited_as_the_sheet_shows_them(example: Workspace) -> None:
    build_dataset(example)
    item = next(row for row in open_build(example).items().to_pylist() if row["kind"] == "dialogue")
    row = {"item_id": item["item_id"], "content_hash": item["content_hash"], "verdict": " Edit "}
    file = example.root / "decisions.jsonl"
    file.write_text(json.dumps({**row, "edited_turns": "Seeker: I am sad.\nSince May.\nsupporter: I am listening."}))
    decide(example, file, reviewer="clin-1")
    (entry,) = Ledger(example.ledger).entries()
    assert entry.review.turns is not None
    assert [(turn.role, turn.text) for turn in entry.review.turns] == [
        ("seeker", "I am sad.\nSince May."),
        ("supporter", "I am listening."),
    ]


def test_a_table_with_semicolons_is_read(built: Workspace) -> None:
    file = built.root / "queue.csv"
    write_sheet(built, file)
    rows = list(csv.DictReader(file.open(encoding="utf-8-sig", newline="")))
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, rows[0], delimiter=";")
        writer.writeheader()
        writer.writerows({**row, "verdict": "Accept"} for row in rows)
    assert decide(built, file, reviewer="clin-1").written == 3


@pytest.mark.parametrize("text", ["", "item_id,content_hash\na,b\n"])
def test_a_table_without_verdicts_is_refused(built: Workspace, text: str) -> None:
    file = built.root / "queue.csv"
    file.write_text(text)
    with pytest.raises(CurateError, match="is missing"):
        decide(built, file)


def test_a_sheet_replaces_no_file_unasked_and_goes_nowhere_it_does_not_belong(built: Workspace) -> None:
    file = built.root / "queue.csv"
    write_sheet(built, file)
    with pytest.raises(UsageError, match="is there already, perhaps with verdicts"):
        write_sheet(built, file)
    assert write_sheet(built, file, force=True) == 3
    with pytest.raises(UsageError, match="a sheet does not belong there"):
        write_sheet(built, built.sources / "queue.csv", force=True)
    with pytest.raises(UsageError, match="there is no such folder"):
        write_sheet(built, built.root / "none" / "queue.csv")


def test_a_text_copied_from_the_sheet_loses_its_guard(make_workspace: MakeWorkspace) -> None:
    workspace = make_workspace([("What helps?", "- Sleep\n- Friends, and a walk every day")])
    build_dataset(workspace)
    file = workspace.root / "queue.csv"
    write_sheet(workspace, file)
    (row,) = csv.DictReader(file.open(encoding="utf-8-sig", newline=""))
    assert row["answer"].startswith("'- Sleep")
    row |= {"verdict": "edit", "edited_answer": row["answer"].replace("every day", "each day")}
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, row)
        writer.writeheader()
        writer.writerow(row)
    decide(workspace, file, reviewer="clin-1")
    (entry,) = Ledger(workspace.ledger).entries()
    assert entry.review.answer is not None
    assert entry.review.answer.startswith("- Sleep")


def test_a_comment_may_hold_any_kind_of_line_break(built: Workspace) -> None:
    file = decisions(built, {"verdict": "accept", "comment": "one\u2028two"})
    file.write_text(file.read_text().replace("\\u2028", "\u2028"))
    assert decide(built, file).written == 1


def test_an_edit_that_is_clean_is_approved(built: Workspace) -> None:
    decide(
        built, decisions(built, {"verdict": "edit", "edited_answer": "Get up at a fixed time. In a crisis call 988."})
    )
    items = open_build(built).items()
    standing = standings(items, Ledger(built.ledger).entries(), policy_of(built))
    assert standing[items["item_id"][0].as_py()].state == "approved"


def test_ratings_and_flags_are_written_in_words(built: Workspace) -> None:
    more = {"ratings": "empathy 4; safety: 5", "raised_flags": "stigma, unsupported;"}
    decide(built, decisions(built, {"verdict": "accept", **more}))
    (entry,) = Ledger(built.ledger).entries()
    assert entry.review.scales == {"empathy": 4, "safety": 5}
    assert entry.review.flags == ("stigma", "unsupported")
    assert status(built).counts["approved"] == 1


def test_a_safety_flag_waits_for_the_adjudicator_whose_word_is_final(make_workspace: MakeWorkspace) -> None:
    workspace = make_workspace(PAIRS, review={"reviewers": {"clin-1": "reviewer", "senior": "adjudicator"}})
    build_dataset(workspace)
    decide(workspace, decisions(workspace, {"verdict": "accept", "raised_flags": "missing_referral"}))
    assert status(workspace).counts["disputed"] == 1
    decide(workspace, decisions(workspace, "accept", reviewer="senior"))
    assert status(workspace).counts["approved"] == 1
    decide(workspace, decisions(workspace, "reject"))  # what the reviewer says after that changes nothing
    assert status(workspace).counts["approved"] == 1


def test_who_is_not_named_in_the_configuration_decides_nothing(make_workspace: MakeWorkspace) -> None:
    workspace = make_workspace(PAIRS, review={"reviewers": {"clin-1": "reviewer"}})
    build_dataset(workspace)
    with pytest.raises(CurateError, match="is none of the reviewers in curate.yaml. Did you mean 'clin-1'?"):
        decide(workspace, decisions(workspace, "accept", reviewer="clin-l"))


def test_an_option_that_is_wrong_is_not_blamed_on_a_row(make_workspace: MakeWorkspace) -> None:
    workspace = make_workspace(PAIRS)
    build_dataset(workspace)
    with pytest.raises(UsageError, match=r"^field '--reviewer': is no reviewer's alias.* Give an alias"):
        decide(workspace, decisions(workspace, "accept"), reviewer="Dr. H W")


def test_a_risky_item_needs_two(make_workspace: MakeWorkspace) -> None:
    team = {"clin-1": "reviewer", "clin-2": "reviewer"}
    workspace = make_workspace(PAIRS, review={"reviewers": team, "double": 0.0})
    build_dataset(workspace)
    decide(workspace, decisions(workspace, "accept", "accept", "accept"))
    assert status(workspace).counts == {"approved": 2, "rejected": 0, "disputed": 0, "stale": 0, "waiting": 1}
    decide(workspace, decisions(workspace, "accept", "accept", "accept", reviewer="clin-2"))
    assert status(workspace).counts["approved"] == 3
