"""Texts as deduplication compares them."""

import re
import unicodedata

# A stop or comma inside a number is part of it (0.5 mg is not 05 mg), and so are signs of a range or a date.
_NUMBER = r"\d+(?:[.,:/\-\u2013]\d+)+"
_WORD = re.compile(rf"{_NUMBER}|[^\W_]+(?:['\u2019][^\W_]+)*|[^\w\s]")


def words(text: str) -> list[str]:
    """The words, numbers and symbols of a text in lower case, without its punctuation.

    Symbols that carry meaning stay: an emoji, a currency, a percentage. An apostrophe inside a word is dropped, so that
    ``can't`` and ``cant`` are one word, which ``can`` is not.
    """
    found = _WORD.findall(unicodedata.normalize("NFC", text).casefold())
    return [
        word.replace("'", "").replace("\u2019", "")
        for word in found
        if len(word) > 1 or not unicodedata.category(word).startswith("P") or word in "%&@#"
    ]


def normalised(text: str) -> str:
    """A text that is equal for two texts which differ in case, spacing and punctuation alone."""
    return " ".join(words(text))
