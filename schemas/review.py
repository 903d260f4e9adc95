"""What a reviewer decides about an item."""

import re
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, AwareDatetime, Field, StringConstraints, model_validator

from schemas.items import Strict, Text, Turn

Verdict = Literal["accept", "edit", "reject"]


def _alias(name: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", name):
        raise ValueError("is no reviewer's alias: letters, digits, dots, hyphens and underscores, no spaces")
    return name


Alias = Annotated[str, AfterValidator(_alias)]
"""A reviewer's name in this workspace: letters, digits, dots, hyphens and underscores."""

ReviewRole = Literal["reviewer", "adjudicator"]
"""Reviewers decide blind to each other; what an adjudicator decides is final."""

RUBRIC_VERSION = "verdict-1"
"""The first rubric: a verdict and a comment."""


class MarkedSpan(Strict):
    """Personal data that a reviewer marked in the text as it was read."""

    field: str
    """``question``, ``answer`` or ``turns.0.text`` and so on."""
    start: int = Field(ge=0)
    end: int = Field(ge=1)
    """Code points, the end exclusive."""


class Review(Strict):
    """One decision of one reviewer on one item, bound to the very text that was read.

    An edit carries the text that the reviewer approves in place of it: question and answer, or all turns.
    """

    item_id: str
    content_hash: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    """Of the text that the reviewer read."""
    reviewer: Alias
    role: ReviewRole = "reviewer"
    """In which role; an adjudicator's decision is final."""
    verdict: Verdict
    scales: dict[str, Annotated[int, Field(ge=1, le=5)]] = {}
    """The scales that the reviewer rated, by the names of the rubric."""
    flags: tuple[str, ...] = ()
    """The flags that the reviewer raised, by the names of the rubric, in its order."""
    question: Text | None = None
    answer: Text | None = None
    turns: tuple[Turn, ...] | None = Field(default=None, min_length=2)
    comment: str | None = None
    pii: tuple[MarkedSpan, ...] = ()
    """Personal data that the reviewer marked in the text."""
    rubric_version: str = RUBRIC_VERSION
    """The rubric that was asked; it stays what it was when the rubric changes."""
    decided_at: AwareDatetime
    seconds: float | None = Field(default=None, ge=0)
    """How long the reviewer had the item open, where that is known."""

    @model_validator(mode="after")
    def _edits_carry_text(self) -> Self:
        edited = any(text is not None for text in (self.question, self.answer, self.turns))
        if self.verdict == "edit" and not edited:
            raise ValueError("verdict is 'edit', so the edited question, answer or turns must be given")
        if self.verdict != "edit" and edited:
            raise ValueError(f"verdict is '{self.verdict}', so no edited text may be given")
        return self
