"""What a release tells about itself to programs: the files of its folder that are not for readers."""

import datetime
from typing import Literal

from schemas.items import Strict
from schemas.manifest import StepCounts

FORMAT_VERSION: Literal[1] = 1


class ReleaseManifest(Strict):
    """``release.json``: which state of the workspace a release was made from."""

    format_version: Literal[1] = FORMAT_VERSION
    name: str
    version: str
    previous: str | None
    """The version before it, which the changelog compares with."""
    date: datetime.date
    license: str
    build_id: str
    build_sha256: str
    """Of the build's manifest, which names the checksums of its files and of every source file."""
    ledger_head: str
    """The hash that stands for all decisions up to the release."""
    withdrawals_head: str
    """The hash that stands for all withdrawals up to the release."""
    code_version: str
    code_sha256: str
    parts: dict[str, int]
    """Items by part."""


class SourceEvidence(Strict):
    """One source: by what right it is here, and where its records ended."""

    source_id: str
    license: str
    citation: str | None
    consent: str | None
    origin: str
    generator: str | None
    collected: datetime.date | None
    permission: str | None
    """Who allowed what the licence does not."""
    sha256: dict[str, str]
    """Of each file that was read, by its name."""
    records: int
    removed: int
    quarantined: int
    items: int


class BuildEvidence(Strict):
    """``evidence/build.json``: the figures of the build that cannot be counted in the release's own items."""

    build_id: str
    records: int
    items: int
    removed: int
    quarantined: int
    withdrawn: int
    """Items of the build that were withdrawn before this release."""
    sources: list[SourceEvidence]
    steps: list[StepCounts]
    near_pairs: dict[str, int]
    """Pairs of items that are alike, by zone."""
    cleaned: dict[str, int]
    """Items that each cleaning rule changed."""
    pii_kept: dict[str, int]
    """Spans that were recognised and left, such as crisis lines, by the reason."""
    benchmarks: dict[str, int]
    """Texts of each benchmark file that all items were compared with."""


class ReviewerEvidence(Strict):
    """One reviewer, without a name: the role, and how many decisions on the texts of the build as they stand."""

    role: str
    decisions: int


class Change(Strict):
    """What became of one item between two releases."""

    item_id: str
    change: Literal["in", "out", "edited", "moved"]
    reason: str
