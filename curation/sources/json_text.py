"""JSON text into values, with faults that never quote the text."""

import json
from typing import Any

from curation.sources.record import MAX_DEPTH, WHOLE_RECORD, RecordFault

_MANY_BRACKETS = 2 * MAX_DEPTH
_REASONS = {
    "Unterminated string starting at": "a text is not closed; is the line cut off?",
    "Expecting value": "a value is missing",
    "Expecting ',' delimiter": "a comma or a closing bracket is missing",
    "Expecting ':' delimiter": "a colon is missing",
    "Expecting property name enclosed in double quotes": "a name in double quotes is missing",
    "Invalid control character at": "a text holds a bare control character",
    "Extra data": "it goes on after its end",
}


def decoder() -> json.JSONDecoder:
    """A decoder for which NaN and Infinity, which JSON does not have, are null."""
    return json.JSONDecoder(parse_constant=lambda name: None)


_DECODER = decoder()


def parse(text: str) -> Any:
    """The value of one JSON text.

    Raises:
        RecordFault: If it is no JSON, or nested deeper than :data:`MAX_DEPTH`.
    """
    if is_too_deep(text):
        raise too_deep()
    try:
        return _DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise RecordFault(
            WHOLE_RECORD,
            f"is no JSON: {reason(error)} (column {error.colno})",
            "Write one whole JSON value a line.",
        ) from None
    except RecursionError:
        raise too_deep() from None
    except ValueError:
        # Python refuses to read integers of thousands of digits.
        raise RecordFault(WHOLE_RECORD, "has a number of too many digits", "Write the number as text.") from None


def reason(error: json.JSONDecodeError) -> str:
    """Why a text is no JSON, in words that hold nothing of the text."""
    return _REASONS.get(error.msg, "it is not well-formed")


def too_deep() -> RecordFault:
    return RecordFault(
        WHOLE_RECORD, f"is nested deeper than {MAX_DEPTH} levels", "Keep the fields that are mapped, and no more."
    )


def is_too_deep(text: str) -> bool:
    """Whether brackets are nested deeper than :data:`MAX_DEPTH`, counted outside of strings."""
    if text.count("[") + text.count("{") < _MANY_BRACKETS:
        return False
    depth = place = 0
    while place < len(text):
        character = text[place]
        if character == '"':
            place = _end_of_string(text, place)
        elif character in "[{":
            depth += 1
            if depth > MAX_DEPTH:
                return True
        elif character in "]}":
            depth -= 1
        place += 1
    return False


def _end_of_string(text: str, start: int) -> int:
    end = text.find('"', start + 1)
    while end > 0:
        backslashes = end - len(text[start + 1 : end].rstrip("\\")) - start - 1
        if backslashes % 2 == 0:
            return end
        end = text.find('"', end + 1)
    return len(text)
