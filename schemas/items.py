"""What a training example is: a question with its answer, or a dialogue, and where it came from.

The rules here hold for every item at every stage, before and after cleaning. Their messages name the field and never
quote its text.
"""

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter, field_validator, model_validator

from schemas.language import is_supported, looks_like
from schemas.licenses import spdx

Role = Literal["seeker", "supporter"]
Origin = Literal["human", "generated"]

MAX_CHARS = 20_000
"""The longest text of a question, an answer or a turn, in characters. Longer ones are dumps, not counselling."""

MAX_TURNS = 500
"""The most turns of a dialogue; the longest therapy transcripts in public corpora stay below it."""


class Strict(BaseModel):
    """A model that refuses what it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _not_blank(text: str) -> str:
    if not text.strip():
        raise ValueError("is blank")
    if len(text) > MAX_CHARS:
        raise ValueError(f"has {len(text):,} characters; the limit is {MAX_CHARS:,}")
    return text


Text = Annotated[str, AfterValidator(_not_blank)]


class Provenance(Strict):
    """Where an item came from, and by what right it is here."""

    source_id: str
    """The id of the source in ``curate.yaml``."""
    file: str
    """The file, relative to the workspace, or the id of a dataset."""
    row: int = Field(ge=1)
    """The record's place in the file, counted from 1; a header line is no record."""
    record: str
    """The record's own key, or its row where it has none."""
    locator: str | None = None
    """The place inside a longer text: chapter, section, page."""
    license: Annotated[str, AfterValidator(spdx)]
    """An SPDX licence expression."""
    citation: str | None = None
    collected: date | None = None
    """When the text was collected."""
    consent: str | None = None
    """On what basis the people in it agreed to this use."""
    origin: Origin
    """Whether a human wrote it or a program generated it."""
    generator: str | None = None
    """Which program, where one did."""
    parent_ids: tuple[str, ...] = ()
    """What it was made from or is a part of: items with a parent in common never part in a split."""

    @model_validator(mode="after")
    def _generator_named(self) -> Self:
        if self.origin == "generated" and not self.generator:
            raise ValueError("origin is 'generated', so generator must say which")
        return self


class _Item(Strict):
    item_id: str
    topic: str | None = None
    language: str = "en"
    """A BCP 47 tag."""
    provenance: Provenance

    @field_validator("language")
    @classmethod
    def _known_language(cls, language: str) -> str:
        if not is_supported(language):
            raise ValueError("is a language that the checks do not know")
        return language


class QAPair(_Item):
    """One question and its answer."""

    kind: Literal["qa"] = "qa"
    question: Text
    answer: Text

    @model_validator(mode="after")
    def _answers_the_question(self) -> Self:
        if " ".join(self.question.split()).casefold() == " ".join(self.answer.split()).casefold():
            raise ValueError("answer repeats the question")
        return self

    @model_validator(mode="after")
    def _in_its_language(self) -> Self:
        if not looks_like(f"{self.question}\n{self.answer}", self.language):
            raise ValueError(f"text is not written in the script of language '{self.language}'")
        return self


class Turn(Strict):
    """One turn of a dialogue."""

    role: Role
    """Who speaks: the person who seeks help (client, user), or the one who supports (counsellor, assistant)."""
    text: Text
    strategy: str | None = None
    """The support strategy, as annotated by the source."""
    emotion: str | None = None


class Dialogue(_Item):
    """A conversation of two people, in turns that alternate."""

    kind: Literal["dialogue"] = "dialogue"
    turns: tuple[Turn, ...] = Field(min_length=2, max_length=MAX_TURNS)

    @model_validator(mode="after")
    def _roles_alternate(self) -> Self:
        for place, (before, after) in enumerate(zip(self.turns, self.turns[1:], strict=False), start=2):
            if before.role == after.role:
                raise ValueError(f"turns {place - 1} and {place} are both by the {after.role}")
        return self

    @model_validator(mode="after")
    def _in_its_language(self) -> Self:
        if not looks_like("\n".join(turn.text for turn in self.turns), self.language):
            raise ValueError(f"text is not written in the script of language '{self.language}'")
        return self


Item = Annotated[QAPair | Dialogue, Field(discriminator="kind")]
"""A training example of either kind; ``kind`` tells which."""

ITEM: TypeAdapter[QAPair | Dialogue] = TypeAdapter(Item)
"""Validates an :data:`Item` from plain data."""
