"""Builds: sources and configuration in, an immutable folder out, whole or not at all."""

import fcntl
import hashlib
import json
import resource
import shutil
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Literal, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from curation.config import load_config
from curation.engine import LocalEngine
from curation.flow import Flow, sources_of, summed
from curation.pipeline import row_steps, run_pipeline
from curation.progress import Progress, silent
from curation.report import report_html
from curation.sources import source_files
from curation.step import code_hash, digest, fingerprint
from curation.workspace import Workspace, whole_folder, write_whole
from schemas.config import WorkspaceConfig
from schemas.errors import ConfigError, CurateError
from schemas.faults import Quarantined
from schemas.manifest import NOT_LOOKED_AT, BuildManifest, BuildResult, SourceCounts, SourceFile, WorkReport

ITEM_COLUMNS = [
    *("item_id", "content_hash", "kind", "split", "group_id", "question", "answer", "turns", "topic", "language"),
    *("risk_level", "risk_history", "risk_evidence", "pii", "pii_kept", "residual_risk", "cleaned", "provenance"),
]
REMOVED_COLUMNS = [
    *("item_id", "kind", "step", "reason", "kept_id", "score", "question", "answer", "turns", "topic", "language"),
    *("pii", "pii_kept", "residual_risk", "cleaned", "provenance"),
]
ITEMS, REMOVED, QUARANTINE, REPORT, MANIFEST = (
    "items.parquet",
    "removed.parquet",
    "quarantine.jsonl",
    "report.html",
    "manifest.json",
)


class Build(NamedTuple):
    """A finished build, as it stands on disk."""

    folder: Path
    manifest: BuildManifest

    def items(self) -> pa.Table:
        """The items: columns :data:`ITEM_COLUMNS`, in the order of the sources."""
        return pq.read_table(self.folder / ITEMS)

    def removed(self) -> pa.Table:
        """The removed rows: columns :data:`REMOVED_COLUMNS`."""
        return pq.read_table(self.folder / REMOVED)

    def quarantined(self) -> list[Quarantined]:
        """The records that could not be used."""
        lines = (self.folder / QUARANTINE).read_text(encoding="utf-8").splitlines()
        return [Quarantined.model_validate_json(line) for line in lines]


def build_dataset(
    workspace: Workspace,
    *,
    engine: Literal["local"] = "local",
    workers: int | None = None,
    progress: Progress = silent,
) -> BuildResult:
    """Builds the dataset that ``curate.yaml`` describes.

    A build is a function of the sources, the configuration and the code: where it stands already, it is checked and
    left as it is. A build that was killed goes on from the rows that it had computed.

    Raises:
        CurateError: If the configuration or a source cannot be used, or another build of this workspace is running.
    """
    if engine != "local":
        raise ConfigError(f"there is no engine '{engine}'", mend="Use --engine local.")
    wall, cpu = time.perf_counter(), _cpu_seconds()
    config = load_config(workspace)
    files = [file for source in config.sources for file in source_files(source, workspace)]
    build_id = _build_id(config, workspace, files)
    folder = workspace.builds / build_id
    with _alone(workspace):
        existed = (folder / MANIFEST).is_file()
        if existed:
            manifest, steps = open_build(workspace, build_id, check=True).manifest, []
        else:
            with LocalEngine(workspace.cache, workers, progress) as local:
                flow = run_pipeline(config, workspace, local)
            manifest, steps = _write(folder, build_id, config, files, flow), flow.work
        work = WorkReport(
            build_id=build_id,
            existed=existed,
            steps=steps,
            wall_seconds=round(time.perf_counter() - wall, 3),
            cpu_seconds=round(_cpu_seconds() - cpu, 3),
            peak_memory_bytes=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
        )
        if not existed:
            write_whole(workspace.private / "work" / f"{build_id}.json", work.model_dump_json(indent=2) + "\n")
        write_whole(workspace.builds / "latest", build_id + "\n")
    return BuildResult(
        folder=workspace.relative(folder), report=workspace.relative(folder / REPORT), manifest=manifest, work=work
    )


def open_build(workspace: Workspace, build_id: str | None = None, *, check: bool = False) -> Build:
    """Opens a build: the one named, or the last one that ``build_dataset`` made or found.

    Args:
        workspace: Where the builds are.
        build_id: Which build; the last where it is not given.
        check: Whether every file is compared with the manifest.

    Raises:
        CurateError: If there is none, or a file of it is not what the manifest says.
    """
    if build_id is None:
        latest = workspace.builds / "latest"
        if not latest.is_file():
            raise CurateError(
                "this workspace has no build yet", file=workspace.root, mend="Run `curate build-dataset`."
            )
        build_id = latest.read_text().strip()
    folder = workspace.builds / build_id
    try:
        manifest = BuildManifest.model_validate_json((folder / MANIFEST).read_bytes())
    except FileNotFoundError:
        raise CurateError(
            f"there is no build '{build_id}'", file=workspace.builds, mend="`ls builds` shows those there are."
        ) from None
    except ValueError as error:
        raise CurateError(
            "the manifest cannot be read", file=folder / MANIFEST, mend="Remove the build and build again."
        ) from error
    if check:
        for name, expected in manifest.sha256.items():
            if not (folder / name).is_file() or _sha256(folder / name) != expected:
                raise CurateError(
                    "was changed after the build, or is missing",
                    file=workspace.relative(folder / name),
                    mend=f"Remove builds/{build_id} and run `curate build-dataset`.",
                )
    return Build(folder, manifest)


