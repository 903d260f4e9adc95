"""The words in which near pairs differ, as a build may hold them: words that scrubbing took out of an item are not
shown.
"""

from typing import Any

import pyarrow as pa

from curation.dedup.tokens import words_of
from curation.table import texts

HIDDEN = "[...]"
_ARROW, _NONE = " -> ", "-"


def with_known_words(pairs: pa.Table, items: pa.Table, removed: pa.Table) -> pa.Table:
    """``pairs`` with every word hidden that neither of the two items has after scrubbing: it was personal data.

    Args:
        pairs: The columns of :data:`curation.flow.PAIRS`.
        items: The items, scrubbed.
        removed: The removed rows, scrubbed.
    """
    wanted = pa.array(sorted({*pairs["item_id"].to_pylist(), *pairs["other_id"].to_pylist()}), pa.string())
    known: dict[str, set[str]] = {}
    for table in (items, removed):
        rows = table.select(["item_id", "question", "answer", "turns"])
        for row in rows.filter(pa.compute.is_in(rows["item_id"], wanted)).to_pylist():
            known[row["item_id"]] = _words(row)
    differences = [
        [_shown(one, known[row["item_id"]] | known[row["other_id"]]) for one in row["differences"]]
        for row in pairs.to_pylist()
    ]
    place = pairs.schema.get_field_index("differences")
    return pairs.set_column(place, pairs.schema.field(place), pa.array(differences, pa.list_(pa.string())))


def _words(row: dict[str, Any]) -> set[str]:
    return {word for _, text in texts(row) for word in words_of(text)}


def _shown(difference: str, known: set[str]) -> str:
    if _ARROW not in difference:  # a remark of deduplication, without a word of either text
        return difference
    sides = [side.split() for side in difference.split(_ARROW)]
    return _ARROW.join(
        " ".join(word if word in known or word == _NONE else HIDDEN for word in side) or _NONE for side in sides
    )
