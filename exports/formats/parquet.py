"""Plain Parquet: the columns of torchtune's layout, for whoever reads tables."""

from typing import Any

import pyarrow as pa

from exports.messages import Messages

SCHEMA = pa.schema(
    [
        ("item_id", pa.string()),
        ("content_hash", pa.string()),
        ("messages", pa.list_(pa.struct([("role", pa.string()), ("content", pa.string())]))),
    ]
)


def record(row: dict[str, Any], messages: Messages) -> dict[str, Any]:
    """The columns of :data:`SCHEMA`."""
    return {"item_id": row["item_id"], "content_hash": row["content_hash"], "messages": messages}
