"""Closed classes of English, read from ``english.yaml``, which says where they are from and what they are for."""

from collections.abc import Iterable
from importlib.resources import files
from typing import Any

import yaml

_DATA: dict[str, Any] = yaml.safe_load(files("curation.dedup").joinpath("english.yaml").read_text(encoding="utf-8"))


def _set(name: str) -> frozenset[str]:
    return frozenset(_DATA[name].split())


NEGATIONS, NUMBERS, FILLERS, COURTESIES = map(_set, ("negations", "numbers", "fillers", "courtesies"))
WEAK = _set("weak") | (_set("fragments") - NEGATIONS)
PREFIXES = _set("prefixes")
COURTESY_WORDS = COURTESIES | _set("beside_courtesies")
PERSONS = {word: person for person, words in enumerate(_DATA["persons"]) for word in words.split()}
"""Personal pronouns, with a number for each person."""

CLOSED = (NEGATIONS | NUMBERS | WEAK | FILLERS | PERSONS.keys()) - _set("fragments")
"""Words for certain: no two of them are spellings of one."""


def _expansions() -> dict[str, tuple[str, ...]]:
    endings = (
        ("re", "are", ("they", "you")),
        ("ve", "have", ("they", "you", "i", "we", "would", "could", "should", "might")),
        ("ll", "will", ("you", "they", "it", "that", "there")),
        ("d", "would", ("you", "they", "it", "that")),
        ("s", "is", ("it", "that", "he", "she", "there", "what", "who", "where", "how", "here")),
    )
    found: dict[str, tuple[str, ...]] = {f"{word}nt": (word, "not") for word in _DATA["auxiliaries"].split()}
    for ending, full, words in endings:
        found |= {word + ending: (word, full) for word in words}
    return found | {word: tuple(meant.split()) for word, meant in _DATA["contractions"].items()}


EXPANSIONS = _expansions()
"""Contractions and spellings of the keyboard, each with the words that it stands for."""


def expanded(words: Iterable[str]) -> list[str]:
    """``words`` with contractions written out."""
    return [part for word in words for part in EXPANSIONS.get(word, (word,))]
