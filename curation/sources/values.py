"""Values of records as they are kept: JSON's own types, whose texts can be written as UTF-8."""

import math
from typing import Any

from curation.sources.record import MAX_FIELD_CHARS, RecordFault
from curation.sources.text import has_lone_surrogate

MAX_KEY_CHARS = 200
"""The longest key of a record. Longer ones are texts, which must not become ids."""

_NOT_AVAILABLE = ("", "n/a", "na", "none", "null")


def kept(value: Any, field: str) -> Any:
    """``value`` where its type is one of JSON's: validation judges the type.

    What is inside an object or a list that stands where a text belongs is left out, and a number that is none is null.

    Raises:
        RecordFault: If the text has characters that cannot be kept or is too long, or the type is none of JSON's.
    """
    if isinstance(value, str):
        _check_text(value, field)
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, dict | list):
        return type(value)()
    raise RecordFault(field, f"is of type {type(value).__name__}, not text", "Write it as text.")


def label(value: Any, field: str) -> Any:
    """A topic, strategy or emotion: null for the spellings of "not available" that tables have."""
    found = kept(value, field)
    return None if isinstance(found, str) and found.strip().casefold() in _NOT_AVAILABLE else found


def name(value: Any, field: str) -> str | None:
    """The text of a key, a locator or a parent; None where it is null or blank.

    Raises:
        RecordFault: If it is neither text nor a whole number, or too long to be a name.
    """
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise RecordFault(field, "is neither text nor a number", "Map a field that holds a name or a number.")
    text = str(value).strip()
    _check_text(text, field)
    if len(text) > MAX_KEY_CHARS:
        raise RecordFault(
            field,
            f"has more than {MAX_KEY_CHARS} characters: too long for a name",
            "Map a field that holds a short name.",
        )
    return text or None


def _check_text(text: str, field: str) -> None:
    if len(text) > MAX_FIELD_CHARS:
        raise RecordFault(
            field, f"has more than {MAX_FIELD_CHARS:,} characters", "Take the record out, or its dumps of data."
        )
    if "\0" in text:
        raise RecordFault(field, "has NUL characters", "Take the NUL characters out.")
    if not text.isascii() and has_lone_surrogate(text):
        raise RecordFault(field, "has half of a surrogate pair", "Write the character whole.")


def kind(value: Any) -> str:
    """What a value is, in plain words."""
    names = {str: "a text", bool: "true or false", dict: "an object", list: "a list", type(None): "null"}
    return names.get(type(value), "a number" if isinstance(value, int | float) else "no text")
