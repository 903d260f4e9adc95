"""What a training example is: a question with its answer, or a dialogue, and where it came from.

The rules here hold for every item at every stage, before and after cleaning. Their messages name the field and never
quote its text.
"""

from datetime import date
from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter, field_validator, model_validator
from pydantic_core import PydanticCustomError

from schemas.language import is_supported, looks_like
from schemas.licenses import spdx

Role = Literal["seeker", "supporter"]
Origin = Literal["human", "generated"]

RULE, TOO_LONG = "rule", "rule_of_length"
"""The types of the errors of these rules; their context holds ``message``, ``mend`` and ``field``."""

MAX_CHARS = 20_000
"""The longest text of a question, an answer or a turn, in characters. Longer ones are dumps, not counselling."""

MAX_TURNS = 1_000
"""The most turns of a dialogue; the longest transcript of the public corpora that have a preset has 598."""


class Strict(BaseModel):
    """A model that refuses what it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


def broken(message: str, mend: str, field: str | None = None) -> PydanticCustomError:
    """An error of a rule, with its mend, and the field where pydantic cannot know it. It quotes no text."""
    return PydanticCustomError(RULE, "{message}", {"message": message, "mend": mend, "field": field})


def _not_blank(text: str) -> str:
    if not text.strip():
        raise broken("is blank", "Fill it in, or take the record out.")
    return text


def _not_too_long(text: str) -> str:
    if len(text) > MAX_CHARS:
        message = f"has {len(text):,} characters; the limit is {MAX_CHARS:,}"
        raise PydanticCustomError(
            TOO_LONG, "{message}", {"message": message, "mend": "Shorten it, split it or take the record out."}
        )
    return text


def _check_script(text: str, language: str) -> None:
    if not looks_like(text, language):
        raise broken(
            f"text is not written in the script of language '{language}'",
            "Correct the source's language, or take the record out.",
            "language",
        )


Text = Annotated[str, AfterValidator(_not_blank), AfterValidator(_not_too_long)]


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
    prompt: str | None = None
    """The version of the prompt that the program was given."""
    passage: str | None = None
    """Which passage of a text it was made from; ``locator`` says where that stands."""
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
            mend = "Give the question an answer, or take the record out."
            raise broken("answer repeats the question", mend, "answer")
        return self

    @model_validator(mode="after")
    def _in_its_language(self) -> Self:
        _check_script(f"{self.question}\n{self.answer}", self.language)
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
        for place, (before, after) in enumerate(pairwise(self.turns), start=2):
            if before.role == after.role:
                mend = "Set map.turns.merge to join neighbouring turns of one speaker, or correct map.turns.roles."
                raise broken(f"turns {place - 1} and {place} are both by the {after.role}", mend, "turns")
        return self

    @model_validator(mode="after")
    def _in_its_language(self) -> Self:
        _check_script("\n".join(turn.text for turn in self.turns), self.language)
        return self


Item = Annotated[QAPair | Dialogue, Field(discriminator="kind")]
"""A training example of either kind; ``kind`` tells which."""

ITEM: TypeAdapter[QAPair | Dialogue] = TypeAdapter(Item)
"""Validates an :data:`Item` from plain data."""
