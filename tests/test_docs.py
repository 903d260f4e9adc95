"""Every command that the documentation shows works, in the order in which it is shown."""

import csv
import re
import shlex
from pathlib import Path

import pytest

from tests.conftest import ROOT, curate

PAGES = sorted(path for path in [ROOT / "README.md", *(ROOT / "docs").glob("*.md")] if "```bash" in path.read_text())


def marks(page: Path) -> list[pytest.MarkDecorator]:
    return [pytest.mark.server] if "curate review serve" in page.read_text() else []


def commands(page: Path) -> list[list[str]]:
    blocks = re.findall(r"```bash\n(.*?)```", page.read_text(), flags=re.DOTALL)
    return [shlex.split(line, comments=True) for block in blocks for line in block.splitlines() if line.strip()]


def decide_everything(file: Path) -> None:
    """What the reviewer does between two commands."""
    rows = list(csv.DictReader(file.open(encoding="utf-8-sig", newline="")))
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, rows[0])
        writer.writeheader()
        writer.writerows({**row, "verdict": "accept"} for row in rows)


@pytest.mark.slow
@pytest.mark.parametrize("page", [pytest.param(page, id=page.name, marks=marks(page)) for page in PAGES])
def test_commands_of(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for command in commands(page):
        if not command:
            continue
        program, *arguments = command
        if program == "cd":
            monkeypatch.chdir(arguments[0])
            continue
        assert program == "curate", command
        if arguments[:2] == ["review", "decide"]:
            decide_everything(Path(arguments[2]))
        done = curate(*arguments)
        assert done.returncode == 0, (command, done.stderr)


def test_links_lead_somewhere() -> None:
    for page in [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]:
        for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", page.read_text()):
            assert (page.parent / target).exists(), (page.name, target)
