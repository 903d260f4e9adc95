"""Paths into records: ``answer``, ``meta.topic``, ``turns.0.text``; ``.`` is the record itself."""

from collections.abc import Iterable
from typing import Any, Final

from schemas.config import Mapping


class Missing:
    """What a path leads to where it leads to nothing."""


MISSING: Final = Missing()


def lookup(record: Any, path: str) -> Any:
    """What stands at ``path`` in ``record``, or :data:`MISSING`. A field whose name is the whole path comes first."""
    if path == ".":
        return record
    if isinstance(record, dict) and path in record:
        return record[path]
    value = record
    for part in path.split("."):
        if isinstance(value, dict) and part in value:
            value = value[part]
        elif isinstance(value, list) and part.isascii() and part.isdecimal() and int(part) < len(value):
            value = value[int(part)]
        else:
            return MISSING
    return value


def as_paths(paths: str | list[str] | None) -> list[str]:
    """The paths of a setting that takes one, several or none."""
    if paths is None:
        return []
    return [paths] if isinstance(paths, str) else paths


def record_paths(mapping: Mapping) -> list[str]:
    """The paths of a mapping that begin at the record or, where a table has a turn a row, at its rows."""
    paths = [mapping.key, *as_paths(mapping.question), *as_paths(mapping.answer)]
    if mapping.turns is not None and mapping.turns.group_by is None:
        paths.append(mapping.turns.path)
    elif mapping.turns is not None:
        paths += [mapping.turns.group_by, mapping.turns.order_by, *turn_paths(mapping)]
    paths += [mapping.topic, mapping.locator, mapping.parent, mapping.passage, mapping.passage_id]
    return _given([*paths, mapping.quotes, mapping.generator, mapping.prompt])


def turn_paths(mapping: Mapping) -> list[str]:
    """The paths of a mapping that begin at a turn."""
    turns = mapping.turns
    return _given([turns.role, turns.text, turns.strategy, turns.emotion]) if turns is not None else []


def _given(paths: Iterable[str | None]) -> list[str]:
    return list(dict.fromkeys(path for path in paths if path is not None))
