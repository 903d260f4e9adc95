"""Every figure that a card or a datasheet shows, counted in the release's own tables.

Nothing is taken from anywhere else: whoever has the folder of a release can count each of them again.
"""

from collections import Counter
from typing import Any, NamedTuple

import pyarrow as pa

from curation import PARTS
from curation.dedup import RULE
from curation.pii import LIMITS as PII_LIMITS
from curation.table import texts
from curation.triage import LEVELS
from curation.triage import LIMITS as RISK_LIMITS
from exports.publishing.changes import counts_of
from exports.publishing.review import Agreement, ReviewTable, agreements
from schemas.manifest import NOT_LOOKED_AT
from schemas.release import BuildEvidence, Change

SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))
"""The hub's names for how many examples a dataset has."""
RISK_ORDER = (*LEVELS, NOT_LOOKED_AT)


class Measured(NamedTuple):
    """The figures."""

    items: int
    parts: dict[str, int]
    kinds: dict[str, dict[str, int]]
    """Items by kind and part."""
    languages: dict[str, int]
    turns: int
    """Turns of all dialogues."""
    words: int
    """Words of all texts, cut at white space."""
    groups: int
    sources: dict[str, int]
    """Items by source."""
    origins: dict[str, int]
    """Items by who wrote them: ``human``, or the program."""
    topics: int
    edited: int
    pii: dict[str, int]
    """Spans masked, by label."""
    residual: dict[str, int]
    risk: dict[str, int]
    states: dict[str, int]
    """Items of the build by where they stand in the review."""
    read_twice: int
    """Items that two reviewers or more decided on."""
    adjudicated: int
    decisions: int
    roles: dict[str, int]
    """Reviewers by role."""
    rubrics: dict[str, int]
    agreement: list[Agreement]
    build: BuildEvidence
    changes: dict[str, dict[str, int]]

    @property
    def size(self) -> str:
        """The hub's name for how many examples there are."""
        return next((name for most, name in SIZES if self.items < most), "n>1M")

    @property
    def limits(self) -> dict[str, str]:
        """What the programs that took part say of themselves."""
        return {"personal data": PII_LIMITS, "risk": RISK_LIMITS}

    @property
    def keeper_rule(self) -> str:
        """Which of two duplicates stays."""
        return RULE


def measure(items: pa.Table, review: ReviewTable, build: BuildEvidence, changes: list[Change]) -> Measured:
    """Counts.

    Args:
        items: The release's items, columns of :data:`exports.publishing.data.ITEMS` and ``split``.
        review: The decisions without names.
        build: What the build counted.
        changes: Since the last release.
    """
    rows: list[dict[str, Any]] = items.to_pylist()
    said = [text for row in rows for _, text in texts(row)]
    decided: list[dict[str, Any]] = review.table.to_pylist()
    kinds = {
        kind: {part: sum(row["kind"] == kind and row["split"] == part for row in rows) for part in PARTS}
        for kind in sorted({row["kind"] for row in rows})
    }
    return Measured(
        items=len(rows),
        parts={part: sum(row["split"] == part for row in rows) for part in PARTS},
        kinds=kinds,
        languages=_counted(row["language"] for row in rows),
        turns=sum(len(row["turns"]) for row in rows if row["turns"] is not None),
        words=sum(len(text.split()) for text in said),
        groups=len({row["group_id"] for row in rows}),
        sources=_counted(row["source_id"] for row in rows),
        origins=_counted(row["generator"] or row["origin"] for row in rows),
        topics=len({row["topic"] for row in rows if row["topic"]}),
        edited=sum(row["verdict"] == "edit" for row in rows),
        pii=_counted(label for row in rows for label in row["pii_masked"]),
        residual=_in_order(("low", "medium", "high"), (row["residual_risk"] for row in rows)),
        risk=_in_order(RISK_ORDER, (row["risk_level"] or NOT_LOOKED_AT for row in rows)),
        states=_counted(row["state"] for row in decided),
        read_twice=sum(len(row["verdicts"]) > 1 for row in decided),
        adjudicated=sum(row["adjudicated"] is not None for row in decided),
        decisions=sum(one.decisions for one in review.reviewers),
        roles=_counted(one.role for one in review.reviewers),
        rubrics=review.rubrics,
        agreement=agreements(review.table),
        build=build,
        changes=counts_of(changes),
    )


def _counted(values: Any) -> dict[str, int]:
    return dict(sorted(Counter(values).items(), key=lambda one: (-one[1], one[0])))


def _in_order(names: tuple[str, ...], values: Any) -> dict[str, int]:
    counted = Counter(values)
    return {name: counted[name] for name in names if counted[name]}
