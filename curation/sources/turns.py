"""The turns of a dialogue: who speaks, in the roles of this toolkit, and what is said."""

from typing import Any

from curation.sources import values
from curation.sources.paths import MISSING, lookup
from curation.sources.record import RecordFault
from curation.turns import merged
from schemas.config import TurnMapping
from schemas.items import Role

_ROLES: dict[str, Role] = {"seeker": "seeker", "supporter": "supporter"}
_OTHER: dict[Role, Role] = {"seeker": "supporter", "supporter": "seeker"}


def mapped_turns(turns: list[Any], mapping: TurnMapping, found: set[str]) -> list[dict[str, Any]]:
    """The turns as ``role``, ``text``, ``strategy`` and ``emotion``.

    Args:
        turns: The turns as the source has them.
        mapping: What to take from each.
        found: Gains the paths that led to something, each as ``turns[].PATH``.

    Raises:
        RecordFault: If a turn has no text field, or its speaker no role.
    """
    role: Role = mapping.first
    mapped: list[dict[str, Any]] = []
    for place, turn in enumerate(turns):
        if mapping.role is not None:
            role = _role(turn, place, mapping, found)
        mapped.append(
            {
                "role": role,
                "text": values.kept(_required(turn, place, mapping.text, found), _field(place, mapping.text)),
                "strategy": _label(turn, place, mapping.strategy, found),
                "emotion": _label(turn, place, mapping.emotion, found),
            }
        )
        if mapping.role is None:
            role = _OTHER[role]
    return merged(mapped) if mapping.merge else mapped


def _role(turn: Any, place: int, mapping: TurnMapping, found: set[str]) -> Role:
    assert mapping.role is not None
    field = _field(place, mapping.role)
    speaker = values.name(_required(turn, place, mapping.role, found), field)
    if speaker is None:
        raise RecordFault(field, "names no speaker", "Say who speaks.")
    role = (mapping.roles or _ROLES).get(speaker)
    if role is None:
        # The name is not quoted: where the path is wrong, it is what somebody said.
        raise RecordFault(
            field, "names a speaker without a role", "Add the speaker to map.turns.roles, or take the turn out."
        )
    return role


def _required(turn: Any, place: int, path: str, found: set[str]) -> Any:
    value = lookup(turn, path)
    if value is MISSING:
        raise RecordFault(_field(place, path), "is missing", "Give the turn this field, or correct map.turns.")
    found.add(f"turns[].{path}")
    return value


def _label(turn: Any, place: int, path: str | None, found: set[str]) -> Any:
    if path is None:
        return None
    value = lookup(turn, path)
    if value is MISSING:
        return None
    found.add(f"turns[].{path}")
    return values.label(value, _field(place, path))


def _field(place: int, path: str) -> str:
    return f"turns.{place}" if path == "." else f"turns.{place}.{path}"
