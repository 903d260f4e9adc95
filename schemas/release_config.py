"""The parts of ``curate.yaml`` on what leaves the workspace: training files, and releases with the words on them.

What only a person can say of a dataset (what it is for, what it must not be used for, who read it) is said here. A
release is refused while any of it is missing; nothing is made up in its place.
"""

import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from schemas.items import Strict
from schemas.licenses import spdx
from schemas.review_config import RiskLevel

LeftOut = Literal["waiting", "stale", "disputed"]


class ExportConfig(Strict):
    """What training files say beside the items."""

    system_prompt: str | None = None
    """What every conversation begins with, in the role of the system. The deployed model is given the same."""
    crisis_policy: str | None = None
    """What the model is to do when somebody is in danger; it is added to the system prompt of every conversation."""
    crisis_levels: list[RiskLevel] = ["passive", "active", "self_harm", "harm_to_others", "abuse_now"]
    """The risk levels that count as a crisis."""
    crisis_items: Literal["keep", "leave_out"] = "keep"
    """Whether items of these levels, and those whose risk was not read, are written into training files."""

    @property
    def system_message(self) -> str | None:
        """The system prompt with the crisis policy behind it; None where there is neither."""
        return "\n\n".join(text for text in (self.system_prompt, self.crisis_policy) if text) or None


class Author(Strict):
    """Somebody who made the dataset."""

    name: str
    """A person or an organisation."""
    affiliation: str | None = None
    orcid: str | None = Field(default=None, pattern=r"^\d{4}-\d{4}-\d{4}-\d{3}[\dX]$")


class DatasheetText(Strict):
    """The answers of the datasheet that cannot be measured (Gebru et al. 2021, Datasheets for Datasets)."""

    motivation: str | None = None
    """For what purpose the dataset was made, and by whom."""
    funding: str | None = None
    """Who paid for it."""
    collection: str | None = None
    """How the texts of the sources came about, who collected them, and over what time."""
    consent: str | None = None
    """Whether the people in the texts know of it and agreed, and how."""
    ethics_review: str | None = None
    """Which board looked at it, and what it said; or that none did."""
    compensation: str | None = None
    """How those who collected and reviewed were paid."""
    distribution: str | None = None
    """To whom, where and from when it is given."""
    maintenance: str | None = None
    """Who looks after it, how to reach them, and whether older versions stay."""


class ReleaseConfig(Strict):
    """What a release says of itself, and what it is held to."""

    title: str | None = None
    """The dataset's name for readers."""
    summary: str | None = None
    """What it is, in a few sentences."""
    license: Annotated[str, AfterValidator(spdx)] | None = None
    """The licence that the release is given out under, an SPDX expression."""
    authors: list[Author] = []
    """Who is to be cited."""
    contact: str | None = None
    """Where questions go."""
    homepage: str | None = None
    """The address at which the dataset will stand."""
    reviewers: str | None = None
    """Who reviewed: profession, training, how they were chosen. No names."""
    intended_uses: list[str] = []
    """What it is for."""
    forbidden_uses: list[str] = []
    """What it must not be used for."""
    limitations: str | None = None
    """What it does not cover, and where it is weak."""
    biases: str | None = None
    """Whom it shows too much, too little or in a wrong light."""
    social_impact: str | None = None
    """What good and what harm it may do."""
    withdrawal: str | None = None
    """How somebody in the texts, or a source, can have them taken out."""
    datasheet: DatasheetText = DatasheetText()
    """Further answers for the datasheet."""

    date: datetime.date | None = None
    """The date of the release; that of the last decision or withdrawal where it is not given."""
    leave_out: list[LeftOut] = []
    """Items that stand so in the review are left out; a release is refused while there are others of them."""
    least_agreement: float = Field(default=0.667, ge=-1, le=1)
    """The least Krippendorff's alpha of the verdicts. By Krippendorff (2004), .667 is the least on which tentative
    conclusions may rest."""
    benchmarks: list[str] = []
    """Files of benchmarks (.jsonl, .json, .csv, .tsv, .parquet, .txt) of which no item may hold anything."""
    permissions: dict[str, str] = {}
    """By source: who allowed what its licence does not, and when. It is printed on the card."""
