"""Alpaca's layout with the ``system`` and ``history`` that LLaMA-Factory added: the last exchange is the one to learn.

A supporter's opening turn has no place in it and is left out, since a history is pairs that begin with the human.
"""

from typing import Any

from exports.messages import Messages, without_opening


def record(row: dict[str, Any], messages: Messages) -> dict[str, Any]:
    """``instruction`` and ``output``: the last question and its answer; ``history``: the pairs before them."""
    said = without_opening(messages)
    system = said.pop(0)["content"] if said[0]["role"] == "system" else ""
    pairs = [[said[at]["content"], said[at + 1]["content"]] for at in range(0, len(said), 2)]
    *history, (instruction, output) = pairs
    return {"instruction": instruction, "input": "", "output": output, "system": system, "history": history}
