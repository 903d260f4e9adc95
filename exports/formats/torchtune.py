"""What ``curate finetune`` reads: messages in OpenAI's roles, with the item that they come from."""

from typing import Any

from exports.messages import Messages


def record(row: dict[str, Any], messages: Messages) -> dict[str, Any]:
    """``item_id``, ``content_hash`` and ``messages``."""
    return {"item_id": row["item_id"], "content_hash": row["content_hash"], "messages": messages}
