"""De-identification as a step of the build."""

from typing import Any, ClassVar

import pyarrow as pa

from curation.pii.scrub import Scrubbed, scrub_items
from curation.pii.spans import Span
from curation.step import FAULT_COLUMN
from curation.table import CONTENT, texts, with_texts
from schemas.config import PIIConfig

TURN_LABELS = ("strategy", "emotion")
FOUND = pa.list_(
    pa.struct(
        [
            ("field", pa.string()),
            ("start", pa.int64()),
            ("end", pa.int64()),
            ("label", pa.string()),
            ("source", pa.string()),
            ("score", pa.float64()),
        ]
    )
)
"""Where something was, by code points of the field's text before scrubbing. Never the text itself."""


class Scrub:
    """Replaces personal data in all texts of an item by numbered placeholders.

    ``pii`` holds what was masked, ``pii_kept`` what was recognised and left, with the reason. The step quarantines
    nothing. It makes an item safer, not anonymous: see :data:`curation.pii.LIMITS`.
    """

    name: ClassVar[str] = "scrub"
    reads: ClassVar[tuple[str, ...]] = ("language", "question", "answer", "turns", "topic")
    writes: ClassVar[pa.Schema] = pa.schema([*CONTENT, ("pii", FOUND), ("pii_kept", FOUND)])
    libraries: ClassVar[tuple[str, ...]] = ("presidio-analyzer", "spacy", "phonenumbers", "tldextract", "regex")

    def __init__(self, config: PIIConfig | None = None) -> None:
        self.config = config or PIIConfig()

    def __call__(self, rows: pa.Table) -> pa.Table:
        items = rows.select(self.reads).to_pylist()
        scrubbed = scrub_items([_fields(item) for item in items], self.config, [item["language"] for item in items])
        columns: list[dict[str, Any]] = [_written(item, of_item) for item, of_item in zip(items, scrubbed, strict=True)]
        return pa.Table.from_pylist(columns, schema=pa.schema([*self.writes, FAULT_COLUMN]))


def _fields(item: dict[str, Any]) -> dict[str, str]:
    """Every text of an item by its field: what is said, and the labels that the source gave it."""
    labels = {"topic": item["topic"]}
    for place, turn in enumerate(item["turns"] or ()):
        labels |= {f"turns.{place}.{name}": turn[name] for name in TURN_LABELS}
    return {field: text for field, text in [*texts(item), *labels.items()] if text}


def _written(item: dict[str, Any], scrubbed: dict[str, Scrubbed]) -> dict[str, Any]:
    new = {field: of_field.text for field, of_field in scrubbed.items()}
    topic = new.pop("topic", item["topic"])
    content = with_texts({**item, "turns": _labelled(item["turns"], new)}, new)
    return {
        **{name: content[name] for name in CONTENT.names},
        "topic": topic,
        "pii": [_found(field, span) for field, of_field in scrubbed.items() for span in of_field.spans],
        "pii_kept": [_found(field, span) for field, of_field in scrubbed.items() for span in of_field.kept],
        "fault": None,
    }


def _labelled(turns: list[dict[str, Any]] | None, new: dict[str, str]) -> list[dict[str, Any]] | None:
    """The turns with their labels scrubbed; takes the labels out of ``new``."""
    if turns is None:
        return None
    return [
        {**turn, **{name: new.pop(f"turns.{place}.{name}", turn[name]) for name in TURN_LABELS}}
        for place, turn in enumerate(turns)
    ]


def _found(field: str, span: Span) -> dict[str, Any]:
    return {"field": field, **span._asdict()}
