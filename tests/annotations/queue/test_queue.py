"""Push and pull on a real Label Studio: each task once, each decision once, whatever happens on the server."""

from pathlib import Path
from typing import Any

import pytest

from annotations import Ledger, adjudicate, policy_of, pull, push, standings
from curation import Workspace, build_dataset, open_build
from tests.annotations.conftest import Reviewer, borrow, made, made_pairs

pytestmark = [pytest.mark.slow, pytest.mark.server]

ONE_EACH: dict[str, Any] = {"double": 0.0, "risky": []}
"""Every item is reviewed once."""


@pytest.fixture
def workspace(tmp_path: Path, own_server: Workspace) -> Workspace:
    workspace = made(tmp_path, made_pairs(24), **ONE_EACH)
    borrow(workspace, own_server)
    return workspace


def reviewers(workspace: Workspace) -> list[Reviewer]:
    return [Reviewer(workspace, f"clin-{number}") for number in (1, 2, 3)]


def test_every_item_stands_there_once_however_often_it_is_pushed(workspace: Workspace) -> None:
    assert push(workspace).added == 24
    again = push(workspace)
    assert (again.added, again.kept, again.retired, again.surplus) == (0, 24, 0, 0)
    asked = [task["data"]["item_id"] for one in reviewers(workspace) for task in one.tasks()]
    assert sorted(asked) == sorted(open_build(workspace).items()["item_id"].to_pylist())


def test_the_label_stream_gives_the_risky_items_first_also_those_that_come_later(workspace: Workspace) -> None:
    push(workspace)
    for one in reviewers(workspace):
        [project] = one.projects()
        severities = [task["data"]["severity"] for task in one.tasks()]
        assert severities == sorted(severities, reverse=True)
        assert one.next_task(project)["data"]["severity"] == max(severities)  # type: ignore[index]
    pairs = [*made_pairs(24), *(("I will kill myself tonight, I have the pills.", f"Stay. {n}") for n in range(9))]
    made(workspace.root, [(f"{q} {'x' * n}", a) for n, (q, a) in enumerate(pairs)], **ONE_EACH)
    push(workspace)
    for one in reviewers(workspace):
        severities = [task["data"]["severity"] for task in one.tasks()]
        assert severities == sorted(severities, reverse=True)


def test_a_decision_is_taken_once_and_a_change_of_mind_is_another(workspace: Workspace) -> None:
    push(workspace)
    one = reviewers(workspace)[0]
    annotation = one.decide(
        one.tasks()[0], "accept", scales={"empathy": 4}, comment="Call John Miller on 212-555-0147."
    )
    assert pull(workspace).written == 1
    assert pull(workspace).written == 0
    (entry,) = Ledger(workspace.ledger).entries()
    assert entry.review.scales == {"empathy": 4}
    assert entry.review.seconds == 12.5
    assert entry.review.rubric_version == "counselling-1"
    assert "212-555" not in (entry.review.comment or "")
    one.change(annotation, "reject")
    assert pull(workspace).written == 1
    assert [entry.review.verdict for entry in Ledger(workspace.ledger).entries()] == ["accept", "reject"]


def test_an_edit_counts_in_its_scrubbed_words_and_one_that_cannot_stand_is_held_back(workspace: Workspace) -> None:
    push(workspace)
    one = reviewers(workspace)[0]
    first, second, third = one.tasks()[:3]
    one.decide(
        first,
        "edit",
        edited={"answer": "Write to me at jane.roe@example.org, or call 988.", "question": first["data"]["question"]},
    )
    one.decide(second, "edit", edited={"answer": second["data"]["answer"]})
    bad = one.decide(third, "edit", edited={"answer": " "})
    pulled = pull(workspace)
    assert pulled.written == 1
    assert {held.item_id for held in pulled.held} == {second["data"]["item_id"], third["data"]["item_id"]}
    (entry,) = Ledger(workspace.ledger).entries()
    assert entry.review.answer == "Write to me at [EMAIL_1], or call 988."
    assert entry.review.question is None
    one.change(bad, "reject")
    again = pull(workspace)
    assert again.written == 1
    assert [held.item_id for held in again.held] == [second["data"]["item_id"]]


