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
Tense = Literal["present", "past", "over", "attempt"]


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
_CLOSING = {"(": ")", "[": "]"}
_SPACE = r"\W{0,2}\s\s*"
_GAP = r"(?:\W+\w+){0,3}?\W+"


def _pattern(phrase: str) -> str:
    """The regular expression of a phrase.

    Raises:
        ValueError: If its brackets do not match.
    """
    tokens = _TOKEN.findall(phrase)
    pattern = _alternatives(tokens)
    if tokens:
        raise ValueError(f"phrase '{phrase}' closes a bracket that it did not open")
    return pattern


def _alternatives(tokens: list[str]) -> str:
    """Takes sequences that ``|`` divides from the head of ``tokens``."""
    sequences = [_sequence(tokens)]
    while tokens and tokens[0] == "|":
        tokens.pop(0)
        sequences.append(_sequence(tokens))
    return f"(?:{'|'.join(sequences)})"


def _sequence(tokens: list[str]) -> str:
    """Takes words and brackets from the head of ``tokens``, up to a ``|`` or a closing bracket.

    What may be missing takes the space beside it along.
    """
    parts: list[str] = []
    begun = False
    while tokens and tokens[0] not in ("|", ")", "]"):
        token = tokens.pop(0)
        if token == "...":
            parts.append(_GAP)
            begun = False
        elif token == "[":
            inner = _bracket(tokens, token)
            parts.append(f"(?:{_SPACE}{inner})?" if begun else f"(?:{inner}{_SPACE})?")
        else:
            inner = _bracket(tokens, token) if token == "(" else _word(token)
            parts.append(_SPACE + inner if begun else inner)
            begun = True
    return "".join(parts)


def _bracket(tokens: list[str], opening: str) -> str:
    inner = _alternatives(tokens)
    if not tokens or tokens.pop(0) != _CLOSING[opening]:
        raise ValueError(f"a phrase of the list does not close its '{opening}'")
    return inner


def _word(word: str) -> str:
    """A word; ``don't`` also matches ``dont``, ``don’t`` and ``don ' t``; ``self-harm``, ``self harm``."""
    return re.escape(word).replace("'", r"\s?['’`´]?\s?").replace(r"\-", r"[-\s]{0,3}")
