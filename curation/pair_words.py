"""The words in which near pairs differ, as a build may hold them: words that scrubbing took out of an item are not
shown.
"""

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from curation.dedup.tokens import words_of
from curation.long_tables import slices, taken
from curation.table import texts

HIDDEN = "[...]"
PAIRS_AT_ONCE = 5_000
"""Pairs whose texts are in memory together."""
_ARROW, _NONE = " -> ", "-"


def with_known_words(pairs: pa.Table, items: pa.Table, removed: pa.Table) -> pa.Table:
    """``pairs`` with every word hidden that neither of the two items has after scrubbing: it was personal data.

    Args:
        pairs: The columns of :data:`curation.flow.PAIRS`.
        items: The items, scrubbed.
        removed: The removed rows, scrubbed.
    """
    if not len(pairs):
        return pairs
    ids = pa.chunked_array([*items["item_id"].chunks, *removed["item_id"].chunks], pa.string()).combine_chunks()
    columns = ["question", "answer", "turns"]
    batches = [*items.select(columns).to_batches(), *removed.select(columns).to_batches()]
    differences: list[list[str]] = []
    for part in slices(pairs, PAIRS_AT_ONCE):
        sides = [
            map(_words, taken(batches, pc.index_in(part[name], value_set=ids).to_numpy()).to_pylist())
            for name in ("item_id", "other_id")
        ]
        for of_pair, *words in zip(part["differences"].to_pylist(), *sides, strict=True):
            differences.append([_shown(one, words[0] | words[1]) for one in of_pair])
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
