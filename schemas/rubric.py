"""What reviewers are asked about an item: verdicts, scales with anchors in words, flags. Data, in versions."""

from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from schemas.items import Strict
from schemas.review import Verdict

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Key = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]$")]
"""The key that chooses something in a form."""
Version = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,38}-[0-9]+$")]
"""A name and a number, such as ``counselling-1``: another number for whatever is changed."""

POINTS = range(1, 6)
"""The points of a scale; more is better."""


class RubricSource(Strict):
    """What a rubric draws on."""

    name: str
    cite: str
    used: str
    """What was taken from it, and what was not."""


class VerdictChoice(Strict):
    """One of the verdicts, as a form shows it."""

    name: Verdict
    title: str
    means: str
    hotkey: Key


class Scale(Strict):
    """Something that is rated from 1 to 5."""

    name: Name
    title: str
    asks: str
    anchors: tuple[str, ...] = Field(min_length=5, max_length=5)
    """What the points 1 to 5 mean, in words."""


class RubricFlag(Strict):
    """Something that is noted if it is there."""

    name: Name
    title: str
    hint: str
    safety: bool = False
    """Whether an item with this flag is never approved without an adjudicator."""
    hotkey: Key


class Rubric(Strict):
    """What reviewers are asked, in one version. Decisions name the version that they were made by."""

    version: Version
    title: str
    about: str
    sources: tuple[RubricSource, ...] = ()
    verdicts: tuple[VerdictChoice, ...] = Field(min_length=3, max_length=3)
    scales: tuple[Scale, ...] = ()
    flags: tuple[RubricFlag, ...] = ()

    @property
    def safety_flags(self) -> frozenset[str]:
        """The names of the flags that bar an approval until an adjudicator has decided."""
        return frozenset(flag.name for flag in self.flags if flag.safety)

    @model_validator(mode="after")
    def _told_apart(self) -> Self:
        names: list[str] = [one.name for one in self.verdicts]
        names += [one.name for one in self.scales] + [one.name for one in self.flags]
        keys = [one.hotkey for one in self.verdicts] + [one.hotkey for one in self.flags]
        if len(set(names)) < len(names) or len(set(keys)) < len(keys):
            raise ValueError("two of its names, or two of its hotkeys, are the same")
        return self
