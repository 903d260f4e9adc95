"""An item as a conversation of messages, in the roles that chat models are trained with."""

from typing import Any

CHAT_ROLE = {"seeker": "user", "supporter": "assistant"}

Messages = list[dict[str, str]]
"""``role`` and ``content``: perhaps one of role system, then user and assistant alternating, the last by the assistant.
"""


def messages(row: dict[str, Any], system: str | None = None) -> Messages:
    """The messages of an item.

    A supporter's opening turn stays: the model learns it as a greeting that answers nothing. A seeker's last turn goes
    from the end: nothing answers it, so there is nothing in it to learn.

    Args:
        row: The item.
        system: What the conversation begins with, in the role of the system.
    """
    opening = [{"role": "system", "content": system}] if system else []
    if row["turns"] is None:
        said = [{"role": "user", "content": row["question"]}, {"role": "assistant", "content": row["answer"]}]
        return opening + said
    said = [{"role": CHAT_ROLE[turn["role"]], "content": turn["text"]} for turn in row["turns"]]
    while said and said[-1]["role"] == "user":
        said.pop()
    return opening + said


def without_opening(messages: Messages) -> Messages:
    """The messages without an assistant's that comes before any user's, for layouts in which the user begins."""
    start = 1 if messages[0]["role"] == "system" else 0
    skip = 1 if len(messages) > start and messages[start]["role"] == "assistant" else 0
    return messages[:start] + messages[start + skip :]
