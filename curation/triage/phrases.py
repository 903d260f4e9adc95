"""The phrase files: read, validated, made into patterns, and found by the rare words that they must hold."""

import re
from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from functools import cache
from typing import Literal

from pydantic import Field, model_validator

from curation.triage.files import phrase_file, phrase_text
from curation.triage.levels import Level
from curation.triage.notation import Pattern, pattern, union
from curation.triage.spelling import spelled, spellings
from schemas.items import Strict

FILES = ("suicide.yaml", "self_harm.yaml", "harm_to_others.yaml", "abuse.yaml", "third_party.yaml")

Subject = Literal["seeker", "named", "fixed"]
Tense = Literal["present", "past", "over", "attempt"]


class Group(Strict):
    """Phrases that mean one thing. What its fields mean stands in ``phrases/README.md``."""

    id: str = Field(pattern=r"^[a-z-]+$")
    level: Level
    source: str
    subject: Subject
    tense: Tense
    confidence: float = Field(gt=0, le=1)
    beside: tuple[Level, ...] = ()
    """Levels of which other evidence must be there for these phrases to count."""
    now: bool = False
    """For the tense ``past``: whether the phrase counts as present where nothing says that it was long ago."""
    phrases: tuple[str, ...] = Field(min_length=1)


class PhraseFile(Strict):
    """One of :data:`FILES`."""

    version: int
    date: date
    sources: dict[str, str]
    groups: tuple[Group, ...]

    @model_validator(mode="after")
    def _cited(self) -> "PhraseFile":
        for group in self.groups:
            if group.source not in self.sources:
                raise ValueError(f"group '{group.id}' cites '{group.source}', which is not among the sources")
        return self


@cache
def groups() -> tuple[Group, ...]:
    """The groups of all files, in their order."""
    read = [PhraseFile.model_validate(phrase_file(name)) for name in FILES]
    return tuple(group for file in read for group in file.groups)


@cache
def harmless_phrases() -> tuple[str, ...]:
    """The phrases of ``harmless.yaml``."""
    return tuple(phrase_file("harmless.yaml")["harmless"])


@cache
def word_lists() -> dict[str, tuple[str, ...]]:
    """``words.yaml``."""
    return {name: tuple(words) for name, words in phrase_file("words.yaml").items()}


def read_phrase_word(word: str) -> str:
    """A word of a phrase in the form that texts are read into."""
    read = " ".join(part for one in word.split() for part in spelled(one))
    for pair, joined in spellings().pairs.items():
        if pair in read and f" {pair} " in f" {read} ":
            read = f" {read} ".replace(f" {pair} ", f" {joined} ").strip()
    return read


@cache
def _weights() -> dict[str, float]:
    """Common words -> about how often they are met, by Zipf's law on their places in the list."""
    return {word: 1 / (place + 3) for place, word in enumerate(spellings().common)}


def rank(word: str) -> float:
    """How common a word is: next to 0 for rare ones."""
    return _weights().get(word, 1 / (2 * len(_weights())))


def to_pattern(phrase: str) -> Pattern:
    """The pattern of a phrase with the lists and spellings of this version."""
    return pattern(phrase, word_lists(), read_phrase_word, rank)


def compiled(phrases: Iterable[str]) -> re.Pattern[str]:
    """One pattern for all of ``phrases``, for texts in the form that :mod:`curation.triage.words` gives."""
    return union(to_pattern(phrase).expression for phrase in phrases)


class PhraseIndex:
    """Phrases by their anchors; what shares an anchor becomes one pattern when it is first needed."""

    def __init__(self, phrases: Iterable[str]) -> None:
        self._expressions: dict[str, list[str]] = defaultdict(list)
        for phrase in phrases:
            made = to_pattern(phrase)
            for anchor in made.anchors:
                self._expressions[anchor].append(made.expression)
        self._compiled: dict[str, re.Pattern[str]] = {}

    @property
    def anchors(self) -> frozenset[str]:
        """The words of which every match holds one."""
        return frozenset(self._expressions)

    def matches(self, text: str, anchors: Iterable[str]) -> set[tuple[int, int]]:
        """Where phrases stand in ``text``, a sentence of words that each have a space behind them."""
        found: set[tuple[int, int]] = set()
        for anchor in anchors:
            if anchor in self._expressions:
                found.update(match.span() for match in self._pattern(anchor).finditer(text))
        return found

    def _pattern(self, anchor: str) -> re.Pattern[str]:
        if anchor not in self._compiled:
            self._compiled[anchor] = union(self._expressions[anchor])
        return self._compiled[anchor]


@cache
def index() -> dict[str, PhraseIndex]:
    """The phrases of every group, by the group's id."""
    return {group.id: PhraseIndex(group.phrases) for group in groups()}


@cache
def harmless() -> PhraseIndex:
    """What is not looked at."""
    return PhraseIndex(harmless_phrases())


@cache
def by_anchor() -> dict[str, tuple[Group, ...]]:
    """Anchors -> the groups that have phrases with them."""
    found: dict[str, list[Group]] = defaultdict(list)
    for group in groups():
        for anchor in index()[group.id].anchors:
            found[anchor].append(group)
    return {anchor: tuple(of_anchor) for anchor, of_anchor in found.items()}


@cache
def vocabulary() -> frozenset[str]:
    """Every word that a phrase, a list or a cue is made of."""
    texts = [*harmless_phrases(), *(phrase for group in groups() for phrase in group.phrases)]
    texts += [word for words in word_lists().values() for word in words] + [phrase_text("cues.yaml")]
    words = {word for text in texts for word in re.findall(r"[a-z][a-z'-]*", text)}
    return frozenset(part for word in words for part in spelled(word))
