"""`curate report` writes the build's page with where its review stands; the build itself stays as it is."""

import json

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from annotations import write_report
from cli.main import app
from curation import Workspace, build_dataset, open_build
from schemas.errors import CurateError
from tests.annotations.test_status import PAIRS, TEAM, decided
from tests.conftest import MakeWorkspace, curate


def reviewed(make_workspace: MakeWorkspace) -> Workspace:
    workspace = make_workspace(PAIRS, review={"reviewers": TEAM, "double": 0.0})
    build_dataset(workspace)
    decided(workspace, "clin-1", "accept", "accept", "accept")
    decided(workspace, "clin-2", "accept", "reject")
    return workspace


def test_the_page_tells_where_the_review_stands(make_workspace: MakeWorkspace) -> None:
    workspace = reviewed(make_workspace)
    before = (open_build(workspace).folder / "report.html").read_text()
    html = write_report(workspace).path.read_text()
    assert "<b>2</b>approved" in html
    assert "<b>1</b>disputed" in html
    assert "1 decisions left" in html
    assert "clin-1" in html
    assert "the only build" in html
    assert "approved" not in before.partition('<section id="review"')[2]
    assert (open_build(workspace, check=True).folder / "report.html").read_text() == before


def test_decisions_change_the_page_and_not_the_build(make_workspace: MakeWorkspace) -> None:
    workspace = make_workspace(PAIRS, review={"reviewers": TEAM, "double": 0.0})
    build_id = build_dataset(workspace).manifest.build_id
    assert "<b>0</b>approved" in write_report(workspace).path.read_text()
    decided(workspace, "clin-1", "accept", "accept", "accept")
    assert "<b>2</b>approved" in write_report(workspace).path.read_text()
    again = build_dataset(workspace)
    assert (again.manifest.build_id, again.work.existed) == (build_id, True)


def test_the_command_names_the_page_and_the_build_that_it_compares_with(make_workspace: MakeWorkspace) -> None:
    first = build_dataset(make_workspace(PAIRS[:2])).manifest.build_id
    workspace = make_workspace(PAIRS)
    second = build_dataset(workspace).manifest.build_id
    told = json.loads(curate("-C", workspace.root, "report", "--json").stdout)
    assert told == {"build_id": second, "report": str(workspace.builds / "report.html"), "against": first}
    assert first in (workspace.builds / "report.html").read_text()
    assert curate("-C", workspace.root, "report").stdout == f"{workspace.builds / 'report.html'}\n"
    wrong = curate("-C", workspace.root, "report", "--against", "nothing")
    assert wrong.returncode == 1
    assert "build 'nothing' is not there" in wrong.stderr


@pytest.mark.parametrize("command", [["report"], ["review", "status"]])
def test_items_that_were_altered_after_the_build_are_refused(make_workspace: MakeWorkspace, command: list[str]) -> None:
    workspace = make_workspace(PAIRS)
    build_id = build_dataset(workspace).manifest.build_id
    items = workspace.builds / build_id / "items.parquet"
    whole = items.read_bytes()
    pq.write_table(pq.read_table(items).slice(1), items)
    altered = items.read_bytes()
    for content in (altered, whole[: len(whole) // 2]):
        items.write_bytes(content)
        refused = CliRunner().invoke(app, ["-C", str(workspace.root), *command]).exception
        assert isinstance(refused, CurateError)
        assert str(refused).startswith(f"builds/{build_id}/items.parquet: was changed after the build, or is missing.")
