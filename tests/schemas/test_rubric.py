"""The rubrics of the toolkit: a version that was used never changes."""

import hashlib

import pytest

from annotations.rubric import SHIPPED, known_rubrics, load_rubric, shipped
from curation import Workspace
from curation.triage import LEVELS
from schemas.errors import ConfigError
from schemas.review_config import RISKY, RiskLevel
from schemas.rubric import Rubric
from tests.conftest import MakeWorkspace

USED = {
    "counselling-1": "a8935eaff5784ea84a2fbb2335e46dc0064ea244d6c3b3e744eb0038191439ed",
    "verdict-1": "2b8bb2bd3e7f2866d9aeabea817d5a6eb4b583157be04988eefe1cb28cc85db1",
}
"""SHA-256 of the contents. Decisions name these versions: for a change make a new file, and add it here."""


def test_versions_stay_what_they_were(make_workspace: MakeWorkspace) -> None:
    rubrics = known_rubrics(make_workspace([("a?", "b.")]))
    assert shipped() == list(USED)
    found = {name: hashlib.sha256(rubric.model_dump_json().encode()).hexdigest() for name, rubric in rubrics.items()}
    assert found == USED


def test_the_levels_of_risk_are_those_of_triage() -> None:
    assert RiskLevel.__args__ == LEVELS  # type: ignore[attr-defined]
    assert LEVELS[1:] == RISKY


OWN = (SHIPPED / "verdict-1.yaml").read_text().replace("verdict-1", "ours-1")


def test_a_rubric_of_ones_own_is_kept_and_does_not_change_unnoticed(make_workspace: MakeWorkspace) -> None:
    workspace: Workspace = make_workspace([("a?", "b.")])
    (workspace.root / "ours.yaml").write_text(OWN)
    assert load_rubric(workspace, "ours.yaml").version == "ours-1"
    assert "ours-1" in known_rubrics(workspace)
    (workspace.root / "ours.yaml").write_text(OWN.replace("Reject", "Refuse"))
    with pytest.raises(ConfigError, match=r"ours.yaml: was changed since it was first used as ours-1. Give it a new"):
        load_rubric(workspace, "ours.yaml")
    (workspace.root / "ours.yaml").write_text(OWN.replace("Reject", "Refuse").replace("ours-1", "ours-2"))
    assert load_rubric(workspace, "ours.yaml").version == "ours-2"
    assert {"ours-1", "ours-2"} <= set(known_rubrics(workspace))


def test_a_rubric_that_there_is_not_is_refused(make_workspace: MakeWorkspace) -> None:
    workspace = make_workspace([("a?", "b.")])
    with pytest.raises(ConfigError, match="there is no rubric 'counseling-1'. There are: counselling-1, verdict-1"):
        load_rubric(workspace, "counseling-1")
    (workspace.root / "verdict-1.yaml").write_text((SHIPPED / "verdict-1.yaml").read_text())
    with pytest.raises(ConfigError, match="the toolkit has a rubric verdict-1"):
        load_rubric(workspace, "verdict-1.yaml")


def test_every_flag_and_scale_says_what_it_means(make_workspace: MakeWorkspace) -> None:
    rubric: Rubric = load_rubric(make_workspace([("a?", "b.")]), "counselling-1")
    assert {"risk_unaddressed", "medication_advice", "missing_referral", "pii_left"} <= rubric.safety_flags
    assert all(flag.hint for flag in rubric.flags)
    assert {source.name for source in rubric.sources} == {"CounselBench", "C-SSRS"}
