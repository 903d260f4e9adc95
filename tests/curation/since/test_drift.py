"""What changed from one build to the next is told apart: new, another text, gone, and what it was made of."""

import json
from pathlib import Path

import pytest
import yaml

from curation import Build, Workspace, build_dataset, open_build
from curation.since import Drift, drift, drift_html, page_with, previous_build
from schemas.errors import CurateError
from tests.conftest import QA_SOURCE

TEXTS = {
    "sleep": ("I cannot fall asleep before three.", "A fixed time to get up helps most people."),
    "worry": ("How do I stop worrying about exams?", "Write the worry down and set a time for it."),
    "brother": ("My brother has not spoken to me since May.", "A short letter without a reproach can be a beginning."),
}


def written(root: Path, texts: dict[str, tuple[str, str]], **config: object) -> tuple[Workspace, Build]:
    """The workspace with these records, and its build."""
    (root / "sources").mkdir(parents=True, exist_ok=True)
    lines = [json.dumps({"id": key, "q": question, "a": answer}) for key, (question, answer) in texts.items()]
    (root / "sources" / "answers.jsonl").write_text("".join(line + "\n" for line in lines))
    source = {**QA_SOURCE, "map": {"key": "id", "question": "q", "answer": "a"}}
    (root / "curate.yaml").write_text(yaml.safe_dump({"name": "test", "sources": [source], **config}))
    workspace = Workspace(root)
    build_dataset(workspace)
    return workspace, open_build(workspace)


def changed(root: Path) -> Drift:
    """The drift when one record is new, one has another text and one is gone."""
    written(root, TEXTS)
    after = {
        "sleep": TEXTS["sleep"],
        "worry": (TEXTS["worry"][0], "Breathe out slowly, and begin with the first page."),
    }
    workspace, build = written(root, {**after, "dog": ("Our dog died, and I cry at work.", "Grief asks for time.")})
    found = drift(workspace, build)
    assert found is not None
    return found


def test_the_first_build_has_nothing_to_be_compared_with(tmp_path: Path) -> None:
    workspace, build = written(tmp_path, TEXTS)
    assert drift(workspace, build) is None
    assert "the only build" in drift_html(None)


def test_a_build_of_an_earlier_version_is_passed_over_unless_it_is_named(tmp_path: Path) -> None:
    workspace, earlier = written(tmp_path, TEXTS)
    (earlier.folder / "manifest.json").write_text('{"build_id": "of another time"}')
    workspace, build = written(tmp_path, {"sleep": TEXTS["sleep"]})
    assert previous_build(workspace, build.manifest.build_id) is None
    assert drift(workspace, build) is None
    with pytest.raises(CurateError, match="the manifest cannot be read"):
        drift(workspace, build, against=earlier.folder.name)


def test_new_changed_and_lost_items_are_told_apart(tmp_path: Path) -> None:
    [source] = changed(tmp_path).sources
    assert (source.before, source.now) == (3, 3)
    assert (source.added, source.changed, source.gone, source.removed) == (1, 1, 1, 0)


def test_an_item_that_another_stands_for_now_is_told(tmp_path: Path) -> None:
    written(tmp_path, TEXTS, dedup={"near": False})
    copy = {**TEXTS, "copy": TEXTS["sleep"]}
    workspace, build = written(tmp_path, dict(reversed(copy.items())), dedup={"near": False})
    found = drift(workspace, build)
    assert found is not None
    assert sum(source.gone - source.removed for source in found.sources) == 0


def test_files_and_settings_that_changed_are_named(tmp_path: Path) -> None:
    written(tmp_path, TEXTS)
    workspace, build = written(tmp_path, {"sleep": TEXTS["sleep"]}, dedup={"threshold": 90})
    found = drift(workspace, build)
    assert found is not None
    assert found.files == [("sources/answers.jsonl", "changed")]
    assert [(one.key, one.before, one.now) for one in found.settings] == [("dedup.threshold", "80.0", "90.0")]
    assert not found.other_code


def test_the_last_other_build_is_compared_with_or_the_one_that_is_named(tmp_path: Path) -> None:
    builds = [written(tmp_path, dict([*TEXTS.items()][:number]))[1].manifest.build_id for number in (1, 2, 3)]
    workspace = Workspace(tmp_path)
    assert previous_build(workspace, builds[2]) == builds[1]
    found = drift(workspace, open_build(workspace), against=builds[0])
    assert found is not None
    assert found.before.items == 1
    with pytest.raises(CurateError, match="build 'none' is not there"):
        drift(workspace, open_build(workspace), against="none")


def test_the_part_of_the_page_holds_no_text_of_an_item(tmp_path: Path) -> None:
    html = drift_html(changed(tmp_path))
    assert "text changed" in html
    assert not any(word in html for word in ("asleep", "Breathe", "Grief", "brother"))


def test_the_builds_own_page_stays_as_it_is(tmp_path: Path) -> None:
    workspace, build = written(tmp_path, TEXTS)
    page = page_with(build, {"review": drift_html(None), "drift": drift_html(None)})
    assert page.count("the only build") == 2
    assert "adds it to a copy of this page" not in page
    open_build(workspace, check=True)


def test_a_page_that_was_altered_is_refused(tmp_path: Path) -> None:
    _, build = written(tmp_path, TEXTS)
    file = build.folder / "report.html"
    file.write_text(file.read_text().replace("</main>", "<p>All is well.</p></main>"))
    with pytest.raises(CurateError, match="report.html: was changed after the build"):
        page_with(build, {})
