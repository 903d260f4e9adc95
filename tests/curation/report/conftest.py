"""Built workspaces that the tests of the report look at, and a browser that opens their pages."""

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from curation import Build, Workspace, build_dataset, init, open_build
from tests.browser import chromium
from tests.conftest import QA_SOURCE


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Build:
    """The build of the example workspace."""
    workspace = init(tmp_path_factory.mktemp("report") / "example", example=True)
    build_dataset(workspace)
    return open_build(workspace)


@pytest.fixture
def page(built: Build) -> Path:
    return built.folder / "report.html"


def made_workspace(root: Path, pairs: list[tuple[str, str]], **config: Any) -> Workspace:
    """A workspace of one source; only deduplication costs anything."""
    (root / "sources").mkdir(parents=True)
    lines = [json.dumps({"q": question, "a": answer}) for question, answer in pairs]
    (root / "sources" / "answers.jsonl").write_text("".join(line + "\n" for line in lines))
    quick = {"pii": {"model": "none"}, "triage": {"enabled": False}}
    (root / "curate.yaml").write_text(yaml.safe_dump({"name": "made", "sources": [QA_SOURCE], **quick, **config}))
    return Workspace(root)


def rising_pairs() -> list[tuple[str, str]]:
    """Twelve answers, each with a copy that says ever more within it: near pairs with scores from 78 to 98."""
    chance = random.Random(3)
    syllables = [consonant + vowel for consonant in "bdfgklmnprst" for vowel in "aeiou"]
    words = ["".join(chance.choices(syllables, k=chance.randint(2, 3))) for _ in range(900)]
    pairs = []
    for number in range(12):
        question = f"What helps when {' '.join(chance.sample(words, 14))}?"
        answer, more = chance.sample(words, 90), chance.sample(words, 2 * number + 2)
        pairs += [(question, " ".join(answer)), (question, " ".join([*answer[:40], *more, *answer[40:]]))]
    return pairs


@pytest.fixture(scope="session")
def near(tmp_path_factory: pytest.TempPathFactory) -> Build:
    """A build with near pairs of many scores."""
    workspace = made_workspace(tmp_path_factory.mktemp("near") / "workspace", rising_pairs())
    build_dataset(workspace)
    return open_build(workspace)


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator["object"]:
    with chromium(tmp_path_factory.mktemp("chromium"), "1280,900") as driver:
        yield driver
