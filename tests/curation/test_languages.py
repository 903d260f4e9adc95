"""A source in a language that is not covered: told on the screen and on the page, read first, not released unread."""

import csv
import json
from pathlib import Path

import pytest
import yaml

from annotations import decide, status, write_sheet
from curation import Workspace, open_build
from exports import reasons
from schemas.language import is_supported
from tests.conftest import QA_SOURCE, curate

SOURCES = {
    "german": ("de", [("Margaret Ellison-Hughes hier. I want to kill myself.", "Schreib mir an a.b@beispiel.de.")]),
    "english": ("en-GB", [("I cannot sleep.", "Get up at the same time."), ("I want to die.", "Please call 988 now.")]),
}


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    root = tmp_path / "workspace"
    (root / "sources").mkdir(parents=True)
    sources = []
    for name, (language, pairs) in SOURCES.items():
        lines = [json.dumps({"q": question, "a": answer}) + "\n" for question, answer in pairs]
        (root / "sources" / f"{name}.jsonl").write_text("".join(lines))
        sources.append({**QA_SOURCE, "id": name, "path": f"sources/{name}.jsonl", "language": language})
    review = {"reviewers": {"clin-1": "reviewer", "clin-2": "reviewer"}, "rubric": "verdict-1"}
    (root / "curate.yaml").write_text(yaml.safe_dump({"name": "test", "sources": sources, "review": review}))
    return Workspace(root)


def test_it_is_told_read_first_and_not_released_unread(workspace: Workspace) -> None:
    done = curate("-C", workspace.root, "build-dataset")
    assert done.returncode == 0
    (warning,) = done.stderr.splitlines()
    assert warning.startswith("Warning: source 'german', items: 1, fields question, answer, topic, language 'de': ")
    assert "Margaret" not in done.stderr

    build = open_build(workspace)
    german, *english = build.items().to_pylist()
    assert (german["risk_level"], german["residual_risk"]["reasons"]) == (None, ["language not covered"])
    assert german["answer"] == "Schreib mir an [EMAIL_1]."
    assert [item["risk_level"] for item in english] == ["none", "passive"]
    assert "Warning: source &#39;german&#39;, items: 1" in (build.folder / "report.html").read_text()

    sheet = workspace.root / "queue.csv"
    write_sheet(workspace, sheet)
    with sheet.open(encoding="utf-8-sig", newline="") as file:
        levels = [row["risk_level"] for row in csv.DictReader(file)]
    assert levels == ["passive", "risk not read: language", "none"]
    assert [one.level for one in status(workspace).backlog] == ["passive", "not looked at", "none"]

    decisions = workspace.root / "decisions.jsonl"
    rows = [{name: item[name] for name in ("item_id", "content_hash")} for item in (german, *english)]
    decisions.write_text("".join(json.dumps({**row, "verdict": "accept"}) + "\n" for row in rows))
    for reviewer in ("clin-1", "clin-2"):  # by a rubric that does not ask for personal data
        decide(workspace, decisions, reviewer=reviewer)
    (refused,) = [reason for reason in reasons(workspace) if reason.code == "pii.risk"]
    assert refused.items == [german["item_id"]]


@pytest.mark.parametrize("tag", ["en", "en-GB", "de-CH-1996", "zh-Hant-TW", "zh-cmn", "es-419", "sr", "en-x-clinic"])
def test_a_well_formed_tag_of_a_known_language_is_taken(tag: str) -> None:
    assert is_supported(tag) == (tag != "sr")  # no script of it is known: it is written in two


@pytest.mark.parametrize(
    "tag", ["", "zz", "zz-!!", "en-", "en_GB", "EN", "en-!!", "en GB", "en\n", "-en", "en-GB-", "eng"]
)
def test_any_other_is_not(tag: str) -> None:
    assert not is_supported(tag)
