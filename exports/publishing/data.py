"""The items of a release as a table: what was approved, what it rests on, and nothing that leads to a person.

Where an item stood in its source (file, row, key) is not in it: in a public source that would lead to the text before
it was scrubbed. Who has the workspace finds it with ``curate trace``.
"""

from typing import Any

import pyarrow as pa

from curation.table import CONTENT

ITEMS = pa.schema(
    [
        ("item_id", pa.string()),
        ("content_hash", pa.string()),
        ("kind", pa.string()),
        *((field.name, field.type) for field in CONTENT),
        ("language", pa.string()),
        ("group_id", pa.string()),
        ("risk_level", pa.string()),
        ("pii_masked", pa.list_(pa.string())),
        ("residual_risk", pa.string()),
        ("source_id", pa.string()),
        ("license", pa.string()),
        ("origin", pa.string()),
        ("generator", pa.string()),
        ("verdict", pa.string()),
    ]
)
"""The columns of ``data/*.parquet``. ``content_hash`` is of the text as it is here; ``verdict`` is accept or edit."""


def item_table(rows: list[dict[str, Any]], part: str) -> pa.Table:
    """The items of one part, by their ids, so that the order tells nothing of the sources."""
    chosen = sorted((row for row in rows if row["split"] == part), key=lambda row: row["item_id"])
    return pa.Table.from_pylist([_released(row) for row in chosen], ITEMS)


def _released(row: dict[str, Any]) -> dict[str, Any]:
    provenance = row["provenance"]
    return {
        **{name: row[name] for name in ITEMS.names if name in row},
        "pii_masked": sorted(span["label"] for span in row["pii"] or ()),
        "residual_risk": (row["residual_risk"] or {}).get("level"),
        **{name: provenance[name] for name in ("source_id", "license", "origin", "generator")},
    }
