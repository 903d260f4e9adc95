"""Validation: mapped records against the rules for items, which hold at every stage."""

import json
from typing import Any, ClassVar

import pyarrow as pa
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from curation.sources.values import kind
from curation.step import FAULT_COLUMN
from curation.table import CONTENT
from schemas.config import Section
from schemas.faults import Fault
from schemas.items import MAX_TURNS, RULE, TOO_LONG, Dialogue, Provenance, QAPair

_NO_PROVENANCE = Provenance(source_id="none", file="none", row=1, record="1", license="CC0-1.0", origin="human")
"""Stands where the provenance is not what is checked: it comes from the configuration, which was."""

_MODELS: dict[str, type[QAPair | Dialogue]] = {"qa": QAPair, "dialogue": Dialogue}
_FIELDS = {"qa": ("question", "answer"), "dialogue": ("turns",)}


class ValidateConfig(Section):
    """Validation has no settings: the rules are the same for every workspace."""


class Validate:
    """The row step that turns what the mapping found into the columns of :data:`curation.table.CONTENT`."""

    name: ClassVar[str] = "validate"
    reads: ClassVar[tuple[str, ...]] = ("kind", "language", "mapped")
    writes: ClassVar[pa.Schema] = CONTENT
    libraries: ClassVar[tuple[str, ...]] = ("pydantic",)

    def __init__(self, config: ValidateConfig | None = None) -> None:
        self.config: Section = config or ValidateConfig()

    def __call__(self, rows: pa.Table) -> pa.Table:
        """The content of each row, or what is wrong with it."""
        content: list[dict[str, Any]] = []
        for row in rows.select(list(self.reads)).to_pylist():
            mapped = json.loads(row["mapped"])
            if isinstance(mapped["topic"], str) and not mapped["topic"].strip():
                mapped["topic"] = None
            fault = check({"kind": row["kind"], "language": row["language"], **mapped}, cleaned=False)
            content.append({"fault": fault._asdict()} if fault else mapped)
        return pa.Table.from_pylist(content, CONTENT.append(FAULT_COLUMN))


def check(row: dict[str, Any], *, cleaned: bool = True) -> Fault | None:
    """What is wrong with an item by the rules of :mod:`schemas.items`, or None. Nothing of its text is in the answer.

    Args:
        row: ``kind``, ``language``, ``question``, ``answer``, ``turns`` and ``topic``.
        cleaned: Whether the texts are cleaned. Before that they may be longer than the limit: an image inside of HTML
            makes an answer of a thousand characters one of a hundred thousand.
    """
    item = {name: row[name] for name in _FIELDS[row["kind"]]}
    try:
        _MODELS[row["kind"]].model_validate(
            {
                "item_id": "none",
                "topic": row["topic"],
                "language": row["language"],
                "provenance": _NO_PROVENANCE,
                **item,
            }
        )
    except ValidationError as error:
        faults = error.errors(include_url=False)
        if not cleaned:
            faults = [fault for fault in faults if fault["type"] != TOO_LONG]
        return _fault(faults[0]) if faults else None
    return None


def _fault(error: ErrorDetails) -> Fault:
    field = ".".join(str(part) for part in error["loc"])
    value, type_ = error["input"], error["type"]
    if type_ in (RULE, TOO_LONG):
        rule = error["ctx"]
        return Fault(field or rule["field"], rule["message"], rule["mend"])
    if value is None:
        return Fault(field, "is missing or null", "Give the record this field; NaN and null count as missing.")
    if type_ == "literal_error":
        return Fault(field, "is neither seeker nor supporter", "Correct map.turns.roles in curate.yaml.")
    if type_ == "too_short":
        number = len(value)
        has = "has no turns" if number == 0 else f"has {number} turn"
        return Fault(field, f"{has}; a dialogue needs 2 at least", "Take the dialogue out, or give it its turns.")
    if type_ == "too_long":
        return Fault(
            field, f"has {len(value):,} turns; the limit is {MAX_TURNS:,}", "Split the dialogue into several records."
        )
    expected = {"string_type": "text", "tuple_type": "a list of turns", "model_type": "a turn"}.get(
        type_, "allowed here"
    )
    return Fault(field, f"is {kind(value)}, not {expected}", "Write it as text, or correct map in curate.yaml.")
