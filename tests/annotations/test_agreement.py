"""Agreement in decisions: who is counted, against whom, and what becomes of it over time."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from annotations import AgreementReport, Ledger, agreement, agreement_of
from annotations.rubric import SHIPPED, _read
from curation import Workspace
from schemas.errors import ConfigError
from schemas.review import Review
from schemas.rubric import Rubric

RUBRICS: dict[str, Rubric] = {path.stem: _read(path, path.name) for path in SHIPPED.glob("*.yaml")}
START = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


def review(item: int, reviewer: str, verdict: str = "accept", **more: Any) -> Review:
    values = {
        "item_id": f"a-{item}",
        "content_hash": "0" * 64,
        "reviewer": reviewer,
        "verdict": verdict,
        "rubric_version": "counselling-1",
        "decided_at": START + timedelta(minutes=item),
    }
    return Review.model_validate(values | more)


def of(reviews: list[Review]) -> AgreementReport:
    return agreement_of(reviews, RUBRICS, resamples=50)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path)


def measure(report: AgreementReport, name: str) -> Any:
    return next(one for one in report.measures if one.name == name)


def test_items_of_one_decision_count_for_nothing() -> None:
    report = of([review(1, "a"), review(2, "a"), review(2, "b", "reject")])
    assert (report.decisions, report.items) == (3, 1)
    assert measure(report, "verdict").observed == 0


def test_the_last_decision_of_a_reviewer_counts() -> None:
    report = of([review(1, "a", "reject"), review(1, "b"), review(1, "a")])
    assert measure(report, "verdict").observed == 1


def test_the_last_decision_is_the_one_made_last_not_the_one_written_last(workspace: Workspace) -> None:
    late = START + timedelta(hours=1)
    Ledger(workspace.ledger).append([review(1, "a", decided_at=late), review(1, "b"), review(1, "a", "reject")])
    assert measure(agreement(workspace, resamples=0), "verdict").observed == 1


def test_a_rubric_that_was_damaged_after_it_was_kept_is_told_by_its_file(workspace: Workspace) -> None:
    kept = workspace.private / "rubrics" / "ours-1.json"
    kept.parent.mkdir()
    kept.write_text('{"version": "ours-1", "verdicts": []}')
    with pytest.raises(ConfigError, match=r"\.curate/rubrics/ours-1\.json"):
        agreement(workspace)


def test_a_scale_that_was_not_rated_is_no_rating_and_a_flag_not_raised_is_one() -> None:
    report = of([review(1, "a", scales={"empathy": 4}), review(1, "b", flags=("stigma",))])
    assert measure(report, "empathy").items == 0
    stigma = measure(report, "stigma")
    assert (stigma.items, stigma.observed) == (1, 0)


def test_a_flag_that_was_not_asked_was_not_denied() -> None:
    report = of([review(1, "a", rubric_version="verdict-1"), review(1, "b", flags=("stigma",))])
    assert measure(report, "stigma").items == 0
    assert measure(report, "verdict").items == 1


def test_an_adjudicator_is_the_consensus_and_no_rater() -> None:
    reviews = [review(1, "a"), review(1, "b", "reject"), review(1, "senior", "reject", role="adjudicator")]
    report = of(reviews)
    assert report.decisions == 2
    assert {one.reviewer: one.verdict for one in report.reviewers} == {"a": 0, "b": 1}


def test_without_an_adjudicator_the_others_are_the_consensus() -> None:
    reviews = [review(1, "a"), review(1, "b", "reject"), review(1, "c", "reject")]
    by_reviewer = {one.reviewer: one for one in of(reviews).reviewers}
    assert (by_reviewer["a"].compared, by_reviewer["a"].verdict) == (1, 0)
    assert by_reviewer["b"].compared == 0  # of the two others each says something else


def test_who_rates_above_the_others_shows() -> None:
    reviews = [
        review(item, who, scales={"empathy": points}) for item in range(5) for who, points in (("a", 5), ("b", 3))
    ]
    assert {one.reviewer: one.scales["empathy"] for one in of(reviews).reviewers} == {"a": 2, "b": -2}


def test_a_reviewer_who_drifts_shows_in_the_windows() -> None:
    reviews = []
    for item in range(120):
        reviews += [
            review(item, "a", "reject" if item % 3 == 0 else "accept"),
            review(item, "b", "accept" if item >= 60 or item % 3 else "reject"),
        ]
    windows = of(reviews).drift
    assert [one.items for one in windows] == [30, 30, 30, 30]
    assert windows[0].alpha.value == pytest.approx(1)
    assert windows[-1].alpha.value < 0.1  # type: ignore[operator]
    assert windows[-1].accepts["b"] == 1
