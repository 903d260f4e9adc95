"""Neighbouring turns of one speaker as one turn."""

from typing import Any

LABELS = ("strategy", "emotion")


def merged(turns: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Turns that alternate: neighbours of one role joined, their texts by a line break, their labels by a semicolon.

    Blank texts and labels that are there already add nothing. Turns whose texts are no texts stay as they are.
    """
    joined: list[dict[str, Any]] = []
    for turn in turns:
        before = joined[-1] if joined else None
        joinable = before is not None and isinstance(before["text"], str) and isinstance(turn["text"], str)
        if before is None or not joinable or before["role"] != turn["role"]:
            joined.append(dict(turn))
            continue
        before["text"] = "\n".join(text.strip("\n") for text in (before["text"], turn["text"]) if text.strip())
        for name in LABELS:
            before[name] = _both(before[name], turn[name])
    return joined


def _both(first: Any, second: Any) -> Any:
    if not isinstance(first, str) or not isinstance(second, str):
        return second if first is None else first
    labels = [*first.split("; "), *second.split("; ")]
    return "; ".join(dict.fromkeys(labels))
