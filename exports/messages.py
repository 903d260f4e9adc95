"""An item as a conversation of messages, in the roles that chat models are trained with."""

from typing import Any

CHAT_ROLE = {"seeker": "user", "supporter": "assistant"}

Messages = list[dict[str, str]]
"""``role`` (user or assistant) and ``content``, alternating, the last by the assistant."""


def messages(row: dict[str, Any]) -> Messages:
    """The messages of an item.

    A supporter's opening turn stays: the model learns it as a greeting that answers nothing. A seeker's last turn goes
    from the end: nothing answers it, so there is nothing in it to learn.
    """
    if row["turns"] is None:
        return [{"role": "user", "content": row["question"]}, {"role": "assistant", "content": row["answer"]}]
    said = [{"role": CHAT_ROLE[turn["role"]], "content": turn["text"]} for turn in row["turns"]]
    while said and said[-1]["role"] == "user":
        said.pop()
    return said
