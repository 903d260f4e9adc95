"""Whether the parts are apart: nothing that a model is measured on is alike to what it was trained on."""

from collections import defaultdict
from collections.abc import Iterator

from exports.gate.candidate import Candidate
from exports.gate.reason import Reason, some


def alike_across_parts(candidate: Candidate) -> Iterator[Reason]:
    """Items that belong together, or are alike, in different parts.

    A build never parts them. But an item keeps the part that it was released in: where a new one is alike to two that
    were released apart, no part is right for it.
    """
    part_of = {row["item_id"]: row["split"] for row in candidate.rows}
    groups: dict[str, set[str]] = defaultdict(set)
    for row in candidate.rows:
        groups[row["group_id"]].add(row["split"])
    found = {row["item_id"] for row in candidate.rows if len(groups[row["group_id"]]) > 1}
    for pair in candidate.approved.build.pairs().select(["item_id", "other_id"]).to_pylist():
        one, other = part_of.get(pair["item_id"]), part_of.get(pair["other_id"])
        if one and other and one != other:
            found |= {pair["item_id"], pair["other_id"]}
    ids = [row["item_id"] for row in candidate.rows if row["item_id"] in found]
    if ids:
        yield Reason(
            code="parts.alike",
            message=f"{len(ids):,} items are alike and stand in different parts: {some(ids)}",
            mend="They were released apart before it was known: reject the new one, or those of one part.",
            items=ids,
        )
