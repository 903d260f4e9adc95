"""An item's story with the decisions on it."""

from annotations.ledger import Ledger
from annotations.policy import policy_of, standings
from curation import Workspace, open_build
from curation import trace as trace_in_build
from schemas.story import Decision, Story


def trace(workspace: Workspace, item_id: str) -> Story:
    """The story of an item from its source to the decisions on it.

    Raises:
        CurateError: If there is no build, no such item in it, or the ledger is broken.
    """
    story = trace_in_build(workspace, item_id)
    entries = Ledger(workspace.ledger).entries()
    decisions = [
        Decision(
            number=entry.number,
            review=entry.review,
            current=entry.review.content_hash == story.content_hash,
        )
        for entry in entries
        if entry.review.item_id == item_id
    ]
    state = None
    if story.fate == "item":
        state = standings(open_build(workspace).items(), entries, policy_of(workspace))[item_id].state
    return story.model_copy(update={"decisions": decisions, "state": state})
