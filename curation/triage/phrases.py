"""The phrase list ``phrases.yaml``: read, validated and made into patterns."""

import re
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Literal, NamedTuple

import yaml
from pydantic import Field, model_validator

from curation.triage.levels import Level
from schemas.items import Strict

Subject = Literal["seeker", "named", "fixed"]
Tense = Literal["present", "past", "attempt"]


class Group(Strict):
    """Phrases that mean one thing. What its fields mean stands at the head of ``phrases.yaml``."""

    id: str = Field(pattern=r"^[a-z-]+$")
    level: Level
    source: str
    subject: Subject
    tense: Tense
    confidence: float = Field(gt=0, le=1)
    phrases: tuple[str, ...] = Field(min_length=1)


class PhraseList(Strict):
    """All of ``phrases.yaml``."""

    version: int
    date: date
    sources: dict[str, str]
    groups: tuple[Group, ...]
    harmless: tuple[str, ...]

    @model_validator(mode="after")
    def _cited(self) -> "PhraseList":
        for group in self.groups:
            if group.source not in self.sources:
                raise ValueError(f"group '{group.id}' cites '{group.source}', which is not among the sources")
        return self


class Rule(NamedTuple):
    """A group and the pattern that any of its phrases matches."""

    group: Group
    pattern: re.Pattern[str]


@cache
def phrase_list() -> PhraseList:
    """The list that comes with this version of the code."""
    text = files("curation.triage").joinpath("phrases.yaml").read_text(encoding="utf-8")
    return PhraseList.model_validate(yaml.safe_load(text))


@cache
def rules() -> tuple[Rule, ...]:
    return tuple(Rule(group, compiled(group.phrases)) for group in phrase_list().groups)


@cache
def harmless() -> re.Pattern[str]:
    return compiled(phrase_list().harmless)


def compiled(phrases: tuple[str, ...]) -> re.Pattern[str]:
    """One pattern for all of ``phrases``."""
    return re.compile(r"\b(?:" + "|".join(map(_pattern, phrases)) + r")(?!\w)", re.IGNORECASE)


_TOKEN = re.compile(r"\.\.\.|[()\[\]|]|[^\s()\[\]|]+")
_SPACE = r"(?:\W{0,2}\s)"
_GAP = r"(?:\W+\w+){0,3}?\W+"


def _pattern(phrase: str) -> str:
    """The regular expression of a phrase.

    A word carries the space before it, so that a word that may be missing takes its space along. ``don't`` also
    matches ``dont``, ``don’t`` and the tokenised ``don ' t``.

    Raises:
        ValueError: If its brackets do not match.
    """
    parts: list[str] = []
    closing: list[str] = []
    starts = True  # whether the next word begins the phrase or an alternative, and so carries no space
    opened: list[bool] = []
    for token in _TOKEN.findall(phrase):
        if token == "...":
            parts.append(_GAP)
            starts = True
        elif token in "([":
            parts.append("(?:" if starts else f"(?:{_SPACE}+")
            closing.append(")" if token == "(" else ")?")
            opened.append(starts)
            parts.append("(?:")
            starts = True
        elif token == "|":
            parts.append("|")
            starts = True
        elif token in ")]":
            if not closing:
                raise ValueError(f"phrase '{phrase}' closes a bracket that it did not open")
            optional = closing.pop() == ")?"
            began = opened.pop()
            parts.append(")" + (f"{_SPACE}+)?" if optional and began else ")?" if optional else ")"))
            starts = began and optional
        else:
            parts.append(_word(token) if starts else f"{_SPACE}+{_word(token)}")
            starts = False
    if closing:
        raise ValueError(f"phrase '{phrase}' does not close a bracket")
    return "".join(parts)


def _word(word: str) -> str:
    return re.escape(word).replace("'", r"\s?['’`´]?\s?").replace(r"\-", r"[-\s]?")
