"""The declarative mapping: a record of any shape into question, answer, turns and topic.

Types stay what they were in the record: validation judges them. What the mapping itself needs to find, and does not,
is a fault of the record.
"""

from typing import Any, NamedTuple

from curation.sources import values
from curation.sources.paths import MISSING, as_paths, lookup
from curation.sources.record import WHOLE_RECORD, RecordFault
from curation.sources.turns import mapped_turns
from schemas.config import Mapping

Content = dict[str, Any]
"""``question``, ``answer``, ``turns`` and ``topic`` of a record; None for those that are not mapped."""


class Made(NamedTuple):
    """How a record was made of a passage, where it was.

    ``quotes`` are the sentences of the passage that are to support a field's text, as (field, sentence).
    """

    passage: str | None
    passage_id: str | None
    quotes: list[tuple[str, str]]
    generator: str | None
    prompt: str | None


class Mapped(NamedTuple):
    """What the mapping takes from a record."""

    content: Content
    locator: str | None
    parents: list[str]
    made: Made


def map_record(record: Any, mapping: Mapping, found: set[str], turns: list[Any] | None = None) -> Mapped:
    """Takes from ``record`` what ``mapping`` names.

    Args:
        record: The record; of a table that has a turn a row, the first row of a dialogue.
        mapping: What to take.
        found: Gains the paths that led to something: a path that leads nowhere in any record is a mistake.
        turns: The rows of the dialogue, where the table has a turn a row.

    Raises:
        RecordFault: If a field is missing, or there is a speaker without a role.
    """
    content: Content = {
        "question": _joined(record, as_paths(mapping.question), found),
        "answer": _joined(record, as_paths(mapping.answer), found),
        "turns": None,
        "topic": None,
    }
    if mapping.turns is not None:
        content["turns"] = mapped_turns(
            _turns(record, mapping, found) if turns is None else turns, mapping.turns, found
        )
    if mapping.topic is not None:
        content["topic"] = values.label(_optional(record, mapping.topic, found), mapping.topic)
    locator = None
    if mapping.locator is not None:
        locator = values.name(_optional(record, mapping.locator, found), mapping.locator)
    return Mapped(content, locator, _parents(record, mapping.parent, found), _made(record, mapping, content, found))


def key_of(record: Any, mapping: Mapping, found: set[str]) -> str | None:
    """The record's own key, or None where the mapping names none.

    Raises:
        RecordFault: If it is missing or no key.
    """
    path = mapping.key
    if path is None and mapping.turns is not None:
        path = mapping.turns.group_by
    if path is None:
        return None
    key = values.name(_required(record, path, found), path)
    if key is None:
        raise RecordFault(path, "is blank, and is the record's key", "Give the record its key.")
    return key


def _made(record: Any, mapping: Mapping, content: Content, found: set[str]) -> Made:
    passage = (
        None if mapping.passage is None else values.kept(_optional(record, mapping.passage, found), mapping.passage)
    )
    if passage is not None and not isinstance(passage, str):
        raise RecordFault(mapping.passage or "", f"is {values.kind(passage)}, not text", "Write it as text.")
    names = [
        None if path is None else values.name(_optional(record, path, found), path)
        for path in (mapping.passage_id, mapping.generator, mapping.prompt)
    ]
    quotes = [] if mapping.quotes is None else _optional(record, mapping.quotes, found)
    return Made(passage, names[0], _quotes(quotes, mapping.quotes or "", content), names[1], names[2])


def _quotes(value: Any, path: str, content: Content) -> list[tuple[str, str]]:
    """The quotes of a record by the field that they support."""
    fields = ["answer"]
    if content["turns"] is not None:
        fields = [f"turns.{place}.text" for place, turn in enumerate(content["turns"]) if turn["role"] == "supporter"]
    else:
        value = [value]
    lists = value if isinstance(value, list) else []
    quotes = [(field, one) for field, some in zip(fields, lists, strict=False) for one in some or ()]
    if not all(isinstance(one, str) for _, one in quotes):
        raise RecordFault(path, "holds what is no text", "Write the quoted sentences as a list of texts.")
    return quotes


def _joined(record: Any, paths: list[str], found: set[str]) -> Any:
    """The texts at several paths, joined by a blank line, each once; the value itself where there is one path."""
    if not paths:
        return None
    if len(paths) == 1:
        return values.kept(_required(record, paths[0], found), paths[0])
    texts: list[str] = []
    for path in paths:
        text = values.kept(_required(record, path, found), path)
        if text is None:
            continue
        if not isinstance(text, str):
            raise RecordFault(path, f"is {values.kind(text)}, not text", "Write it as text, in quotation marks.")
        if text.strip():
            texts = [before for before in texts if not _begins(text, before)]
            if not any(_begins(before, text) for before in texts):
                texts.append(text)
    return "\n\n".join(texts)


def _begins(text: str, start: str) -> bool:
    """Whether ``text`` begins by the words of ``start``, so that a title need not stand above it."""
    text, start = (" ".join(one.split()).casefold() for one in (text, start))
    return text.startswith(start) and not (len(text) > len(start) and text[len(start)].isalnum())


def _required(record: Any, path: str, found: set[str]) -> Any:
    value = lookup(record, path)
    if value is MISSING:
        if not isinstance(record, dict):
            raise RecordFault(
                WHOLE_RECORD,
                f"is {values.kind(record)}, not an object with fields",
                "Write it as an object; for a file that is one JSON list, give the source `format: json`.",
            )
        raise RecordFault(path, "is missing", "Give the record this field, or correct map in curate.yaml.")
    found.add(path)
    return value


def _optional(record: Any, path: str, found: set[str]) -> Any:
    value = lookup(record, path)
    if value is MISSING:
        return None
    found.add(path)
    return value


def _turns(record: Any, mapping: Mapping, found: set[str]) -> list[Any]:
    assert mapping.turns is not None
    path = mapping.turns.path
    turns = _required(record, path, found)
    if not isinstance(turns, list):
        field = WHOLE_RECORD if path == "." else path
        raise RecordFault(
            field, f"is {values.kind(turns)}, not a list of turns", "Correct map.turns.path in curate.yaml."
        )
    return turns


def _parents(record: Any, path: str | None, found: set[str]) -> list[str]:
    if path is None:
        return []
    value = _optional(record, path, found)
    names = [values.name(one, path) for one in (value if isinstance(value, list) else [value])]
    return list(dict.fromkeys(name for name in names if name is not None))
