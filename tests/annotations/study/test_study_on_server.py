"""A study on a real Label Studio, with raters of a known preference who answer through the API."""

import json
import random
from pathlib import Path
from typing import Any

import pytest

from annotations.label_studio import connect, read_connection
from annotations.study import Prompt, Rater, Study, analyse_study, pull_study, push_study, write_study
from annotations.study.design import SCALES, comparisons
from annotations.study.files import read_study
from curation.workspace import Workspace
from schemas.errors import CurateError
from tests.annotations.conftest import Reviewer, borrow

pytestmark = [pytest.mark.slow, pytest.mark.server]

MODELS = ("runs/plain-llama", "bundles/tuned-phone")
RATERS = 10
PROMPTS = 12


@pytest.fixture
def laid_out(tmp_path: Path, own_server: Workspace) -> Workspace:
    (tmp_path / "curate.yaml").write_text("name: test\nsources: []\n")
    workspace = Workspace(tmp_path)
    borrow(workspace, own_server)
    study = Study(
        name="pilot",
        prompts=tuple(Prompt(id=f"p{i}", text=f"I feel low, for the {i}th time.") for i in range(PROMPTS)),
        models=MODELS,
        raters=tuple(Rater(alias=f"r-{i}", group="student" if i % 2 else "professional") for i in range(RATERS)),
    )
    replies = {(model, p.id): f"{word} words, {p.id}." for model, word in zip(MODELS, ("Cold", "Warm"), strict=True)
               for p in study.prompts}  # fmt: skip
    write_study(workspace, study, replies)
    return workspace


def rate(reviewer: Reviewer, task: dict[str, Any], chance: random.Random, taste: float) -> None:
    """Warm replies get more for empathy, and are mostly preferred; the rest is chance."""
    result = [{"from_name": "consent", "to_name": "prompt", "type": "choices", "value": {"choices": ["yes"]}}]
    for side in ("left", "right"):
        warm = task["data"][side].startswith("Warm")
        for scale in SCALES:
            value = 3 + taste + 1.2 * (warm and scale.name == "empathy") + chance.gauss(0, 0.5)
            points = min(5, max(1, round(value)))
            result.append({"from_name": f"{side}_{scale.name}", "to_name": side, "type": "rating",
                           "value": {"rating": points}})  # fmt: skip
    warm_side = "left" if task["data"]["left"].startswith("Warm") else "right"
    cold_side = "right" if warm_side == "left" else "left"
    chosen = "tie" if chance.random() < 0.1 else warm_side if chance.random() < 0.8 else cold_side
    result.append({"from_name": "preference", "to_name": "prompt", "type": "choices", "value": {"choices": [chosen]}})
    answer = reviewer._post(f"/api/tasks/{task['id']}/annotations/", {"result": result, "lead_time": 20.0})
    assert answer.status_code == 201


def test_raters_of_a_known_preference_are_found_out_and_stay_blind(laid_out: Workspace) -> None:
    pushed = push_study(laid_out, "pilot")
    assert (pushed.added, pushed.kept) == (RATERS * PROMPTS, 0)
    again = push_study(laid_out, "pilot")
    assert (again.added, again.kept) == (0, RATERS * PROMPTS)

    server = connect(read_connection(laid_out))
    chance = random.Random(11)
    for number, (alias, link) in enumerate(pushed.links.items()):
        project = int(link.split("/projects/")[1].split("/")[0])
        tasks = list(server.tasks(project, "id,data"))
        shown = json.dumps([tasks, server.call("GET", f"api/projects/{project}/")])
        assert not any(name in shown for model in MODELS for name in (model, model.split("/")[1]))
        rater = Reviewer(laid_out, alias)
        taste = chance.gauss(0, 0.4)
        for task in tasks[: PROMPTS - (number == 0)]:  # one rater leaves one out
            rate(rater, task, chance, taste)
        if number == 0:
            skipped = {"result": [], "was_cancelled": True, "lead_time": 1.0}
            rater._post(f"/api/tasks/{tasks[-1]['id']}/annotations/", skipped)

    pulled = pull_study(laid_out, "pilot")
    assert (pulled.answered, pulled.withdrawn) == (RATERS * PROMPTS - 1, 1)
    found = analyse_study(laid_out, "pilot").results
    differences = {one.scale: one for one in found.differences if one.group == "everybody"}
    empathy = differences["empathy"].difference
    assert empathy.low is not None
    assert empathy.high is not None
    # The order of the two sides is drawn anew each time: an interval of 95 % misses the truth one time in twenty.
    assert -1.6 < empathy.low < empathy.high < -0.8
    assert {name for name, one in differences.items() if one.p is not None and one.p < 0.05} == {"empathy"}
    strength = {one.model: one.log_strength for one in found.strengths if one.group == "everybody"}
    assert strength["bundles/tuned-phone"].low is not None
    assert strength["bundles/tuned-phone"].low > 0
    page = (laid_out.root / "studies/pilot/report.html").read_text()
    assert not any(f"r-{number}" in page for number in range(RATERS))


def test_an_answer_that_was_pulled_survives_the_server(laid_out: Workspace) -> None:
    pushed = push_study(laid_out, "pilot")
    project = int(pushed.links["r-3"].split("/projects/")[1].split("/")[0])
    server = connect(read_connection(laid_out))
    rater = Reviewer(laid_out, "r-3")
    for task in list(server.tasks(project, "id,data"))[:2]:
        rate(rater, task, random.Random(3), 0)
    assert pull_study(laid_out, "pilot").by_rater["r-3"] == 2
    server.call("DELETE", f"api/projects/{project}/")
    assert pull_study(laid_out, "pilot").answered == 2


def test_an_answer_without_consent_does_not_count(laid_out: Workspace) -> None:
    pushed = push_study(laid_out, "pilot")
    project = int(pushed.links["r-0"].split("/projects/")[1].split("/")[0])
    task = next(connect(read_connection(laid_out)).tasks(project, "id,data"))
    result = [{"from_name": "preference", "to_name": "prompt", "type": "choices", "value": {"choices": ["left"]}}]
    Reviewer(laid_out, "r-0")._post(f"/api/tasks/{task['id']}/annotations/", {"result": result})
    pulled = pull_study(laid_out, "pilot")
    assert (pulled.answered, pulled.withdrawn) == (0, 1)
    with pytest.raises(CurateError, match="nobody has answered"):
        analyse_study(laid_out, "pilot")


def test_the_key_ties_every_task_to_its_models(laid_out: Workspace) -> None:
    study, _, secret = read_study(laid_out, "pilot")
    assert len({one.ref for one in comparisons(study, secret)}) == RATERS * PROMPTS
