"""Why a release is refused, and how to mend it."""

from schemas.items import Strict


class Reason(Strict):
    """One reason to refuse. It names items by their ids and never quotes one."""

    code: str
    """What kind of reason it is, such as ``review.stale``."""
    message: str
    mend: str
    items: list[str] = []
    """The items concerned."""


def some(ids: list[str], most: int = 3) -> str:
    """The first few of the items, for a message."""
    return ", ".join(ids[:most]) + (f" and {len(ids) - most:,} more" if len(ids) > most else "")
