"""Who is asked what: decided by the item's id and the reviewers' aliases alone, so that it stays when others come.

Reviewers are ranked for each item by a hash of both (rendezvous hashing: Thaler and Ravishankar 1998), and the first
are asked. A new item changes nobody's; a new reviewer takes items over from others and moves none between them.
"""

import hashlib
from collections.abc import Collection, Sequence

from annotations.policy import Policy, Standing


def ranked(item_id: str, aliases: Sequence[str]) -> list[str]:
    """The reviewers in the order in which they would be asked about an item."""
    return sorted(aliases, key=lambda alias: hashlib.sha256(f"{item_id}\n{alias}".encode()).digest())


def to_ask(item_id: str, standing: Standing, decided: Collection[str], policy: Policy) -> list[str]:
    """The reviewers who have still to decide on an item.

    An opinion that is in counts, whoever gave it; what it says changes nobody's task, so that nobody can tell it.

    Args:
        item_id: The item.
        standing: Where it stands.
        decided: Who has decided on its text as it stands, adjudicators left out.
        policy: The workspace's policy.
    """
    if standing.final:
        return []
    open_ = [alias for alias in ranked(item_id, policy.config.of_role("reviewer")) if alias not in decided]
    return open_[: max(0, standing.needed - len(decided))]


def adjudicator_of(item_id: str, policy: Policy) -> str | None:
    """The adjudicator whom an item in dispute goes to; None where the workspace has none."""
    return next(iter(ranked(item_id, policy.config.of_role("adjudicator"))), None)