def _build_id(config: WorkspaceConfig, workspace: Workspace, files: list[SourceFile]) -> str:
    return digest(
        {
            "config": config.model_dump(mode="json"),
            "files": [file.model_dump() for file in files],
            "code": _code(),
            "steps": [fingerprint(step) for step in row_steps(config, workspace).values()],
            "pyarrow": version("pyarrow"),
        }
    )[:12]


def _code() -> str:
    return digest([code_hash("schemas"), code_hash("curation")])


def _write(folder: Path, build_id: str, config: WorkspaceConfig, files: list[SourceFile], flow: Flow) -> BuildManifest:
    items, removed = flow.rows.select(ITEM_COLUMNS), flow.removed.select(REMOVED_COLUMNS)
    quarantined = sorted(flow.quarantined, key=lambda one: (flow.source_ids.index(one.source_id), one.row))
    manifest = BuildManifest(
        build_id=build_id,
        name=config.name,
        code_version=version("emocurate"),
        code_sha256=_code(),
        config=config.model_dump(mode="json"),
        files_read=files,
        records=flow.records.total(),
        items=len(items),
        removed=len(removed),
        quarantined=len(quarantined),
        sources=_source_counts(config, flow),
        steps=[summed(step, by_source.values()) for step, by_source in flow.steps.items()],
        cleaned=_counted(rule for rules in items["cleaned"].to_pylist() for rule in rules or ()),
        pii=_counted(span["label"] for spans in items["pii"].to_pylist() for span in spans or ()),
        pii_kept=_counted(span["source"] for spans in items["pii_kept"].to_pylist() for span in spans or ()),
        residual_risk=_counted(risk["level"] for risk in items["residual_risk"].to_pylist()),
        risk=_counted(level or NOT_LOOKED_AT for level in items["risk_level"].to_pylist()),
        splits=_counted(items["split"].to_pylist()),
        groups=len(set(items["group_id"].to_pylist())),
        sha256={},
    )
    if folder.exists():  # what stands there has no manifest, so no build made it
        raise CurateError("is in the way of a build", file=folder, mend="Remove that folder and build again.")
    with whole_folder(folder) as partial:
        _write_parquet(items, partial / ITEMS)
        _write_parquet(removed, partial / REMOVED)
        lines = "".join(one.model_dump_json() + "\n" for one in quarantined)
        (partial / QUARANTINE).write_text(lines, encoding="utf-8")
        (partial / REPORT).write_text(report_html(manifest, items, removed, quarantined), encoding="utf-8")
        sums = {name: _sha256(partial / name) for name in (ITEMS, REMOVED, QUARANTINE, REPORT)}
        manifest = manifest.model_copy(update={"sha256": sums})
        (partial / MANIFEST).write_text(json.dumps(manifest.model_dump(mode="json"), indent=2) + "\n", encoding="utf-8")
    return manifest


def _write_parquet(table: pa.Table, file: Path) -> None:
    pq.write_table(table.combine_chunks(), file, compression="zstd", row_group_size=10_000)


def _source_counts(config: WorkspaceConfig, flow: Flow) -> list[SourceCounts]:
    items, removed = Counter(sources_of(flow.rows)), Counter(sources_of(flow.removed))
    quarantined = Counter(record.source_id for record in flow.quarantined)
    return [
        SourceCounts(
            source_id=source.id,
            license=source.license,
            records=flow.records[source.id],
            items=items[source.id],
            removed=removed[source.id],
            quarantined=quarantined[source.id],
            steps=[by_source[source.id] for by_source in flow.steps.values()],
        )
        for source in config.sources
    ]


def _counted(values: Iterator[str] | list[str]) -> dict[str, int]:
    return dict(sorted(Counter(values).items()))


def _sha256(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _cpu_seconds() -> float:
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


@contextmanager
def _alone(workspace: Workspace) -> Iterator[None]:
    """Holds the workspace against a second build, and clears what killed ones left beside the builds."""
    with (workspace.private / "build.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CurateError(
                "another build of this workspace is running", file=workspace.root, mend="Wait for it to end."
            ) from None
        for left in workspace.builds.glob(".*.partial"):
            shutil.rmtree(left)
        yield
