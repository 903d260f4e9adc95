"""What commands print of a build and of how far it is."""

import json
from pathlib import Path

from cli.output import pace
from tests.conftest import MakeWorkspace, curate


def test_the_pace_is_that_since_the_start() -> None:
    assert pace(1000, 4000, 100.0) == "10/s 0:05:00"
    assert pace(5, 20, 10.0) == "0.5/s 0:00:30"
    assert pace(500, None, 0.5) == "1,000/s"
    assert pace(0, 4000, 60.0) == ""


def test_a_build_tells_the_field_and_where_the_rows_stand(make_workspace: MakeWorkspace) -> None:
    workspace = make_workspace([("How can I sleep?", "Get up at a fixed hour."), ("How can I rest?", " ")])
    said = curate("-C", workspace.root, "build-dataset").stdout
    assert "│ answer │ is blank │" in said
    result = json.loads(curate("-C", workspace.root, "build-dataset", "--json").stdout)
    assert f"its mend: {result['folder']}/quarantine.jsonl" in said
    assert Path(result["folder"]).is_absolute()
    assert Path(result["report"]).is_file()
