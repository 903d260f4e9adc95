"""Whether every item was decided on, and none of those approved was withdrawn."""

from collections.abc import Iterator

from exports.gate.candidate import Candidate
from exports.gate.reason import Reason, some


def nothing_approved(candidate: Candidate) -> Iterator[Reason]:
    """There is nothing to release."""
    if not candidate.rows:
        yield Reason(
            code="review.nothing",
            message="no item is approved",
            mend="Write a sheet with `curate review sheet FILE`, and take it in with `curate review decide FILE`.",
        )


def unreviewed(candidate: Candidate) -> Iterator[Reason]:
    """Items that wait for a decision."""
    yield from _standing_so(candidate, "waiting", "wait for a reviewer's decision", "Review them")


def stale(candidate: Candidate) -> Iterator[Reason]:
    """Items whose text has changed since they were decided on."""
    yield from _standing_so(candidate, "stale", "changed since they were reviewed", "Review them again")


def disputed(candidate: Candidate) -> Iterator[Reason]:
    """Items on which reviewers disagree."""
    yield from _standing_so(candidate, "disputed", "are in dispute", "Have an adjudicator decide")


def _standing_so(candidate: Candidate, state: str, are: str, mend: str) -> Iterator[Reason]:
    ids = candidate.with_state(state)
    if ids and state not in candidate.words.leave_out:
        yield Reason(
            code=f"review.{state}",
            message=f"{len(ids):,} items {are}: {some(ids)}",
            mend=f"{mend}, or leave them out of the release: add `{state}` to release.leave_out in curate.yaml.",
            items=ids,
        )


def withdrawn_text(candidate: Candidate) -> Iterator[Reason]:
    """Items that hold a withdrawn text under an id of their own: another copy of a source brought it back."""
    ids = [row["item_id"] for row in candidate.rows if candidate.approved.withdrawn.has_text_of(row)]
    if ids:
        yield Reason(
            code="review.withdrawn",
            message=f"{len(ids):,} items hold a text that was withdrawn: {some(ids)}",
            mend="Withdraw them as well: `curate withdraw ITEM_ID`, or reject them.",
            items=ids,
        )
