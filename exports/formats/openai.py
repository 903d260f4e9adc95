"""OpenAI's fine-tuning files: ``messages`` and nothing else, since its check refuses other keys."""

from typing import Any

from exports.messages import Messages


def record(row: dict[str, Any], messages: Messages) -> dict[str, Any]:
    """``messages`` alone; ``items.csv`` tells which item each line comes from."""
    return {"messages": messages}
