"""Which of several items that say the same stays: a rule that a curator can defend, the same for every set.

In this order: the freer licence, written by a human before generated, reviewed before not reviewed, the one with more
words, the one with more characters, the earlier source, and at last the smaller id. A truncated copy therefore never
takes the place of the whole text of the same standing.
"""

from collections.abc import Collection, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from curation.table import texts

RULE = (
    "the freer licence, then what a human wrote, then what was reviewed, then the longer, then the earlier source, "
    "then the smaller id"
)

_FREE = ("CC0-1.0", "PDDL-1.0", "Unlicense", "0BSD", "WTFPL", "LicenseRef-Public-Domain")
_WITH_NOTICE = (
    "MIT",
    "Apache-",
    "BSD-",
    "ISC",
    "CC-BY-1",
    "CC-BY-2",
    "CC-BY-3",
    "CC-BY-4",
    "ODC-By",
    "CDLA-Permissive",
)
_SAME_TERMS = ("CC-BY-SA", "ODbL", "GPL", "LGPL", "AGPL", "MPL", "CDLA-Sharing")


def freedom(license_id: str) -> int:
    """How much a licence asks of who uses the text: 0 nothing, 1 its notice, 2 the same terms, 3 more or not known."""
    for rank, names in enumerate((_FREE, _WITH_NOTICE, _SAME_TERMS)):
        if license_id.startswith(names):
            return rank
    return 3


def preferred(
    items: pa.Table, words: Sequence[int], reviewed: Collection[str], sources: Sequence[str]
) -> tuple[list[int], NDArray[np.int64]]:
    """The rows of ``items`` in the order of preference, and for each its standing, by which no length counts.

    Args:
        items: ``item_id``, ``provenance`` and the texts.
        words: How many words each has.
        reviewed: The ids of those that a reviewer has decided on.
        sources: The sources in their order; those that are not in it come last, by name.
    """
    ids = items["item_id"].to_pylist()
    licenses, origins, source_ids = (
        pc.struct_field(items["provenance"], name).to_pylist() for name in ("license", "origin", "source_id")
    )
    free = {name: freedom(name or "") for name in set(licenses)}
    places = {source: place for place, source in enumerate(sources)}
    standings = [
        (free[license_id], origin != "human", item_id not in reviewed)
        for license_id, origin, item_id in zip(licenses, origins, ids, strict=True)
    ]
    lengths = [
        sum(len(text) - text.count(" ") - text.count("\n") for _, text in texts(row))
        for row in items.select(["question", "answer", "turns"]).to_pylist()
    ]
    order = sorted(
        range(len(ids)),
        key=lambda row: (
            standings[row],
            -words[row],
            -lengths[row],
            places.get(source_ids[row], len(places)),
            source_ids[row] or "",
            len(ids[row]),
            ids[row],
        ),
    )
    number = {standing: rank for rank, standing in enumerate(sorted(set(standings)))}
    return order, np.array([number[standings[row]] for row in order], np.int64)
