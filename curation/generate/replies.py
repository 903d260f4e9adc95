"""What a model is asked to reply with, as schemas, and a reply into records."""

import json
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from schemas.config import QuestionType, Reader
from schemas.items import MAX_CHARS

Outcome = Literal["malformed", "wrong schema", "truncated", "refused"]
"""What can be wrong with a reply that did come."""


Wanting = TypeVar("Wanting", bound=BaseModel)


class _Reply(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Answered(_Reply):
    """One question with its answer."""

    question: str = Field(min_length=8, max_length=2_000)
    answer: str = Field(min_length=15, max_length=MAX_CHARS)
    quotes: list[str] = Field(min_length=1, max_length=6)


class Numbered(Answered):
    """One question with its answer, by its number on the list of what was to be written."""

    number: int = Field(ge=1)


class Pairs(_Reply):
    """The reply for kind ``qa``."""

    items: list[Numbered] = Field(max_length=20)


class Conversation(_Reply):
    """The reply for kind ``dialogue``."""

    turns: list[Answered] = Field(max_length=20)


class Wanted(BaseModel):
    """A question on the list: what it asks for, and for whom."""

    model_config = ConfigDict(frozen=True)

    type: QuestionType
    reader: Reader


def response_format(kind: str) -> dict[str, Any]:
    """What tells a server to hold its model to the schema."""
    return format_of(Conversation if kind == "dialogue" else Pairs)


def format_of(model: type[BaseModel]) -> dict[str, Any]:
    """The same for any schema."""
    schema = model.model_json_schema()
    return {"type": "json_schema", "json_schema": {"name": model.__name__, "strict": True, "schema": schema}}


def parsed(content: str, kind: str) -> Pairs | Conversation | Outcome:
    """A reply of a kind of items, or what is wrong with it."""
    return parsed_as(content, Conversation) if kind == "dialogue" else parsed_as(content, Pairs)


def parsed_as(content: str, model: type[Wanting]) -> Wanting | Outcome:
    """A reply that should be of a schema, or what is wrong with it."""
    text = content.strip()
    if text.startswith("```"):  # a server that does not hold its model to the schema often gets a fence around it
        text = text.strip("`").removeprefix("json").strip()
    try:
        value = json.loads(text)
    except ValueError:
        return "malformed" if text.startswith(("{", "[")) or not text else "refused"
    try:
        return model.model_validate(value)
    except ValidationError:
        return "wrong schema"


def records(reply: Pairs | Conversation, wanted: list[Wanted]) -> list[dict[str, Any]]:
    """The records of a reply: question, answer and quotes, or turns and a list of quotes for each answer."""
    if isinstance(reply, Conversation):
        if not reply.turns:
            return []
        turns = [
            turn
            for one in reply.turns
            for turn in ({"role": "seeker", "text": one.question}, {"role": "supporter", "text": one.answer})
        ]
        return [{"turns": turns, "quotes": [one.quotes for one in reply.turns], "reader": wanted[0].reader}]
    seen: set[int] = set()
    found: list[dict[str, Any]] = []
    for one in reply.items:
        if one.number > len(wanted) or one.number in seen:
            continue  # not on the list, or there twice
        seen.add(one.number)
        about = wanted[one.number - 1]
        found.append(
            {
                "question": one.question,
                "answer": one.answer,
                "quotes": one.quotes,
                "type": about.type,
                "reader": about.reader,
            }
        )
    return found
