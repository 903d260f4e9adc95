"""De-identification as a step of the build."""

from typing import Any, ClassVar

import numpy as np
import pyarrow as pa

from curation.languages import is_covered
from curation.pii.draft import Scrubbed
from curation.pii.keys import Key
from curation.pii.risk import residual_risk
from curation.pii.scrub import scrub_items
from curation.pii.spans import Span
from curation.step import FAULT_COLUMN
from curation.table import CONTENT, texts, with_texts
from schemas.config import PIIConfig

TURN_LABELS = ("strategy", "emotion")
_PLACE = [("field", pa.string()), ("start", pa.int64()), ("end", pa.int64())]
_FINDER = [("label", pa.string()), ("source", pa.string()), ("score", pa.float64())]
FOUND = pa.list_(pa.struct([*_PLACE, *_FINDER]))
"""Where something was, by code points of the field's text before scrubbing, and who found it. Never the text itself."""

MASKED = pa.list_(pa.struct([*_PLACE, ("shown_start", pa.int64()), ("shown_end", pa.int64()), *_FINDER]))
"""The same, and where its replacement stands in the text after scrubbing."""

RESIDUAL = pa.struct([("level", pa.string()), ("reasons", pa.list_(pa.string()))])


class KeyedConfig(PIIConfig):
    """The configuration with the id of the key that surrogates are made with, on which the results depend as well."""

    key_id: str


class Scrub:
    """Replaces personal data in all texts of an item.

    ``pii`` is the audit log: what was masked, by offsets, label, detector and rule. ``pii_kept`` is what was recognised and
    left, with the reason. ``residual_risk`` is what a person should still look for. The step quarantines nothing. It
    makes an item safer, not anonymous: see :data:`curation.pii.LIMITS`.

    Args:
        config: What is looked for, and what stands in its place.
        key: The key of the surrogates; needed where the configuration asks for these.
    """

    name: ClassVar[str] = "scrub"
    reads: ClassVar[tuple[str, ...]] = ("item_id", "language", "question", "answer", "turns", "topic")
    writes: ClassVar[pa.Schema] = pa.schema(
        [*CONTENT, ("pii", MASKED), ("pii_kept", FOUND), ("residual_risk", RESIDUAL)]
    )
    libraries: ClassVar[tuple[str, ...]] = (
        *("presidio-analyzer", "spacy", "phonenumbers", "tldextract", "regex"),
        *("onnxruntime", "tokenizers", "numpy", "rapidfuzz"),
    )

    def __init__(self, config: PIIConfig | None = None, key: Key | None = None) -> None:
        self.plain = config or PIIConfig()
        self.key = key if self.plain.mode == "surrogate" else None
        self.config = KeyedConfig(**self.plain.model_dump(), key_id=self.key.id) if self.key is not None else self.plain

    def __call__(self, rows: pa.Table) -> pa.Table:
        items = rows.select(self.reads).to_pylist()
        fields = [_fields(item) for item in items]
        scrubbed = scrub_items(
            fields,
            self.plain,
            [item["language"] for item in items],
            ids=[item["item_id"] for item in items],
            secret=self.key.secret if self.key else None,
        )
        columns = {
            "pii": [_masked(of_item) for of_item in scrubbed],
            "pii_kept": [_kept(of_item) for of_item in scrubbed],
            "residual_risk": [_risk(*of_item) for of_item in zip(items, scrubbed, fields, strict=True)],
            "fault": [None] * len(items),
        }
        result = _content(rows.select(CONTENT.names), items, scrubbed)
        for field in [*self.writes, FAULT_COLUMN][len(CONTENT) :]:
            result = result.append_column(field, pa.array(columns[field.name], field.type))
        return result


def _fields(item: dict[str, Any]) -> dict[str, str]:
    """Every text of an item by its field: what is said, and the labels that the source gave it."""
    labels = {"topic": item["topic"]}
    for place, turn in enumerate(item["turns"] or ()):
        labels |= {f"turns.{place}.{name}": turn[name] for name in TURN_LABELS}
    return {field: text for field, text in [*texts(item), *labels.items()] if text}


def _content(rows: pa.Table, items: list[dict[str, Any]], scrubbed: list[dict[str, Scrubbed]]) -> pa.Table:
    """The columns of :data:`CONTENT`: of rows in which nothing was found, as they came, which costs nothing."""
    places = [place for place, of_item in enumerate(scrubbed) if any(one.spans for one in of_item.values())]
    if not places:
        return rows
    written = pa.Table.from_pylist([_written(items[place], scrubbed[place]) for place in places], rows.schema)
    order = np.arange(len(rows))
    order[places] = len(rows) + np.arange(len(places))
    return pa.concat_tables([rows, written]).combine_chunks().take(pa.array(order))


def _written(item: dict[str, Any], scrubbed: dict[str, Scrubbed]) -> dict[str, Any]:
    """The content of an item with its scrubbed texts and labels."""
    new = {field: of_field.text for field, of_field in scrubbed.items()}
    topic = new.pop("topic", item["topic"])
    content = with_texts({**item, "turns": _labelled(item["turns"], new)}, new)
    return {**{name: content[name] for name in CONTENT.names}, "topic": topic}


def _masked(scrubbed: dict[str, Scrubbed]) -> list[dict[str, Any]]:
    return [
        {**_found(field, span), "shown_start": start, "shown_end": end}
        for field, of_field in scrubbed.items()
        for span, (start, end) in zip(of_field.spans, of_field.shown, strict=True)
    ]


def _kept(scrubbed: dict[str, Scrubbed]) -> list[dict[str, Any]]:
    return [_found(field, span) for field, of_field in scrubbed.items() for span in of_field.kept]


def _risk(item: dict[str, Any], scrubbed: dict[str, Scrubbed], originals: dict[str, str]) -> dict[str, Any]:
    risk = residual_risk(
        [of_field.text for of_field in scrubbed.values()],
        {field: of_field.spans for field, of_field in scrubbed.items()},
        {field: of_field.doubted for field, of_field in scrubbed.items()},
        originals,
        covered=is_covered(item["language"]),
    )
    return risk._asdict()


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
