"""What transformers says, which lies in an environment of its own: in ours presidio would import it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

TRANSFORMERS = Path(sys.prefix) / "transformers"


def needs_transformers() -> None:
    """Skips a test where transformers is not there; `make test` puts it there."""
    if not TRANSFORMERS.is_dir():
        pytest.skip(f"transformers is not in {TRANSFORMERS}; `make test` puts it there")


def run_with_transformers(script: str, folders: list[Path]) -> None:
    """Runs ``script`` with ``folders`` as its arguments, offline and on one thread."""
    done = subprocess.run(
        [sys.executable, "-c", script, *folders],
        env=os.environ | {"PYTHONPATH": str(TRANSFORMERS), "HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
