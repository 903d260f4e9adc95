"""Every bad file through the command line: one clear line, a true exit code, no traceback, no record's text."""

import json
from pathlib import Path

import pytest

from tests.bad_files.cases import CANARY, CASES, Case
from tests.conftest import curate


@pytest.mark.slow
@pytest.mark.parametrize("case", [pytest.param(case, id=case.name) for case in CASES])
def test_bad_file(case: Case, tmp_path: Path) -> None:
    if case.skip:
        pytest.skip(case.skip)
    case.make(tmp_path)
    done = curate("-C", tmp_path, "build-dataset", "--json")
    assert "Traceback" not in done.stderr
    if case.stops or case.good == 0:
        assert done.returncode == 1
        assert done.stdout == ""
        (line,) = done.stderr.splitlines()
        places = [case.file, case.what, case.mend]
        places += [f" {case.row}"] if case.row is not None else []
        places += [f"field '{case.field}'"] if case.field is not None else []
        for expected in places:
            assert expected in line
        assert CANARY not in line
        return
    assert done.returncode == 0, done.stderr
    assert CANARY not in done.stdout + done.stderr
    result = json.loads(done.stdout)
    (fault,) = map(json.loads, (tmp_path / result["folder"] / "quarantine.jsonl").read_text().splitlines())
    assert fault["file"] == case.file
    assert fault["step"] == case.step
    assert case.what in fault["message"]
    assert case.mend in fault["mend"]
    assert case.row in (None, fault["row"])
    assert case.field in (None, fault["field"])
    assert CANARY not in json.dumps(fault)
