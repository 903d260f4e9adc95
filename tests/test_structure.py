"""The rooms and their order."""

import subprocess
import sys
from pathlib import Path

from tests.conftest import ROOT, curate


def test_each_room_imports_only_from_its_left() -> None:
    linted = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert linted.returncode == 0, linted.stdout


LOADED = "import cli.main, sys; print(*{'torch', 'pyarrow', 'pandas', 'spacy'} & set(sys.modules))"


def test_help_loads_nothing_heavy() -> None:
    assert curate("--help").returncode == 0
    loaded = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=True)
    assert loaded.stdout.strip() == ""
