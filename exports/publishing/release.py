"""A release: through the gate, then written whole or not at all.

    data/*.parquet        the items, by part
    README.md             the card, with the hub's metadata
    DATASHEET.md  LICENSES.md  CHANGELOG.md  CITATION.cff  croissant.json  figures/
    evidence/             what the figures are counted in: build.json, review.parquet, reviewers.json, changes.jsonl
    release.json          the state of the workspace that it was made from
    SHA256SUMS            of every other file

It is a function of the workspace's state: no clock, so the same state gives the same bytes.
"""

import datetime
import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from curation import PARTS, Workspace
from curation.workspace import sha256_of, whole_folder
from exports.gate import Reason, look
from exports.gate.benchmarks import benchmark_texts
from exports.gate.candidate import Candidate
from exports.publishing.changes import CHANGES, changes_since, counts_of
from exports.publishing.citation import citation_cff
from exports.publishing.croissant import FILE as CROISSANT
from exports.publishing.croissant import check_croissant, croissant_json
from exports.publishing.data import item_table
from exports.publishing.figures import bar_chart
from exports.publishing.measured import Measured, measure
from exports.publishing.pages import card, changelog, datasheet, licences
from exports.shelf import DATA, EVIDENCE, MANIFEST, SUMS, Release, data_file, releases, version_of
from schemas.config import WorkspaceConfig
from schemas.errors import Refused, UsageError
from schemas.items import Strict
from schemas.manifest import BuildManifest
from schemas.release import BuildEvidence, Change, ReleaseManifest, SourceEvidence


class ReleaseResult(Strict):
    """What ``curate release`` reports."""

    folder: str
    manifest: ReleaseManifest
    changes: dict[str, dict[str, int]]
    """Items in, out, edited and moved, by reason."""


class ReleaseRefused(Refused):
    """The gate said no; ``reasons`` has every reason."""

    def __init__(self, reasons: list[Reason]) -> None:
        self.reasons = reasons
        lines = [f"{one.message}. {one.mend}" for one in reasons]
        listed = "".join(f"\n  {number}. {line}" for number, line in enumerate(lines, start=1))
        what = "1 reason" if len(reasons) == 1 else f"{len(reasons)} reasons"
        super().__init__(f"not released, for {what}:{listed}")


def release(workspace: Workspace, version: str) -> ReleaseResult:
    """Releases the approved items as ``releases/<version>/``.

    Raises:
        ReleaseRefused: If the gate finds a reason against it.
        UsageError: If the version is none, is taken, or is not above the last one.
        MissingExtra: If what checks the metadata or counts agreement is not installed.
    """
    before = releases(workspace)
    _check_version(version, before)
    candidate, reasons = look(workspace)
    if candidate is None or reasons:
        raise ReleaseRefused(reasons)
    previous = before[-1] if before else None
    changes = changes_since(candidate.approved, previous)
    folder = workspace.releases / version
    with whole_folder(folder) as partial:
        manifest = _write(partial, candidate, version, previous, changes)
        check_croissant(partial / CROISSANT)
    return ReleaseResult(folder=workspace.relative(folder), manifest=manifest, changes=counts_of(changes))


def _check_version(version: str, before: list[Release]) -> None:
    asked = version_of(version)
    if before and asked <= version_of(before[-1].manifest.version):
        last = before[-1].manifest.version
        raise UsageError(f"version {version} is not above {last}, the last one", field="version", mend="Raise it.")


