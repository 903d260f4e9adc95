"""ShareGPT's layout, as FastChat and its successors read it: ``conversations`` of ``from`` and ``value``.

These programs take every odd turn for the human's, so a supporter's opening turn, which answers nothing, is left out.
"""

from typing import Any

from exports.messages import Messages, without_opening

SPEAKER = {"system": "system", "user": "human", "assistant": "gpt"}


def record(row: dict[str, Any], messages: Messages) -> dict[str, Any]:
    """``id`` (the item's) and ``conversations``."""
    said = [{"from": SPEAKER[one["role"]], "value": one["content"]} for one in without_opening(messages)]
    return {"id": row["item_id"], "conversations": said}
