"""What the decisions on an item come to: approved, rejected, disputed, stale or waiting.

Of each reviewer the last decision on a text counts, and on that text alone: a decision on another version of the item
neither stands for it nor takes it away. An item is approved when as many reviewers as it needs have approved it in the
same words, and none of them disagrees in the verdict, in a scale or by a flag that bars approval. What is in dispute
is not approved; an adjudicator's decision ends it, and is final.
"""

import hashlib
from collections import Counter
from itertools import combinations
from typing import Any, Literal, NamedTuple

import pyarrow as pa

from annotations.ledger import Entry
from annotations.rubric import load_rubric
from curation.config import load_config
from curation.content import content_hash
from curation.workspace import Workspace
from schemas.errors import ConfigError, CurateError
from schemas.review import Review
from schemas.review_config import ReviewConfig
from schemas.rubric import Rubric

State = Literal["approved", "rejected", "disputed", "stale", "waiting"]
STATES: tuple[State, ...] = ("approved", "rejected", "disputed", "stale", "waiting")


class Policy(NamedTuple):
    """When an item is approved, as ``curate.yaml`` says."""

    config: ReviewConfig
    rubric: Rubric
    """What reviewers are asked now."""
    veto: frozenset[str]
    """The flags that bar an approval until an adjudicator has decided."""

    def needed(self, item_id: str, risk_level: str | None) -> int:
        """How many reviewers have to decide on an item. The same item needs as many whatever else is in the build."""
        config, there_are = self.config, len(self.config.of_role("reviewer"))
        if not there_are:
            return config.approvals
        more = risk_level is None or risk_level in config.risky or _share(item_id) < config.double
        return max(config.approvals, min(config.overlap, there_are) if more else 1)


def policy_of(workspace: Workspace) -> Policy:
    """The policy of a workspace.

    Raises:
        ConfigError: If ``curate.yaml`` cannot be used, or names a rubric or a flag that there is not.
    """
    config = load_config(workspace).review
    rubric = load_rubric(workspace, config.rubric)
    known = [flag.name for flag in rubric.flags]
    for flag in config.veto or ():
        if flag not in known:
            mend = f"It has: {', '.join(known) or 'none'}."
            raise ConfigError(f"the rubric {rubric.version} has no flag '{flag}'", field="review.veto", mend=mend)
    return Policy(config, rubric, rubric.safety_flags if config.veto is None else frozenset(config.veto))


def _share(item_id: str) -> float:
    """A number from 0 to 1 that an item keeps for good."""
    return int.from_bytes(hashlib.sha256(f"double\n{item_id}".encode()).digest()[:8]) / 2**64


class Standing(NamedTuple):
    """Where an item stands, and the decision that put it there."""

    state: State
    entry: Entry | None = None
    """The approval that counts: the adjudicator's, or the last one written."""
    reasons: tuple[str, ...] = ()
    """In what reviewers disagree: ``verdict``, ``words``, the name of a scale, or a flag that bars approval."""
    decided: int = 0
    """How many reviewers have decided on the text as it stands."""
    needed: int = 1
    """How many have to."""
    final: bool = False
    """Whether an adjudicator has decided."""

    @property
    def for_adjudicator(self) -> bool:
        """Whether it waits for an adjudicator: in dispute, and all reviewers whom it needs have decided."""
        return self.state == "disputed" and self.decided >= self.needed


def standings(items: pa.Table, entries: list[Entry], policy: Policy) -> dict[str, Standing]:
    """The standing of each item of a build, by its id.

    Args:
        items: The items of a build: ``item_id``, ``content_hash`` and ``risk_level``.
        entries: The ledger's decisions, in their order.
        policy: The workspace's policy: :func:`policy_of`.
    """
    decided = decisions_now(entries)
    ever = {item_id for item_id, _ in decided}
    return {
        row["item_id"]: _standing(
            list(decided.get((row["item_id"], row["content_hash"]), {}).values()),
            row["item_id"] in ever,
            policy,
            policy.needed(row["item_id"], row["risk_level"]),
        )
        for row in items.select(["item_id", "content_hash", "risk_level"]).to_pylist()
    }


