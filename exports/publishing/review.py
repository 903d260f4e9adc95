"""The decisions on the items of a build without a name in them, and the agreement that can be counted in them.

Who decided what cannot be told from the table: of each item it has the verdicts in their order of severity, not of the
reviewers. Krippendorff's alpha needs no more, so everybody who has the release can count it again.
"""

from collections import Counter
from typing import Any, NamedTuple

import pyarrow as pa

from annotations import known_rubrics
from annotations.agreement import VERDICTS
from annotations.coefficients import RESAMPLES, Estimate, Level, counts_of, krippendorff_alpha, observed_agreement
from annotations.policy import decisions_now
from curation import Workspace
from exports.approved import Approved
from schemas.release import ReviewerEvidence
from schemas.review import Review
from schemas.rubric import POINTS

REVIEW = pa.schema(
    [
        ("item_id", pa.string()),
        ("state", pa.string()),
        ("verdicts", pa.list_(pa.string())),
        ("adjudicated", pa.string()),
        ("scales", pa.list_(pa.struct([("name", pa.string()), ("points", pa.list_(pa.int64()))]))),
        ("flags", pa.list_(pa.struct([("name", pa.string()), ("asked", pa.int64()), ("raised", pa.int64())]))),
    ]
)
"""A row an item of the build: where it stands, the reviewers' verdicts, the adjudicator's, ratings and flags."""


class ReviewTable(NamedTuple):
    """The decisions, without names."""

    table: pa.Table
    """Columns of :data:`REVIEW`, in the order of the build."""
    reviewers: list[ReviewerEvidence]
    """One entry for each who decided, the most decisions first."""
    rubrics: dict[str, int]
    """Decisions by the version of the rubric that they were made by."""


class Agreement(NamedTuple):
    """Agreement in one thing that was asked."""

    name: str
    items: int
    """Items that two reviewers or more decided on."""
    observed: float | None
    """The share of pairs of decisions that say the same."""
    alpha: Estimate


def review_table(approved: Approved, workspace: Workspace) -> ReviewTable:
    """The decisions on the items of the build as they stand; withdrawn items are not in it."""
    rubrics = known_rubrics(workspace)
    asked = {version: [flag.name for flag in rubric.flags] for version, rubric in rubrics.items()}
    now = decisions_now(approved.entries)
    rows, of_reviewer, of_rubric = [], Counter[tuple[str, str]](), Counter[str]()
    for item in approved.items:
        decided = [entry.review for entry in now.get((item["item_id"], item["content_hash"]), {}).values()]
        of_reviewer.update((review.reviewer, review.role) for review in decided)
        of_rubric.update(review.rubric_version for review in decided)
        rows.append(_row(item["item_id"], approved.standing[item["item_id"]].state, decided, asked))
    reviewers = [ReviewerEvidence(role=role, decisions=number) for (_, role), number in of_reviewer.items()]
    reviewers.sort(key=lambda one: (-one.decisions, one.role))
    return ReviewTable(pa.Table.from_pylist(rows, REVIEW), reviewers, dict(sorted(of_rubric.items())))


def _row(item_id: str, state: str, decided: list[Review], asked: dict[str, list[str]]) -> dict[str, Any]:
    blind = [review for review in decided if review.role == "reviewer"]
    final = [review for review in decided if review.role == "adjudicator"]
    scales = sorted({name for review in blind for name in review.scales})
    flags = sorted({name for review in blind for name in asked[review.rubric_version]})
    return {
        "item_id": item_id,
        "state": state,
        "verdicts": sorted((review.verdict for review in blind), key=VERDICTS.index),
        "adjudicated": final[-1].verdict if final else None,
        "scales": [
            {"name": name, "points": sorted(review.scales[name] for review in blind if name in review.scales)}
            for name in scales
        ],
        "flags": [
            {
                "name": name,
                "asked": sum(name in asked[review.rubric_version] for review in blind),
                "raised": sum(name in review.flags for review in blind),
            }
            for name in flags
        ],
    }


def agreements(table: pa.Table) -> list[Agreement]:
    """Agreement in the verdict, then in each scale and each flag, over the items that two or more decided on.

    Args:
        table: Columns of :data:`REVIEW`.
    """
    rows = table.to_pylist()
    found = [agreement_in_verdict(table)]
    for name in sorted({scale["name"] for row in rows for scale in row["scales"]}):
        points = [scale["points"] for row in rows for scale in row["scales"] if scale["name"] == name]
        found.append(_agreement(name, "ordinal", POINTS, points))
    for name in sorted({flag["name"] for row in rows for flag in row["flags"]}):
        said = [
            [True] * flag["raised"] + [False] * (flag["asked"] - flag["raised"])
            for row in rows
            for flag in row["flags"]
            if flag["name"] == name
        ]
        found.append(_agreement(name, "nominal", (False, True), said))
    return [one for one in found if one.items]


def agreement_in_verdict(table: pa.Table, *, resamples: int = RESAMPLES) -> Agreement:
    """Agreement in the verdict alone; without resamples its alpha has no interval, and costs nothing."""
    return _agreement("verdict", "nominal", VERDICTS, table["verdicts"].to_pylist(), resamples)


def _agreement(name: str, level: Level, values: Any, rated: list[list[Any]], resamples: int = RESAMPLES) -> Agreement:
    several = [said for said in rated if len(said) > 1]
    alpha = krippendorff_alpha(counts_of(several, list(values)), level, resamples=resamples)
    return Agreement(name, len(several), observed_agreement(several), alpha)
