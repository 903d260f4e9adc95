"""The part of ``curate.yaml`` on the review: who decides, on what, and what their decisions come to."""

from typing import Literal, Self, get_args

from pydantic import Field, model_validator

from schemas.items import Strict
from schemas.review import Alias, ReviewRole

RiskLevel = Literal["none", "third_party", "passive", "self_harm", "abuse_now", "harm_to_others", "active"]
"""The levels of :mod:`curation.triage.levels`, which says what they mean."""
RISKY: tuple[RiskLevel, ...] = get_args(RiskLevel)[1:]


class ReviewConfig(Strict):
    """Who reviews, how often, and when an item counts as approved."""

    rubric: str = "counselling-1"
    """What is asked: the version of a rubric of the toolkit, or a YAML file of your own, relative to the workspace."""
    reviewers: dict[Alias, ReviewRole] = {}
    """Aliases of those who decide, and the role of each: ``reviewer`` or ``adjudicator``. Take one out, and what is
    open with them goes to the others; what they decided stays. Without any, nothing is assigned."""
    overlap: int = Field(default=2, ge=2, le=10)
    """How many reviewers decide on an item that is reviewed more than once, as far as there are so many."""
    double: float = Field(default=0.2, ge=0, le=1)
    """The share of the other items that is reviewed more than once, beside all risky ones."""
    risky: list[RiskLevel] = list(RISKY)
    """The levels of risk at which every item is reviewed more than once, as is every item not looked at for risk."""
    approvals: int = Field(default=1, ge=1, le=10)
    """How many approvals any item needs."""
    dispute_points: int = Field(default=2, ge=1, le=4)
    """Two ratings on one scale that lie so many points apart are a disagreement."""
    veto: list[str] | None = None
    """Flags that bar an approval until an adjudicator has decided; without it, the safety flags of the rubric."""

    @model_validator(mode="after")
    def _enough_reviewers(self) -> Self:
        count = len(self.of_role("reviewer"))
        if self.reviewers and count < self.approvals:
            raise ValueError(f"an item needs {self.approvals} approvals, and there are {count} reviewers to give them")
        return self

    def of_role(self, role: ReviewRole) -> list[str]:
        """The aliases with this role, in the order of the file."""
        return [alias for alias, has in self.reviewers.items() if has == role]
