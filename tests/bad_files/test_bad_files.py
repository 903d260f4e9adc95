"""Every bad file is met by a message that says where it is, what is wrong and how to mend it, and quotes nothing."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from curation.config import load_config
from curation.sources import load
from curation.validate import Validate
from curation.workspace import Workspace
from schemas.errors import CurateError
from schemas.faults import Quarantined
from tests.bad_files.cases import CANARY, CASES, Case


class Found:
    """What became of the records of a workspace: how many there are and go on, and those that do not."""

    def __init__(self, workspace: Workspace) -> None:
        self.good = 0
        self.quarantined: list[Quarantined] = []
        for source in load_config(workspace).sources:
            for batch in load(source, workspace):
                self.quarantined += batch.quarantined
                faults = Validate()(batch.rows)["fault"].to_pylist()
                self.good += faults.count(None)
                self.quarantined += invalid(batch.rows["provenance"].to_pylist(), faults)


def invalid(provenances: list[dict[str, object]], faults: list[dict[str, str] | None]) -> Iterator[Quarantined]:
    for provenance, fault in zip(provenances, faults, strict=True):
        if fault is not None:
            place = {name: provenance[name] for name in ("source_id", "file", "row", "record")}
            yield Quarantined.model_validate({**place, "step": "validate", **fault})


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_says_what_where_and_how_to_mend_it(case: Case, tmp_path: Path) -> None:
    if case.skip:
        pytest.skip(case.skip)
    case.make(tmp_path)
    if case.stops:
        with pytest.raises(CurateError) as caught:
            Found(Workspace(tmp_path))
        error = caught.value
        told = (str(error.file), error.row, error.field)
        message, mend, whole = error.what, error.mend or "", str(error)
        assert error.exit_code == 1
    else:
        found = Found(Workspace(tmp_path))
        assert found.good == case.good
        [record] = found.quarantined
        assert record.step == case.step
        told = (record.file, record.row, record.field)
        message, mend, whole = record.message, record.mend, record.model_dump_json()
    assert told == (case.file, case.row, case.field)
    assert case.what in message
    assert case.mend in mend
    assert CANARY not in whole.casefold()
    assert "\n" not in whole


def test_names_are_unique() -> None:
    assert len({case.name for case in CASES}) == len(CASES)
