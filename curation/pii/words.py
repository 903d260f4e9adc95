"""Words that are no names, and words that are names as well: ``words.yaml`` and ``common_words.txt``."""

from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from curation.pii.light import load_light


def is_word(word: str) -> bool:
    """Whether ``word``, in the place of a name, is an everyday word: ``Not``, ``Monday``, ``God``, but not ``Will``."""
    return word.casefold() in _words() and not (word[:1].isupper() and is_word_and_name(word))


def is_word_and_name(word: str) -> bool:
    """Whether ``word`` is a first name as well as a word: ``Hope``, ``Will``, ``April``."""
    return word.casefold() in _names_too()


def is_of_danger(word: str) -> bool:
    """Whether ``word`` says that somebody is in danger, and is no name by itself: ``Suicide``, ``Killing``."""
    return word.casefold() in _of_danger()


def is_common(word: str) -> bool:
    """Whether ``word`` is among the everyday words of counselling text, name or not: ``hope``, ``will``, ``tired``."""
    return word.casefold() in _common()


def is_slip(word: str) -> bool:
    """Whether ``word`` is one letter away from an everyday word, or two letters changed places: ``befor``, ``tahnk``."""
    from rapidfuzz import process
    from rapidfuzz.distance import OSA

    if len(word) < 5:
        return False
    near = process.extractOne(word.casefold(), _spelled(), scorer=OSA.distance, score_cutoff=1)
    return near is not None


def announces(word: str) -> bool:
    """Whether ``word`` announces a number: ``fax``, ``IBAN``."""
    return word.casefold() in _announcing()


@cache
def _lists() -> dict[str, Any]:
    lists = yaml.safe_load(files("curation.pii").joinpath("words.yaml").read_text(encoding="utf-8"))
    assert isinstance(lists, dict)
    return lists


@cache
def _words() -> frozenset[str]:
    load_light("spacy.lang.en.stop_words")  # brings all of spaCy with it
    from spacy.lang.en.stop_words import STOP_WORDS

    return frozenset(STOP_WORDS) | frozenset(_lists()["words"].split())


@cache
def _of_danger() -> frozenset[str]:
    return frozenset(_lists()["danger"].split())


@cache
def _announcing() -> frozenset[str]:
    return frozenset(_lists()["announces"].split())


@cache
def _names_too() -> frozenset[str]:
    return frozenset(_lists()["names_too"].split())


@cache
def _common() -> frozenset[str]:
    return frozenset(files("curation.pii").joinpath("common_words.txt").read_text(encoding="utf-8").split())


@cache
def _spelled() -> tuple[str, ...]:
    return tuple(word for word in sorted(_common() | _words()) if len(word) >= 4)