def test_a_changed_text_makes_a_new_task_and_the_decision_on_the_old_one_is_stale(workspace: Workspace) -> None:
    push(workspace)
    one = reviewers(workspace)[0]
    decided, waiting = one.tasks()[:2]
    one.decide(decided, "accept")
    changed = [(question, answer + " Try it.") for question, answer in made_pairs(24)]
    made(workspace.root, changed, **ONE_EACH)
    pushed = push(workspace)
    assert (pushed.added, pushed.retired) == (24, 23)  # the task that was decided on stays
    assert pushed.pulled.written == 1
    tasks = {task["id"]: task for task in one.tasks()}
    assert decided["id"] in tasks
    assert waiting["id"] not in tasks
    items = open_build(workspace).items()
    standing = standings(items, Ledger(workspace.ledger).entries(), policy_of(workspace))
    assert standing[decided["data"]["item_id"]].state == "stale"
    asked = [task for task in tasks.values() if task["data"]["item_id"] == decided["data"]["item_id"]]
    assert len(asked) == 2


def test_what_is_deleted_on_the_server_is_noticed_and_no_decision_is_lost(workspace: Workspace) -> None:
    push(workspace)
    one = reviewers(workspace)[0]
    decided, waiting = one.tasks()[:2]
    one.decide(decided, "accept")
    pull(workspace)
    for task in (decided, waiting):
        one.curator.call("DELETE", f"api/tasks/{task['id']}/")
    pushed = push(workspace)
    assert (pushed.added, pushed.restored) == (1, 1)
    assert len(Ledger(workspace.ledger).entries()) == 1
    assert pull(workspace).written == 0


def test_a_text_that_was_altered_on_the_server_cannot_be_decided_on(workspace: Workspace) -> None:
    push(workspace)
    one = reviewers(workspace)[0]
    task = one.tasks()[0]
    one.curator.call("PATCH", f"api/tasks/{task['id']}/", json={"data": {**task["data"], "answer": "Something else."}})
    one.decide(task, "accept")
    pulled = pull(workspace)
    assert (pulled.written, pulled.altered) == (0, 1)
    pushed = push(workspace)
    assert (pushed.added, pushed.altered) == (1, 1)


def test_what_somebody_else_decides_in_a_reviewers_project_does_not_count(workspace: Workspace) -> None:
    push(workspace)
    one, other, _ = reviewers(workspace)
    task = one.tasks()[0]
    other.decide(task, "accept")
    assert pull(workspace).foreign == 1
    assert Ledger(workspace.ledger).entries() == []
    assert push(workspace).added == 1  # the reviewer is asked again
    again = next(t for t in one.tasks() if t["data"] == task["data"] and t["id"] != task["id"])
    mine = one.decide(again, "accept")
    assert pull(workspace).written == 1
    other.change(mine, "reject")
    pull(workspace)
    assert [entry.review.verdict for entry in Ledger(workspace.ledger).entries()] == ["accept"]


def test_a_disagreement_goes_to_the_adjudicator_without_names(tmp_path: Path, own_server: Workspace) -> None:
    workspace = made(tmp_path, made_pairs(6), [["I am sad.", "I hear you.", "Thanks.", "Call any time."]], double=1.0)
    borrow(workspace, own_server)
    push(workspace)
    for one, verdict in zip(reviewers(workspace), ("accept", "reject", "accept"), strict=True):
        for task in one.tasks():
            one.decide(task, verdict, comment=f"so says {verdict}")
    pushed = adjudicate(workspace)
    senior = Reviewer(workspace, "senior-1")
    tasks = senior.tasks()
    assert pushed.open["senior-1"] == len(tasks) > 0
    for task in tasks:
        assert "clin-" not in task["data"]["opinions"]
        assert "A: " in task["data"]["opinions"]
        assert "B: " in task["data"]["opinions"]
        senior.decide(task, "accept")
    pull(workspace)
    standing = standings(open_build(workspace).items(), Ledger(workspace.ledger).entries(), policy_of(workspace))
    assert {one.state for one in standing.values()} <= {"approved", "rejected"}
    assert all(standing[task["data"]["item_id"]].final for task in tasks)
    assert adjudicate(workspace).added == 0


def test_a_new_reviewer_takes_over_and_who_leaves_is_asked_no_more(workspace: Workspace) -> None:
    push(workspace)
    config = (workspace.root / "curate.yaml").read_text()
    (workspace.root / "curate.yaml").write_text(config.replace("clin-3: reviewer", "clin-4: reviewer"))
    build_dataset(workspace)
    pushed = push(workspace)
    assert pushed.open["clin-4"] > 0
    asked = [t["data"]["item_id"] for n in (1, 2, 4) for t in Reviewer(workspace, f"clin-{n}").tasks()]
    assert sorted(asked) == sorted(open_build(workspace).items()["item_id"].to_pylist())
    assert Reviewer(workspace, "clin-3").tasks() == []
