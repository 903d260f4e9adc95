"""What reviewers write is kept and released like any text: it is checked as an item is, and holds no personal data."""

import re
from collections.abc import Collection
from typing import Any

from annotations.policy import approved_row
from curation.pii import Span, scrub_text
from curation.table import texts, with_texts
from curation.validate import check
from schemas.config import PIIConfig
from schemas.faults import Fault
from schemas.review import Review

EDITABLE = {"qa": ("question", "answer"), "dialogue": ("turns",)}
"""The fields of an item that an edit may carry, by its kind."""


def edit_fault(item: dict[str, Any], review: Review) -> Fault | None:
    """Why an edit cannot stand for an item: it changes nothing, or would be no valid item."""
    edited = approved_row(item, review)
    if edited["content_hash"] == item["content_hash"]:
        return Fault("verdict", "the edited text is the text as it was", "Accept the item, or write what to change.")
    fault = check(edited)
    return fault and Fault(f"edited_{fault.field}", f"the edited text {fault.message}", fault.mend)


def stand_ins(item: dict[str, Any]) -> set[str]:
    """What stands in an item for what was masked: it may stay in an edit."""
    before = dict(texts(item))
    return {
        before[span["field"]][span["shown_start"] : span["shown_end"]]
        for span in item.get("pii") or ()
        if span["field"] in before
    }


def personal_data(text: str, pii: PIIConfig, language: str, standing: Collection[str] = ()) -> list[Span]:
    """The personal data in what a reviewer wrote, but for what stands in the item already."""
    return [span for span in scrub_text(text, pii, language).spans if text[span.start : span.end] not in standing]


def without_personal_data(text: str, pii: PIIConfig, language: str, standing: Collection[str] = ()) -> str:
    """A text with a placeholder of a new number in the place of each piece of personal data."""
    numbers: dict[str, int] = {}
    for label, number in re.findall(r"\[([A-Z]+)_(\d+)\]", text):
        numbers[label] = max(numbers.get(label, 0), int(number))
    found, end = [], 0
    for span in sorted(personal_data(text, pii, language, standing), key=lambda span: span.start):
        numbers[span.label] = numbers.get(span.label, 0) + 1
        found += [text[end : span.start], f"[{span.label}_{numbers[span.label]}]"]
        end = span.end
    return "".join([*found, text[end:]])


def scrubbed_review(review: Review, item: dict[str, Any], pii: PIIConfig) -> Review:
    """A decision whose comment and edited text are scrubbed."""
    changed: dict[str, Any] = {}
    if review.comment:
        changed["comment"] = without_personal_data(review.comment, pii, "en")
    if review.verdict == "edit":
        edited = approved_row(item, review)
        standing = stand_ins(item)
        clean = with_texts(
            edited,
            {field: without_personal_data(text, pii, item["language"], standing) for field, text in texts(edited)},
        )
        changed |= {name: clean[name] for name in ("question", "answer", "turns") if getattr(review, name) is not None}
    return Review.model_validate({**review.model_dump(), **changed}) if changed else review
