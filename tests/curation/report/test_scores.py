"""The slider tells what the rule removes at each threshold, from all pairs that were found."""

import math
from collections import Counter
from pathlib import Path

import pytest

from curation import Build, build_dataset
from curation.report.scores import thresholds
from tests.curation.report.conftest import made_workspace, rising_pairs


def test_every_near_pair_is_counted_at_its_score(near: Build) -> None:
    found = thresholds(near.manifest, near.pairs())
    assert found is not None
    assert found.steps[found.chosen].score == 80
    assert found.pairs == len(near.pairs()) == 12
    whole = Counter(math.floor(score) for score in near.pairs()["score"].to_pylist())
    assert {step.score: step.free for step in found.steps if step.free} == whole
    assert found.steps[found.chosen].removed == near.manifest.removed == 10


@pytest.mark.parametrize("threshold", [75.0, 88.0, 92.5])
def test_a_build_with_another_threshold_removes_what_was_told(near: Build, tmp_path: Path, threshold: float) -> None:
    told = {step.score: step.removed for step in thresholds(near.manifest, near.pairs()).steps}  # type: ignore[union-attr]
    workspace = made_workspace(tmp_path / "other", rising_pairs(), dedup={"threshold": threshold})
    manifest = build_dataset(workspace).manifest
    assert manifest.removed_at[f"{threshold:g}"] == manifest.removed
    if threshold.is_integer():
        assert manifest.removed == told[threshold]


def test_without_near_duplicates_there_is_no_slider(tmp_path: Path) -> None:
    workspace = made_workspace(tmp_path / "exact", rising_pairs(), dedup={"near": False})
    result = build_dataset(workspace)
    assert 'id="threshold"' not in (workspace.root / result.report).read_text()
