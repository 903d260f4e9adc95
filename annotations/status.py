"""Where the review of a build stands: progress, backlog by risk, each reviewer, agreement, the time left."""

from collections import Counter, defaultdict
from statistics import fmean, median
from typing import Any

from annotations.agreement import agreement_of
from annotations.assign import adjudicator_of, to_ask
from annotations.coefficients import Estimate
from annotations.ledger import Entry, Ledger
from annotations.policy import STATES, Policy, Standing, counted, decisions_now, policy_of, standings
from annotations.rubric import known_rubrics
from curation import Workspace, open_build
from curation.triage import LEVELS
from schemas.items import Strict
from schemas.manifest import NOT_LOOKED_AT
from schemas.review import ReviewRole

PAUSE = 900.0
"""Seconds: a longer time on one item is a pause."""


class Backlog(Strict):
    """The items of one level of risk, by where they stand."""

    level: str
    items: int
    states: dict[str, int]


class ReviewerProgress(Strict):
    """What one reviewer has done, and has still to do."""

    reviewer: str
    role: ReviewRole
    decided: int
    """Items of this build that they decided on as they stand."""
    open: int
    """Items that wait for them."""
    accepts: float | None
    """The share that they accepted as it stands."""
    seconds: float | None
    """What an item takes them: the median, without pauses."""
    hours_left: float | None


class ReviewStatus(Strict):
    """Where the review of a build stands."""

    build_id: str
    items: int
    counts: dict[str, int]
    """Items that are approved, rejected, disputed, stale or waiting."""
    backlog: list[Backlog]
    """By level of risk, the most severe first."""
    disputes: dict[str, int]
    """Items in dispute, by what is in dispute."""
    reviewers: list[ReviewerProgress]
    decisions_left: int
    """Decisions that are still needed, adjudication of what is in dispute among them."""
    hours_left: float | None
    """Hours of reviewing that these take, at the pace so far; None where no pace is known."""
    twice: int
    """Items that two reviewers or more decided on as they stand."""
    agreement: Estimate
    """Krippendorff's alpha of their verdicts."""


def status(workspace: Workspace) -> ReviewStatus:
    """Where the review of the last build stands.

    Raises:
        CurateError: If there is no build, or the ledger is broken.
    """
    build, policy = open_build(workspace), policy_of(workspace)
    entries = Ledger(workspace.ledger).entries()
    items = build.items().select(["item_id", "content_hash", "risk_level"])
    standing = standings(items, entries, policy)
    rows = items.to_pylist()
    decided = decisions_now(entries)
    now = {row["item_id"]: decided.get((row["item_id"], row["content_hash"]), {}) for row in rows}
    harmless, *risky = LEVELS
    order = [*reversed(risky), NOT_LOOKED_AT, harmless]
    by_level: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        by_level[row["risk_level"] or NOT_LOOKED_AT].append(row["item_id"])
    open_ = _open(rows, standing, now, policy)
    seconds = _seconds(entries)
    pace = _median([one for of_one in seconds.values() for one in of_one])
    left = sum(map(len, open_.values()))
    twice = [of for of in now.values() if sum(entry.review.role == "reviewer" for entry in of.values()) > 1]
    return ReviewStatus(
        build_id=build.manifest.build_id,
        items=len(rows),
        counts=counted(standing),
        backlog=[_backlog(level, by_level[level], standing) for level in order if by_level[level]],
        disputes=dict(Counter(reason for one in standing.values() for reason in one.reasons).most_common()),
        reviewers=_reviewers(now, open_, seconds, pace, policy),
        decisions_left=left,
        hours_left=_hours(left, pace),
        twice=len(twice),
        agreement=_alpha([entry for of in twice for entry in of.values()], workspace),
    )


def _open(
    rows: list[dict[str, Any]], standing: dict[str, Standing], now: dict[str, dict[str, Entry]], policy: Policy
) -> dict[str, list[str]]:
    """The items that wait for each reviewer; for nobody by name (``""``) where none is named."""
    found: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        item_id = row["item_id"]
        stands = standing[item_id]
        blind = [who for who, entry in now[item_id].items() if entry.review.role == "reviewer"]
        for alias in to_ask(item_id, stands, blind, policy):
            found[alias].append(item_id)
        if stands.for_adjudicator:
            found[adjudicator_of(item_id, policy) or ""].append(item_id)
        elif not policy.config.reviewers and stands.state in ("waiting", "stale"):
            found[""].append(item_id)
    return found


def _reviewers(
    now: dict[str, dict[str, Entry]],
    open_: dict[str, list[str]],
    seconds: dict[str, list[float]],
    pace: float | None,
    policy: Policy,
) -> list[ReviewerProgress]:
    """Everybody who reviews or has decided; whose own pace is not known is taken to have that of all."""
    roles: dict[str, ReviewRole] = dict(policy.config.reviewers)
    of_reviewer: dict[str, list[Entry]] = defaultdict(list)
    for of in now.values():
        for who, entry in of.items():
            of_reviewer[who].append(entry)
            roles.setdefault(who, entry.review.role)
    found = []
    for alias, role in roles.items():
        own = _median(seconds.get(alias, []))
        waiting = len(open_.get(alias, ()))
        found.append(
            ReviewerProgress(
                reviewer=alias,
                role=role,
                decided=len(of_reviewer[alias]),
                open=waiting,
                accepts=fmean(entry.review.verdict == "accept" for entry in of_reviewer[alias])
                if of_reviewer[alias]
                else None,
                seconds=own,
                hours_left=_hours(waiting, pace if own is None else own),
            )
        )
    return found


def _seconds(entries: list[Entry]) -> dict[str, list[float]]:
    """How long each reviewer had each item open, pauses left out."""
    found: dict[str, list[float]] = defaultdict(list)
    for entry in entries:
        if entry.review.seconds is not None and entry.review.seconds <= PAUSE:
            found[entry.review.reviewer].append(entry.review.seconds)
    return found


def _median(seconds: list[float]) -> float | None:
    return median(seconds) if seconds else None


def _hours(items: int, pace: float | None) -> float | None:
    return None if pace is None else items * pace / 3600


def _backlog(level: str, ids: list[str], standing: dict[str, Standing]) -> Backlog:
    found = Counter(standing[item_id].state for item_id in ids)
    return Backlog(level=level, items=len(ids), states={state: found[state] for state in STATES})


def _alpha(entries: list[Entry], workspace: Workspace) -> Estimate:
    """The agreement in the verdict; not known where the libraries for it are not installed, or nobody decided twice."""
    from importlib.util import find_spec

    if not entries or find_spec("krippendorff") is None or find_spec("statsmodels") is None:
        return Estimate(value=None)
    report = agreement_of([entry.review for entry in entries], known_rubrics(workspace), resamples=0)
    return report.measures[0].alpha
