"""The phrase files: read, validated, made into patterns, and found by the rare words that they must hold."""

import re
from collections import defaultdict
from collections.abc import Iterable, Set
from datetime import date
from functools import cache
from typing import Literal, NamedTuple

from pydantic import Field, model_validator

from curation.triage.files import phrase_file, phrase_text
from curation.triage.levels import Level
from curation.triage.notation import Pattern, pattern, union
from curation.triage.spelling import spelled, spellings
from schemas.items import Strict

FILES = ("suicide.yaml", "composed.yaml", "self_harm.yaml", "harm_to_others.yaml", "abuse.yaml", "third_party.yaml")

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
    """``words.yaml`` and ``slots.yaml``: what phrases name with an @."""
    lists = phrase_file("words.yaml") | phrase_file("slots.yaml")["slots"]
    return {name: tuple(members) for name, members in lists.items()}


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


class _Looked(NamedTuple):
    """Expressions that share an anchor, and words of which one must be there as well (None: nothing must)."""

    expressions: list[str]
    company: set[str] | None


class PhraseIndex:
    """Phrases by their anchors; what shares an anchor becomes one pattern when it is first needed.

    Beside a common word ("me") a phrase mostly needs a rarer one ("hit"), and is not looked for without it.
    """

    def __init__(self, phrases: Iterable[str]) -> None:
        alone: dict[str, _Looked] = defaultdict(lambda: _Looked([], None))
        accompanied: dict[str, _Looked] = defaultdict(lambda: _Looked([], set()))
        for phrase in phrases:
            made = to_pattern(phrase)
            for anchor in made.anchors:
                if made.company is None:
                    alone[anchor].expressions.append(made.expression)
                else:
                    looked = accompanied[anchor]
                    looked.expressions.append(made.expression)
                    if looked.company is not None:
                        looked.company.update(made.company)
        self._looked = {
            anchor: [kind[anchor] for kind in (alone, accompanied) if anchor in kind]
            for anchor in alone.keys() | accompanied.keys()
        }
        self._compiled: dict[tuple[str, bool], re.Pattern[str]] = {}

    @property
    def anchors(self) -> frozenset[str]:
        """The words of which every match holds one."""
        return frozenset(self._looked)

    def matches(self, text: str, anchors: Iterable[str], words: Set[str]) -> set[tuple[int, int]]:
        """Where phrases stand in ``text``, a sentence of words that each have a space behind them.

        Args:
            text: The sentence.
            anchors: Those of its words by which phrases are found.
            words: All of its words.
        """
        found: set[tuple[int, int]] = set()
        for anchor in anchors:
            for looked in self._looked.get(anchor, ()):
                if looked.company is None or not looked.company.isdisjoint(words):
                    found.update(match.span() for match in self._pattern(anchor, looked).finditer(text))
        return found

    def prepare(self) -> None:
        """Makes every pattern now, for who cannot wait for the first text that needs one."""
        for anchor, of_anchor in self._looked.items():
            for looked in of_anchor:
                self._pattern(anchor, looked)

    def _pattern(self, anchor: str, looked: _Looked) -> re.Pattern[str]:
        key = (anchor, looked.company is None)
        if key not in self._compiled:
            self._compiled[key] = union(looked.expressions)
        return self._compiled[key]

    def companies(self) -> dict[str, frozenset[str] | None]:
        """Anchors -> words of which one must be there as well for any phrase; None where nothing must."""
        return {
            anchor: None
            if any(one.company is None or not one.company.isdisjoint((",", '"')) for one in looked)
            else frozenset(word for one in looked for word in one.company or ())
            for anchor, looked in self._looked.items()
        }


@cache
def companies() -> dict[str, frozenset[str] | None]:
    """As :meth:`PhraseIndex.companies`, over the phrases of all groups."""
    found: dict[str, frozenset[str] | None] = {}
    for of_group in index().values():
        for anchor, company in of_group.companies().items():
            known = found.setdefault(anchor, company)
            found[anchor] = None if known is None or company is None else known | company
    return found


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