def _write(
    folder: Path, candidate: Candidate, version: str, previous: Release | None, changes: list[Change]
) -> ReleaseManifest:
    words, approved = candidate.words, candidate.approved
    built = approved.build.manifest
    (folder / DATA).mkdir()
    (folder / EVIDENCE).mkdir()
    (folder / "figures").mkdir()
    counts = {}
    for part in PARTS:
        table = item_table(candidate.rows, part)
        counts[part] = len(table)
        if len(table):  # a part without items would not load
            pq.write_table(table, data_file(folder, part), compression="zstd", row_group_size=10_000)
    evidence = _build_evidence(candidate, built)
    manifest = ReleaseManifest(
        name=built.name,
        version=version,
        previous=previous.manifest.version if previous else None,
        date=words.date or _last_word(candidate),
        license=words.license or "",
        build_id=built.build_id,
        build_sha256=sha256_of(approved.build.folder / "manifest.json"),
        ledger_head=approved.ledger_head,
        withdrawals_head=approved.withdrawn.head,
        code_version=built.code_version,
        code_sha256=built.code_sha256,
        parts=counts,
    )
    items = Release(folder, manifest).items()
    measured = measure(items, candidate.review, evidence, changes)
    _put(folder / EVIDENCE / "build.json", evidence.model_dump_json(indent=2) + "\n")
    reviewers = [one.model_dump() for one in candidate.review.reviewers]
    said = {"reviewers": reviewers, "rubrics": candidate.review.rubrics}
    _put(folder / EVIDENCE / "reviewers.json", json.dumps(said, indent=2) + "\n")
    pq.write_table(candidate.review.table, folder / EVIDENCE / "review.parquet", compression="zstd")
    _put(folder / EVIDENCE / CHANGES, "".join(one.model_dump_json() + "\n" for one in changes))
    for name, chart in _figures(measured).items():
        _put(folder / "figures" / f"{name}.svg", chart)
    log = (previous.folder / "CHANGELOG.md").read_text(encoding="utf-8") if previous else ""
    _put(folder / "CHANGELOG.md", changelog(manifest, changes, log))
    _put(folder / "README.md", card(candidate.workspace, manifest, words, measured))
    _put(folder / "DATASHEET.md", datasheet(manifest, words, measured))
    _put(folder / "LICENSES.md", licences(manifest, evidence))
    _put(folder / "CITATION.cff", citation_cff(manifest, words))
    _put(folder / CROISSANT, croissant_json(folder, manifest, words, measured))
    _put(folder / MANIFEST, manifest.model_dump_json(indent=2) + "\n")
    files = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    _put(folder / SUMS, "".join(f"{sha256_of(folder / name)}  {name}\n" for name in files))
    return manifest


def _put(file: Path, text: str) -> None:
    file.write_text(text, encoding="utf-8")


def _last_word(candidate: Candidate) -> datetime.date:
    """The day of the last decision or withdrawal, in UTC."""
    moments = [entry.review.decided_at for entry in candidate.approved.entries]
    if candidate.approved.withdrawn.last is not None:
        moments.append(candidate.approved.withdrawn.last)
    return max(moments).astimezone(datetime.UTC).date()


def _build_evidence(candidate: Candidate, built: BuildManifest) -> BuildEvidence:
    config = WorkspaceConfig.model_validate(built.config)
    counts = {source.source_id: source for source in built.sources}
    files: dict[str, dict[str, str]] = {}
    for file in built.files_read:
        files.setdefault(file.source_id, {})[Path(file.path).name] = file.sha256
    sources = [
        SourceEvidence(
            source_id=source.id,
            license=source.license,
            citation=source.citation,
            consent=source.consent,
            origin=source.origin,
            generator=source.generator,
            collected=source.collected,
            permission=candidate.words.permissions.get(source.id),
            sha256=files.get(source.id, {}),
            records=counts[source.id].records,
            removed=counts[source.id].removed,
            quarantined=counts[source.id].quarantined,
            items=counts[source.id].items,
        )
        for source in config.sources
    ]
    benchmarks = candidate.words.benchmarks
    root = candidate.workspace.root
    return BuildEvidence(
        build_id=built.build_id,
        records=built.records,
        items=built.items,
        removed=built.removed,
        quarantined=built.quarantined,
        withdrawn=built.items - len(candidate.approved.items),
        sources=sources,
        steps=built.steps,
        near_pairs=built.near_pairs,
        cleaned=built.cleaned,
        pii_kept=built.pii_kept,
        benchmarks={Path(name).name: len(benchmark_texts(root / name)) for name in benchmarks},
    )


def _figures(measured: Measured) -> dict[str, str]:
    steps: list[tuple[str, Any]] = [(step.step, step.kept) for step in measured.build.steps]
    funnel = [("records read", measured.build.records), *steps, ("in this release", measured.items)]
    return {
        "funnel": bar_chart("Records after each step", funnel),
        "parts": bar_chart("Items by part", measured.parts.items()),
        "risk": bar_chart("Items by risk", measured.risk.items()),
    }
