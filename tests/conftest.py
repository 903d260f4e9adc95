"""What tests share: where the real data lies, workspaces made of a few lines, and the command line."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import settings

from curation.workspace import Workspace

# A run of continuous integration that fails must fail again when it is repeated.
settings.register_profile("ci", derandomize=True, deadline=None)
settings.register_profile("local", deadline=None)
settings.load_profile("ci" if os.environ.get("CI") else "local")

ROOT = Path(__file__).parent.parent
SHARED = ROOT.parent / "shared" / "data"

QA_SOURCE = {
    "id": "answers",
    "path": "sources/answers.jsonl",
    "kind": "qa",
    "map": {"question": "q", "answer": "a"},
    "license": "CC0-1.0",
    "origin": "human",
}


@pytest.fixture(scope="session")
def shared() -> Path:
    """The real data, which lies beside a checkout and not in it."""
    if not SHARED.is_dir():
        pytest.skip("the real data (../shared/data) is not on this machine")
    return SHARED


MakeWorkspace = Callable[..., Workspace]


@pytest.fixture
def make_workspace(tmp_path: Path) -> MakeWorkspace:
    """Makes a workspace of one source of QA pairs: ``make_workspace([("a question", "an answer"), ...])``."""

    def make(pairs: list[tuple[str, str]], name: str = "workspace", **config: Any) -> Workspace:
        root = tmp_path / name
        (root / "sources").mkdir(parents=True, exist_ok=True)
        lines = [json.dumps({"q": question, "a": answer}) for question, answer in pairs]
        (root / "sources" / "answers.jsonl").write_text("".join(line + "\n" for line in lines))
        (root / "curate.yaml").write_text(yaml.safe_dump({"name": "test", "sources": [QA_SOURCE], **config}))
        return Workspace(root)

    return make


@pytest.fixture
def example(tmp_path: Path) -> Workspace:
    """The example workspace, not built yet."""
    from curation import init

    return init(tmp_path / "example", example=True)


def confirm_helplines(file: Path, day: date | None = None) -> None:
    """What a person does in ``helplines.yaml`` who has compared every line with its source."""
    written = file.read_text().replace("checked: null", f"checked: {day or date.today()}")
    file.write_text(written.replace("checked_by: null", "checked_by: Tester"))


def curate(*arguments: str | Path, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Runs the command line in a process of its own."""
    command = Path(sys.executable).with_name("curate")
    return subprocess.run(
        [command, *map(str, arguments)],
        capture_output=True,
        text=True,
        env={**os.environ, **(env or {})},
        stdin=subprocess.DEVNULL,
        check=False,
    )
