"""The key of a row: a hash of its content, by which a result is found again."""

import hashlib
import json
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from curation.long_tables import slices

KEY = pa.field("key", pa.binary(16))
_NULL, _END = b"-", b":"


def row_keys(rows: pa.Table) -> pa.Array:
    """The key of each row: BLAKE2b, 16 bytes, of its values, each behind its length in bytes.

    Texts are joined by Arrow and only lists are looked at one by one: this is done for every row before every step.
    """
    digests: list[bytes] = []
    for part in slices(rows):
        digests += [hashlib.blake2b(row, digest_size=16).digest() for row in _joined(part.combine_chunks())]
    return pa.array(digests, KEY.type)


def _joined(rows: pa.Table) -> list[bytes]:
    """For each row its values, so that no two rows of different values are joined to the same bytes."""
    parts: list[Any] = []
    for column in (flat for name in rows.column_names for flat in _flat(rows[name].combine_chunks())):
        length = pc.coalesce(pc.cast(pc.cast(pc.binary_length(column), pa.string()), pa.binary()), _NULL)
        parts += [length, _END, pc.coalesce(column, b"")]
    if not parts:
        return [b""] * len(rows)
    joined: list[bytes] = pc.binary_join_element_wise(*parts, b"").to_pylist()
    return joined


def _flat(column: pa.Array) -> list[pa.Array]:
    """The column as columns of bytes: a structure as one column a field, a list as its JSON."""
    type_ = column.type
    if pa.types.is_struct(type_):
        present = pc.if_else(pc.is_valid(column), pa.scalar(b"+"), pa.scalar(b""))
        return [present, *(flat for field in column.flatten() for flat in _flat(field))]
    if pa.types.is_nested(type_):
        values = [None if value is None else _json(value) for value in column.to_pylist()]
        return [pa.array(values, pa.binary())]
    if pa.types.is_binary(type_) or pa.types.is_fixed_size_binary(type_):
        return [column.cast(pa.binary())]
    return [pc.cast(pc.cast(column, pa.string()), pa.binary())]


def _json(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, default=_plain).encode()


def _plain(value: Any) -> str:
    return value.hex() if isinstance(value, bytes) else str(value)
