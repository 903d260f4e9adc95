"""What decisions come to, and who is asked: each rule on its own."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotations import Entry, Policy, Standing, standings
from annotations.assign import adjudicator_of, to_ask
from annotations.rubric import SHIPPED, _read
from schemas.review import Review
from schemas.review_config import ReviewConfig

RUBRIC = _read(SHIPPED / "counselling-1.yaml", "counselling-1")
HASH = "0" * 64
WHEN = datetime(2026, 1, 5, tzinfo=UTC)


def policy(**config: Any) -> Policy:
    team = {"a": "reviewer", "b": "reviewer", "c": "reviewer", "senior": "adjudicator"}
    found = ReviewConfig.model_validate({"reviewers": team, "double": 0.0, **config})
    return Policy(found, RUBRIC, RUBRIC.safety_flags if found.veto is None else frozenset(found.veto))


def standing(*said: dict[str, Any], level: str = "none", content: str = HASH, **config: Any) -> Standing:
    items = pa.table({"item_id": ["i-1"], "content_hash": [content], "risk_level": [level]})
    entries = []
    for number, one in enumerate(said, start=1):
        values = {"item_id": "i-1", "content_hash": HASH, "verdict": "accept", "decided_at": WHEN} | one
        entries.append(Entry(number, Review.model_validate(values), "x"))
    return standings(items, entries, policy(**config))["i-1"]


def by(reviewer: str, verdict: str = "accept", **more: Any) -> dict[str, Any]:
    edited = {"answer": "Other words."} if verdict == "edit" else {}
    return {"reviewer": reviewer, "verdict": verdict, **edited, **more}


SENIOR = {"role": "adjudicator"}


@pytest.mark.parametrize(
    ("said", "more", "state"),
    [
        ([], {}, "waiting"),
        ([by("a")], {}, "approved"),
        ([by("a", "reject")], {}, "rejected"),
        ([by("a")], {"level": "active"}, "waiting"),
        ([by("a"), by("b")], {"level": "active"}, "approved"),
        ([by("a"), by("b", "reject")], {"level": "active"}, "disputed"),
        ([by("a", "reject"), by("b", "reject")], {"level": "active"}, "rejected"),
        ([by("a")], {"approvals": 2}, "waiting"),
        ([by("a"), by("b", "edit")], {}, "disputed"),
        ([by("a", "edit"), by("b", "edit")], {}, "approved"),
        ([by("a", "edit"), by("b", "edit", answer="Still others.")], {}, "disputed"),
        ([by("a", scales={"safety": 5}), by("b", scales={"safety": 4})], {}, "approved"),
        ([by("a", scales={"safety": 5}), by("b", scales={"safety": 3})], {}, "disputed"),
        ([by("a", scales={"safety": 5}), by("b", scales={"safety": 3})], {"dispute_points": 3}, "approved"),
        ([by("a", flags=("stigma",))], {}, "approved"),
        ([by("a", flags=("medication_advice",))], {}, "disputed"),
        ([by("a", "reject", flags=("medication_advice",))], {}, "rejected"),
        ([by("a", flags=("medication_advice",))], {"veto": []}, "approved"),
        ([by("a", flags=("stigma",))], {"veto": ["stigma"]}, "disputed"),
        ([by("a"), by("b", "reject"), by("senior", **SENIOR)], {}, "approved"),
        ([by("a"), by("b"), by("senior", "reject", **SENIOR)], {}, "rejected"),
        ([by("senior", flags=("medication_advice",), **SENIOR)], {}, "rejected"),
        ([by("senior", "edit", flags=("medication_advice",), **SENIOR)], {}, "approved"),
        ([by("senior", **SENIOR), by("a", "reject")], {}, "approved"),
        ([by("a")], {"content": "1" * 64}, "stale"),
        ([by("a", "reject"), by("a", decided_at=WHEN + timedelta(days=1))], {}, "approved"),
        ([by("a", decided_at=WHEN + timedelta(days=1)), by("a", "reject")], {}, "approved"),
    ],
)
def test_what_decisions_come_to(said: list[dict[str, Any]], more: dict[str, Any], state: str) -> None:
    assert standing(*said, **more).state == state


def test_an_item_that_nobody_looked_at_for_risk_counts_as_risky() -> None:
    assert policy().needed("i-1", None) == 2
    assert policy().needed("i-1", "none") == 1


def test_a_share_of_the_others_is_reviewed_twice() -> None:
    twice = sum(policy(double=0.2).needed(f"i-{number}", "none") == 2 for number in range(5_000))
    assert 900 < twice < 1_100


ALIASES = st.lists(st.from_regex(r"[a-z]{2,6}", fullmatch=True), min_size=2, max_size=6, unique=True)


@given(aliases=ALIASES, new=st.from_regex(r"[A-Z]{3}", fullmatch=True), item=st.text("abc123-", min_size=1))
def test_a_new_reviewer_takes_items_over_and_moves_none_between_others(aliases: list[str], new: str, item: str) -> None:
    before = to_ask(item, Standing("waiting", needed=2), [], policy(reviewers=dict.fromkeys(aliases, "reviewer")))
    more = policy(reviewers=dict.fromkeys([new, *aliases], "reviewer"))
    after = to_ask(item, Standing("waiting", needed=2), [], more)
    assert len(before) == len(after) == 2
    assert set(after) - {new} <= set(before)


def test_reviewers_are_asked_alike_often() -> None:
    asked = [to_ask(f"i-{number}", Standing("waiting"), [], policy())[0] for number in range(3_000)]
    assert all(900 < asked.count(alias) < 1_100 for alias in "abc")


def test_who_has_decided_is_not_asked_again_and_nobody_once_it_is_final() -> None:
    waiting = Standing("waiting", needed=2)
    first, second = to_ask("i-1", waiting, [], policy())
    assert to_ask("i-1", waiting, [first], policy()) == [second]
    assert len(to_ask("i-1", waiting, ["somebody-else"], policy())) == 1
    assert to_ask("i-1", Standing("approved", needed=2, final=True), [], policy()) == []
    # A flag that a first reviewer raised shows in nobody's queue: the second is asked as before.
    assert to_ask("i-1", Standing("disputed", needed=2), [first], policy()) == [second]
    assert adjudicator_of("i-1", policy()) == "senior"
