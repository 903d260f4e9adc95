"""A new study from the command line: models reply, and what raters will compare is laid out."""

import json
from pathlib import Path

import pytest

from annotations.study.files import read_study
from curation.workspace import Workspace
from tests.conftest import curate

PROMPTS = "I have been lying awake for most of this week.\nMy brother and I argue all the time.\n"


@pytest.mark.slow
def test_two_models_reply_the_same_each_time(trained: Workspace, tmp_path: Path) -> None:
    prompts = tmp_path / "prompts.txt"
    prompts.write_text(PROMPTS)
    models = ("--model", "runs/first", "--model", "runs/adapted")
    for name in ("one", "two"):
        done = curate(
            "-C", trained.root, "study", "new", name, "--prompts", prompts, *models, "--rater", "s-01:student"
        )
        assert done.returncode == 0, done.stderr
        assert "Read replies.jsonl" in done.stdout
    (one, replies, _), (_, again, _) = read_study(trained, "one"), read_study(trained, "two")
    assert replies == again
    assert len(replies) == 4
    assert [rater.group for rater in one.raters] == ["student"]
    there = curate("-C", trained.root, "study", "new", "one", "--prompts", prompts, *models, "--rater", "s-01")
    assert (there.returncode, "one" in there.stderr) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--model", "tiny", "--rater", "a"), "2 models or more"),
        (("--model", "tiny", "--model", "runs/none", "--rater", "a", "--rater", "a"), "1 rater or more, each once"),
    ],
)
def test_too_few_is_a_usage_error(tmp_path: Path, arguments: tuple[str, ...], message: str) -> None:
    (tmp_path / "curate.yaml").write_text("")
    (tmp_path / "prompts.txt").write_text(PROMPTS)
    done = curate("-C", tmp_path, "study", "new", "pilot", "--prompts", tmp_path / "prompts.txt", *arguments)
    assert (done.returncode, message in done.stderr) == (2, True), done.stderr
    assert not (tmp_path / "studies").exists() or not any((tmp_path / "studies").iterdir())


def test_power_says_how_many_raters_are_needed() -> None:
    done = curate("study", "power", "--difference", "0.4", "--json")
    assert json.loads(done.stdout)["raters_for_difference"] == 39