def decisions_now(entries: list[Entry]) -> dict[tuple[str, str], dict[str, Entry]]:
    """The last decision of each reviewer, by item and hash of the text that was read.

    The last is the one made last; of those made at one time, the one written last.
    """
    decided: dict[tuple[str, str], dict[str, Entry]] = {}
    for entry in entries:
        review = entry.review
        of_text = decided.setdefault((review.item_id, review.content_hash), {})
        before = of_text.get(review.reviewer)
        if before is None or before.review.decided_at <= review.decided_at:
            of_text[review.reviewer] = entry
    return decided


def _standing(current: list[Entry], ever_decided: bool, policy: Policy, needed: int) -> Standing:
    """What the last decision of each reviewer on the text as it stands comes to."""
    final = [entry for entry in current if entry.review.role == "adjudicator"]
    blind = [entry for entry in current if entry.review.role == "reviewer"]
    if final:
        last = max(final, key=lambda entry: entry.number)
        # Accepting what one flags as unsafe is no approval; an edit may have mended what the flag names.
        vetoed = last.review.verdict == "accept" and policy.veto.intersection(last.review.flags)
        if last.review.verdict == "reject" or vetoed:
            return Standing("rejected", decided=len(blind), needed=needed, final=True)
        return Standing("approved", last, decided=len(blind), needed=needed, final=True)
    if not blind:
        return Standing("stale" if ever_decided else "waiting", needed=needed)
    reasons = disagreement([entry.review for entry in blind], policy)
    if reasons:
        return Standing("disputed", reasons=reasons, decided=len(blind), needed=needed)
    if len(blind) < needed:
        return Standing("waiting", decided=len(blind), needed=needed)
    approvals = [entry for entry in blind if entry.review.verdict != "reject"]
    if not approvals:
        return Standing("rejected", decided=len(blind), needed=needed)
    return Standing("approved", max(approvals, key=lambda entry: entry.number), decided=len(blind), needed=needed)


def disagreement(reviews: list[Review], policy: Policy) -> tuple[str, ...]:
    """In what reviewers of one text disagree, or what bars its approval: nothing where all of them reject it."""
    approvals = [review for review in reviews if review.verdict != "reject"]
    if not approvals:
        return ()
    found = []
    if len(approvals) < len(reviews):
        found.append("verdict")
    elif len({_outcome(review) for review in approvals}) > 1:
        found.append("words" if all(review.verdict == "edit" for review in approvals) else "verdict")
    for scale in sorted({scale for review in reviews for scale in review.scales}):
        points = [review.scales[scale] for review in reviews if scale in review.scales]
        if any(abs(one - other) >= policy.config.dispute_points for one, other in combinations(points, 2)):
            found.append(scale)
    return (*found, *sorted({flag for review in reviews for flag in review.flags if flag in policy.veto}))


def _outcome(review: Review) -> str:
    """What a reader would see if this approval counted: two that differ are a dispute."""
    if review.verdict == "accept":
        return review.content_hash
    return review.model_dump_json(include={"question", "answer", "turns"})


def counted(standing_of: dict[str, Standing]) -> dict[str, int]:
    """How many items stand where, all states named."""
    found: Counter[str] = Counter(standing.state for standing in standing_of.values())
    return {state: found[state] for state in STATES}


def approved_row(row: dict[str, Any], review: Review) -> dict[str, Any]:
    """An item as it was approved: with the edited text in its place, and the hash of that text.

    Raises:
        CurateError: If the item's text is not the one that the review approved.
    """
    if content_hash(row) != review.content_hash:
        raise CurateError(
            f"the text of item '{row['item_id']}' is not the one that {review.reviewer} approved",
            mend="The build was changed after it was made: remove it and run `curate build-dataset`.",
        )
    if review.verdict == "edit":
        edited: dict[str, Any] = {
            name: text for name in ("question", "answer") if (text := getattr(review, name)) is not None
        }
        if review.turns is not None:
            edited["turns"] = [turn.model_dump() for turn in review.turns]
        row = {**row, **edited}
    return {**row, "content_hash": content_hash(row)}
