"""What a build tells about itself: the manifest in its folder, and the report of the work that made it."""

from typing import Any, Literal, NamedTuple

from schemas.items import Strict

FORMAT_VERSION: Literal[1] = 1
NOT_LOOKED_AT = "not looked at"
"""Counted for items in which no risk was looked for: triage was switched off, or does not know their language."""


class SourceFile(Strict):
    """One file that a build read, or a dataset of the hub at a revision."""

    source_id: str
    path: str
    bytes: int
    sha256: str


class StepCounts(Strict):
    """What one step did to the records that reached it: ``read`` = ``kept`` + ``removed`` + ``quarantined``."""

    step: str
    read: int
    kept: int
    removed: int = 0
    quarantined: int = 0
    reasons: dict[str, int] = {}
    """How many records were removed or quarantined for which reason."""


class SourceCounts(Strict):
    """Where the records of one source ended: ``records`` = ``items`` + ``removed`` + ``quarantined``."""

    source_id: str
    license: str
    records: int
    items: int
    removed: int
    quarantined: int
    steps: list[StepCounts]


class BuildManifest(Strict):
    """``manifest.json``: written last, so that its presence means a whole build.

    It depends on the sources, the configuration and the code alone: the same build has the same bytes.
    """

    format_version: Literal[1] = FORMAT_VERSION
    build_id: str
    name: str
    code_version: str
    code_sha256: str
    config: dict[str, Any]
    files_read: list[SourceFile]
    records: int
    items: int
    removed: int
    quarantined: int
    sources: list[SourceCounts]
    steps: list[StepCounts]
    cleaned: dict[str, int]
    """Items that each cleaning rule changed."""
    pii: dict[str, int]
    """Spans of personal data masked, by label."""
    pii_kept: dict[str, int]
    """Spans that were recognised and left as they are, such as crisis lines, by the reason."""
    residual_risk: dict[str, int]
    """How many items may still say of whom they speak, by level."""
    risk: dict[str, int]
    """Items by risk level, or :data:`NOT_LOOKED_AT`."""
    flags: dict[str, int] = {}
    """Items with an answer that a reviewer should look at first, by what was noticed in it."""
    splits: dict[str, int]
    """Items by part."""
    groups: int
    """Groups of items that stay together in a split."""
    near_pairs: dict[str, int] = {}
    """Pairs of items that are alike, by zone: ``removed``, ``grey`` (for a reviewer to decide) or ``kept``."""
    removed_at: dict[str, int] = {}
    """Near-duplicates that would be removed at other thresholds of deduplication."""
    sha256: dict[str, str]
    """Of each file of the build."""

    def reasons(self) -> list["Reason"]:
        """All reasons, by step, the most frequent first. No step both removes and quarantines."""
        return [
            Reason(step.step, "removed" if step.removed else "quarantined", reason, records)
            for step in self.steps
            for reason, records in sorted(step.reasons.items(), key=lambda one: (-one[1], one[0]))
        ]


class Reason(NamedTuple):
    """Why records were taken out at a step, and how many."""

    step: str
    where: str
    """``removed``, for another stands for them, or ``quarantined``."""
    reason: str
    records: int


class StepWork(Strict):
    """What one step cost in one run: rows computed, and rows whose results an earlier run had left in the cache."""

    step: str
    rows: int
    computed: int
    reused: int
    wall_seconds: float
    cpu_seconds: float


class WorkReport(Strict):
    """``.curate/work/<build-id>.json``: what the last run of a build computed, reused and cost.

    It stands outside the build, for it differs from run to run while the build does not.
    """

    build_id: str
    existed: bool
    """Whether the build was there already, so that nothing was done."""
    steps: list[StepWork]
    wall_seconds: float
    cpu_seconds: float
    peak_memory_bytes: int
    """The largest resident size of the main process, with what it looked at of files that are mapped into memory."""
    worker_memory_bytes: int
    """That of the largest of its worker processes that have ended."""


class BuildResult(Strict):
    """What :func:`curation.build_dataset` returns and ``curate build-dataset --json`` prints."""

    folder: str
    report: str
    """Absolute, as is ``folder``."""
    copy_at: str | None = None
    """Where it was copied to."""
    manifest: BuildManifest
    work: WorkReport
