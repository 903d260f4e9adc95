"""Whether personal data is left in what would be released, as far as programs and reviewers can tell."""

from collections.abc import Iterator
from typing import Any

from annotations import known_rubrics
from annotations.edits import personal_data, stand_ins
from annotations.forms import PII_FLAG
from curation.table import texts
from exports.gate.candidate import Candidate
from exports.gate.reason import Reason, some


def left_in_texts(candidate: Candidate) -> Iterator[Reason]:
    """Texts in which the scrubber finds personal data, or in which a reviewer saw some.

    What the build scrubbed is looked at by form and rule, which costs little; what a reviewer wrote, by the name model
    as well. What stands for something that was masked (a surrogate) is none.
    """
    full = candidate.config.pii.model_copy(update={"mode": "placeholder"})
    rules = full.model_copy(update={"model": "none"})
    found = []
    for row in candidate.rows:
        built = candidate.built(row["item_id"])
        before, standing = dict(texts(built)), stand_ins(built)
        left = any(
            personal_data(text, rules if before.get(field) == text else full, row["language"], standing)
            for field, text in texts(row)
        )
        if left or _seen(candidate, row):
            found.append(row["item_id"])
    if found:
        yield Reason(
            code="pii.left",
            message=f"{len(found):,} items hold personal data: {some(found)}",
            mend="Edit it out in review, or reject them.",
            items=found,
        )


def _seen(candidate: Candidate, row: dict[str, Any]) -> bool:
    """Whether a reviewer marked or flagged personal data in the very text that would go out."""
    if row["verdict"] == "edit":
        return False
    decided = candidate.decisions.get((row["item_id"], row["content_hash"]), [])
    final = [review for review in decided if review.role == "adjudicator"]
    return any(PII_FLAG in review.flags or review.pii for review in final or decided)


def risk_without_a_word(candidate: Candidate) -> Iterator[Reason]:
    """Items of high residual risk that nobody was asked about: no decision by a rubric that asks for personal data."""
    asks = {
        version
        for version, rubric in known_rubrics(candidate.workspace).items()
        if any(flag.name == PII_FLAG for flag in rubric.flags)
    }
    silent = []
    for row in candidate.rows:
        if (row["residual_risk"] or {}).get("level") != "high":
            continue
        built = candidate.built(row["item_id"])
        decided = candidate.decisions.get((row["item_id"], built["content_hash"]), [])
        if not any(review.rubric_version in asks for review in decided):
            silent.append(row["item_id"])
    if silent:
        yield Reason(
            code="pii.risk",
            message=f"{len(silent):,} items may still say who speaks, and no reviewer was asked: {some(silent)}",
            mend=f"Have them reviewed by a rubric that asks for '{PII_FLAG}', such as counselling-1.",
            items=silent,
        )
