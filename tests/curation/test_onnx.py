"""What runs the models reports to nobody: it leaves no device id and no queue of events behind."""

import os
import subprocess
import sys
from pathlib import Path

BOTH_MODELS = """
from curation.pii import scrub_text
from curation.triage import triage_message
assert "PERSON" in scrub_text("My name is Peter and I live in Leeds.").text
triage_message("I do not want to be here any more, and nobody would notice.", model=True)
"""


def test_the_models_leave_nothing_in_the_home_folder_of_their_user(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    environment = {name: value for name, value in os.environ.items() if name != "ORT_DISABLE_TELEMETRY"}
    places = {"HOME": str(home), "TMPDIR": str(home), "XDG_CACHE_HOME": str(home)}
    subprocess.run([sys.executable, "-B", "-c", BOTH_MODELS], check=True, env=environment | places, cwd=Path.cwd())
    assert [path.name for path in home.rglob("*") if path.is_file()] == []
