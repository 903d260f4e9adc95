"""A task: an item as a reviewer sees it on the server, and what was decided on it."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from annotations.forms import COMMENT, EDITED, FLAGS, PII, TURN, VERDICT
from annotations.order import not_read, severity
from curation.content import content_hash
from curation.generate import marked_passage
from curation.step import digest
from schemas.review import MarkedSpan, Review, ReviewRole
from schemas.rubric import Rubric

Data = dict[str, Any]


def told(review: Review, letter: str) -> str:
    """An opinion as the adjudicator reads it, with a letter in place of its reviewer's name."""
    lines = [f"{letter}: {review.verdict}"]
    if review.scales:
        lines.append("; ".join(f"{name.replace('_', ' ')} {points}" for name, points in review.scales.items()))
    if review.flags:
        lines.append("flags: " + ", ".join(flag.replace("_", " ") for flag in review.flags))
    if review.comment:
        lines.append(f"comment: {review.comment}")
    edited = {"question": review.question, "answer": review.answer}
    lines += [f"{name} in these words: {text}" for name, text in edited.items() if text is not None]
    lines += [f"{turn.role}: {turn.text}" for turn in review.turns or ()]
    return "\n".join(lines)


def task_data(row: dict[str, Any], rubric: Rubric, alike: str | None = None, opinions: Sequence[Review] = ()) -> Data:
    """What a task holds.

    Args:
        row: An item of the build.
        rubric: What is asked.
        alike: The items that are like it, with the words that differ.
        opinions: What the reviewers said, for the adjudicator.
    """
    data: Data = {
        "item_id": row["item_id"],
        "content_hash": row["content_hash"],
        "rubric": rubric.version,
        "severity": severity(row["risk_level"]),
        "about": _about(row, alike),
        "passage": _passage(row),
    }
    if row["kind"] == "dialogue":
        data["turns"] = [{"role": turn["role"], "text": turn["text"]} for turn in row["turns"]]
    else:
        data |= {"question": row["question"], "answer": row["answer"]}
    if opinions:
        # In an order that says nothing of who is who.
        drawn = sorted(opinions, key=lambda one: hashlib.sha256(f"{one.item_id}\n{one.reviewer}\n".encode()).digest())
        data["opinions"] = "\n\n".join(told(one, chr(ord("A") + place)) for place, one in enumerate(drawn))
    return data | {"check": digest(data)}


def _passage(row: dict[str, Any]) -> str:
    """The passage that an item was drawn from, as HTML; where there is none, what shows as nothing."""
    found = marked_passage(row)
    return f"<h4>Passage</h4>{found}" if found else "<div></div>"


def _about(row: dict[str, Any], alike: str | None) -> str:
    """One line above the text: the item, its topic, and what the build noticed, as hints and no more."""
    parts = [row["item_id"]]
    if row["topic"]:
        parts.append(row["topic"])
    if row["risk_level"] not in (None, "none"):
        parts.append(f"hint: {row['risk_level'].replace('_', ' ')}")
    if why := not_read(row):
        parts.append(why)
    flags = sorted({mark["flag"].replace("_", " ") for mark in row["flags"] or ()})
    if flags:
        parts.append(f"look at: {', '.join(flags)}")
    if alike:
        parts.append(f"is this one with {'; '.join(alike.splitlines())}?")
    return " · ".join(parts)


def key_of(data: Data) -> str:
    """What a task asks about: the item, its text, and the opinions where there are any."""
    opinions = digest(data["opinions"])[:12] if data.get("opinions") else ""
    return f"{data.get('item_id')}:{data.get('content_hash')}:{opinions}"


def is_sound(data: Data) -> bool:
    """Whether a task holds what was sent, unaltered."""
    sent = {name: value for name, value in data.items() if name != "check"}
    return data.get("check") == digest(sent)


def shown_text(data: Data) -> dict[str, Any]:
    """The text of a task, as an item has it."""
    turns = data.get("turns")
    row = {
        "kind": "qa" if turns is None else "dialogue",
        "question": data.get("question"),
        "answer": data.get("answer"),
        "turns": turns and [{"strategy": None, "emotion": None, **turn} for turn in turns],
    }
    return {**row, "item_id": data["item_id"], "content_hash": content_hash(row)}


def decision(data: Data, annotation: dict[str, Any], reviewer: str, role: ReviewRole, rubric: Rubric) -> Review:
    """The decision that an annotation holds.

    Args:
        data: What the task holds.
        annotation: As the server gives it.
        reviewer: Whose it is.
        role: In which role.
        rubric: What was asked.

    Raises:
        ValueError: If it is no decision by the rubric, such as one without a verdict.
    """
    given: dict[str, dict[str, Any]] = {}
    spans: list[MarkedSpan] = []
    for region in annotation["result"]:
        name = region["from_name"]
        if name.startswith(PII):
            spans.append(_span(name.removeprefix(PII), region["value"], data))
        else:
            given[name] = region["value"]
    verdicts = given.get(VERDICT, {}).get("choices", [])
    if len(verdicts) != 1:
        raise ValueError("no verdict was chosen")
    raised = set(given.get(FLAGS, {}).get("choices", []))
    return Review(
        item_id=data["item_id"],
        content_hash=data["content_hash"],
        reviewer=reviewer,
        role=role,
        verdict=verdicts[0],
        scales={one.name: int(given[one.name]["rating"]) for one in rubric.scales if one.name in given},
        flags=tuple(flag.name for flag in rubric.flags if raised & {flag.name, flag.title}),
        comment=_written(given.get(COMMENT)) or None,
        pii=tuple(spans),
        rubric_version=rubric.version,
        decided_at=datetime.fromisoformat(annotation["updated_at"]),
        seconds=annotation["lead_time"],
        **(_edited(data, given) if verdicts[0] == "edit" else {}),
    )


def _written(value: dict[str, Any] | None) -> str:
    """What stands in a box; a reviewer can have added several texts to it."""
    text = (value or {}).get("text", [])
    return "\n".join([text] if isinstance(text, str) else text).strip()


def _edited(data: Data, given: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """The texts that an edit changes; a box that was left as it was changes nothing."""
    if "turns" not in data:
        boxes = {name: _written(given[EDITED + name]) for name in ("question", "answer") if EDITED + name in given}
        changed = {name: text for name, text in boxes.items() if text != data[name].strip()}
        return changed or {"answer": data["answer"]}
    turns = []
    for place, turn in enumerate(data["turns"]):
        box = given.get(f"{EDITED}{TURN}{place}")
        text = turn["text"] if box is None or _written(box) == turn["text"].strip() else _written(box)
        turns.append({"role": turn["role"], "text": text})
    return {"turns": turns}


def _span(name: str, value: dict[str, Any], data: Data) -> MarkedSpan:
    """A marked piece of text; the browser counts in units of UTF-16."""
    field = name
    if name.startswith(TURN):
        place = int(name.removeprefix(TURN))
        field, text = f"turns.{place}.text", data["turns"][place]["text"]
    else:
        text = data[name]
    units = text.encode("utf-16-le")
    start, end = (len(units[: 2 * int(value[side])].decode("utf-16-le", "ignore")) for side in ("start", "end"))
    return MarkedSpan(field=field, start=start, end=end)
