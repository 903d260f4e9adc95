"""What the name model sees of a word beside its letters: its shape, and whether it is a known name of a person or place.

The encoder under the model knows no capitals. Each piece of a word therefore gets two further numbers: the shape of
its word (:data:`SHAPES`), and the bits of the gazetteer (:data:`GIVEN`, :data:`FAMILY`, :data:`PLACE`). Training and use
share this module.
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import NamedTuple

SHAPES = ("other", "lower", "title", "upper", "letter", "mixed", "digits", "alphanumeric", "first", "uncased")
"""``first`` is a capitalised word at the beginning of a sentence, ``uncased`` a word in a text without any capitals."""

GIVEN, FAMILY, PLACE = 1, 2, 4
GAZETTEER_CODES = 8
LONGEST_PLACE = 4
"""Words of the longest name of a place that is looked up."""

_WORD = re.compile(r"[^\W_]+")


class Word(NamedTuple):
    """Code points ``start`` to ``end`` (exclusive) of a text, its shape and its gazetteer bits."""

    start: int
    end: int
    shape: int
    known: int


def plain(word: str) -> str:
    """``word`` in lower case and without accents."""
    if word.isascii():
        return word.lower()
    apart = unicodedata.normalize("NFD", word.casefold())
    return "".join(character for character in apart if unicodedata.category(character) != "Mn")


def words(text: str) -> list[Word]:
    """The words of ``text`` with their features."""
    found = [match.span() for match in _WORD.finditer(text)]
    forms = [plain(text[start:end]) for start, end in found]
    known = lookup(forms)
    uncased = text == text.lower()
    return [
        Word(start, end, _shape(text, start, end, uncased), bits)
        for (start, end), bits in zip(found, known, strict=True)
    ]


def lookup(forms: Sequence[str]) -> list[int]:
    """The gazetteer bits of words in their plain form; the words of a place's name have its bit together."""
    single, longer = gazetteer()
    known = [single.get(form, 0) for form in forms]
    for place, form in enumerate(forms):
        for name in longer.get(form, ()):
            if tuple(forms[place + 1 : place + 1 + len(name)]) == name:
                for part in range(place, place + 1 + len(name)):
                    known[part] |= PLACE
                break
    return known


def _shape(text: str, start: int, end: int, uncased: bool) -> int:
    word = text[start:end]
    if word.isdigit():
        return SHAPES.index("digits")
    if not word.isalpha():
        return SHAPES.index("alphanumeric")
    if uncased or word == word.lower():
        return _UNCASED if uncased else _LOWER
    if end - start == 1:
        return _LETTER
    if word.isupper():
        return _UPPER
    if word[0].isupper() and word[1:].islower():
        return _FIRST if _begins(text, start) else _TITLE
    return _MIXED


_LOWER, _TITLE, _UPPER, _LETTER, _MIXED = map(SHAPES.index, ("lower", "title", "upper", "letter", "mixed"))
_FIRST, _UNCASED = SHAPES.index("first"), SHAPES.index("uncased")


def _begins(text: str, start: int) -> bool:
    """Whether a sentence begins at ``start``."""
    place = start - 1
    while place >= 0 and text[place].isspace() and text[place] != "\n":
        place -= 1
    return place < 0 or not (text[place].isalnum() or text[place] in ",;'’@#&/)]}%$")


@cache
def gazetteer() -> tuple[dict[str, int], dict[str, list[tuple[str, ...]]]]:
    """Plain word -> bits, and first word -> the further words of the places of several words, longest first."""
    single: dict[str, int] = {}
    longer: dict[str, list[tuple[str, ...]]] = {}
    text = files("curation.pii.ner").joinpath("gazetteer.txt").read_text(encoding="utf-8")
    for line in text.splitlines():
        name, _, bits = line.rpartition("\t")
        first, *rest = name.split(" ")
        if rest:
            longer.setdefault(first, []).append(tuple(rest))
        else:
            single[name] = int(bits)
    for names in longer.values():
        names.sort(key=lambda name: (-len(name), name))
    return single, longer
