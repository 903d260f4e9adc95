"""Where the review stands: what is open with whom, by risk, and how long it will take."""

import json
from pathlib import Path

import pytest

from annotations import decide, status, write_status_page
from curation import Workspace, build_dataset, open_build
from schemas.errors import CurateError, UsageError
from tests.conftest import MakeWorkspace, curate

PAIRS = [
    ("I cannot sleep, what helps?", "A fixed time to get up helps most people."),
    ("I think of killing myself.", "I am glad you wrote. In the US call or text 988 now."),
    ("How do I stop worrying?", "Write the worry down and set a time for it."),
]
TEAM = {"clin-1": "reviewer", "clin-2": "reviewer", "senior-1": "adjudicator"}


@pytest.fixture
def built(make_workspace: MakeWorkspace) -> Workspace:
    workspace = make_workspace(PAIRS, review={"reviewers": TEAM, "double": 0.0})
    build_dataset(workspace)
    return workspace


def decided(workspace: Workspace, reviewer: str, *verdicts: str) -> None:
    rows = zip(open_build(workspace).items().to_pylist(), verdicts, strict=False)
    file = workspace.root / "decisions.jsonl"
    lines = [{"item_id": r["item_id"], "content_hash": r["content_hash"], "verdict": verdict} for r, verdict in rows]
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))
    decide(workspace, file, reviewer=reviewer)


def test_the_backlog_is_by_risk_and_by_reviewer(built: Workspace) -> None:
    before = status(built)
    assert [(one.level, one.items) for one in before.backlog] == [("active", 1), ("none", 2)]
    assert before.decisions_left == 4  # the risky one twice
    assert sum(one.open for one in before.reviewers) == 4
    assert before.hours_left is None
    decided(built, "clin-1", "accept", "accept", "accept")
    decided(built, "clin-2", "accept", "reject")
    after = status(built)
    assert after.counts == {"approved": 2, "rejected": 0, "disputed": 1, "stale": 0, "waiting": 0}
    assert after.disputes == {"verdict": 1}
    assert {one.reviewer: one.open for one in after.reviewers} == {"clin-1": 0, "clin-2": 0, "senior-1": 1}
    assert after.decisions_left == 1
    assert after.twice == 2


def test_the_page_holds_numbers_and_no_text(built: Workspace) -> None:
    decided(built, "clin-1", "accept")
    page = built.root / "review.html"
    write_status_page(built, status(built), page)
    html = page.read_text()
    assert "clin-1" in html
    assert "active" in html
    assert "sleep" not in html
    assert "<script" not in html
    assert "src=" not in html
    with pytest.raises(UsageError, match="the ending is not .html"):
        write_status_page(built, status(built), built.root / "review.pdf")
    with pytest.raises(UsageError, match="a page does not belong there"):
        write_status_page(built, status(built), built.builds / "review.html")


def test_the_command_line_tells_it(built: Workspace) -> None:
    done = curate("-C", built.root, "review", "status", "--html", built.root / "review.html")
    assert done.returncode == 0, done.stderr
    assert "4 decisions left" in done.stdout
    assert (built.root / "review.html").is_file()
    found = json.loads(curate("-C", built.root, "review", "status", "--json").stdout)
    assert found["counts"]["waiting"] == 3


def test_what_cannot_be_done_says_what_to_do(built: Workspace, make_workspace: MakeWorkspace) -> None:
    done = curate("-C", built.root, "review", "push")
    assert done.returncode == 1
    assert "this workspace has no review server. Start one with `curate review serve`" in done.stderr
    nobody = make_workspace(PAIRS, name="nobody")
    build_dataset(nobody)
    done = curate("-C", nobody.root, "review", "push")
    assert done.returncode == 1
    assert "field 'review.reviewers': nobody is named as reviewer. Add one" in done.stderr


def test_a_team_server_needs_its_key(built: Workspace) -> None:
    url = "http://127.0.0.1:9"
    env = {"LABEL_STUDIO_API_KEY": ""}
    done = curate("-C", built.root, "review", "serve", "--url", url, env=env)
    assert done.returncode == 1
    assert f"field 'LABEL_STUDIO_API_KEY': the key to {url} is not set" in done.stderr
    done = curate("-C", built.root, "review", "serve", "--url", url, env={"LABEL_STUDIO_API_KEY": "x" * 40})
    assert done.returncode == 1
    assert f"{url} does not answer" in done.stderr
    assert "x" * 40 not in (built.private / "label-studio.json").read_text()


def test_a_veto_that_the_rubric_does_not_have_is_refused(make_workspace: MakeWorkspace, tmp_path: Path) -> None:
    workspace = make_workspace(PAIRS, review={"veto": ["stigmas"]})
    build_dataset(workspace)
    with pytest.raises(CurateError, match="the rubric counselling-1 has no flag 'stigmas'"):
        status(workspace)
