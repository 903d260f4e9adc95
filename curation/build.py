"""Builds: sources and configuration in, an immutable folder out, whole or not at all."""

import fcntl
import json
import resource
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from curation.code import code_hash
from curation.config import load_config
from curation.dedup import LIBRARIES as DEDUP_LIBRARIES
from curation.engine import Engine, LocalEngine, clear_passing
from curation.flow import Flow, counted, sources_of, summed
from curation.long_tables import slices
from curation.pipeline import row_steps, run_pipeline
from curation.progress import Progress, silent
from curation.remote import check_target, forget_fetched, hand_over
from curation.report import report_html
from curation.sources import source_files
from curation.step import digest, fingerprint, library_versions
from curation.workspace import Workspace, sha256_of, whole_folder, write_whole
from schemas.config import WorkspaceConfig
from schemas.errors import CurateError, UsageError
from schemas.faults import Quarantined
from schemas.manifest import NOT_LOOKED_AT, BuildManifest, BuildResult, SourceCounts, SourceFile, WorkReport

ITEM_COLUMNS = [
    *("item_id", "content_hash", "kind", "split", "group_id", "question", "answer", "turns", "topic", "language"),
    *("risk_level", "risk_history", "risk_evidence", "flags", "pii", "pii_kept", "residual_risk"),
    *("passage", "support", "cleaned", "provenance"),
]
REMOVED_COLUMNS = [
    *("item_id", "kind", "step", "reason", "kept_id", "score", "question", "answer", "turns", "topic", "language"),
    *("pii", "pii_kept", "residual_risk", "cleaned", "provenance"),
]
ITEMS, REMOVED, PAIRS, QUARANTINE, REPORT, MANIFEST = (
    "items.parquet",
    "removed.parquet",
    "pairs.parquet",
    "quarantine.jsonl",
    "report.html",
    "manifest.json",
)


ENGINES = ("local", "ray")
NO_PART_OF_A_BUILD = {"review", "export", "release"}
"""What of the configuration changes no build: who reviews it, and what is said of what becomes of it."""
_RSS_UNIT = 1 if sys.platform == "darwin" else 1024
"""Bytes of the unit in which the system counts resident memory."""


class TakenOut(NamedTuple):
    """How many records a step took out, for a reason."""

    step: str
    where: str
    """``removed`` or ``quarantined``."""
    field: str
    """What is wrong in a record of the quarantine; empty of what was removed."""
    reason: str
    records: int


class Build(NamedTuple):
    """A finished build, as it stands on disk. What is read of it is compared with the manifest first, once."""

    folder: Path
    manifest: BuildManifest
    checked: bool = False
    """Whether every file was compared when it was opened; else each is when it is read."""

    def file(self, name: str) -> Path:
        """A file of the build as it was made.

        Raises:
            CurateError: If it is not what the manifest says.
        """
        file, place = self.folder / name, f"{self.folder.parent.name}/{self.folder.name}"
        if not self.checked and not (file.is_file() and sha256_of(file) == self.manifest.sha256.get(name)):
            raise CurateError(
                "was changed after the build, or is missing",
                file=f"{place}/{name}",
                mend=f"Remove {place} and run `curate build-dataset`.",
            )
        return file

    def items(self) -> pa.Table:
        """The items: columns :data:`ITEM_COLUMNS`, in the order of the sources."""
        return pq.read_table(self.file(ITEMS))

    def removed(self) -> pa.Table:
        """The removed rows: columns :data:`REMOVED_COLUMNS`."""
        return pq.read_table(self.file(REMOVED))

    def pairs(self) -> pa.Table:
        """The near pairs: columns of :data:`curation.flow.PAIRS`; those in the zone ``grey`` wait for a reviewer."""
        return pq.read_table(self.file(PAIRS))

    def quarantined(self) -> list[Quarantined]:
        """The records that could not be used."""
        lines = self.file(QUARANTINE).read_text(encoding="utf-8").split("\n")  # and not at U+2028
        return [Quarantined.model_validate_json(line) for line in lines if line]

    def taken_out(self) -> list[TakenOut]:
        """What was removed, by reason, and what is in quarantine, by field and reason."""
        faults = Counter((one.step, one.reason, one.field) for one in self.quarantined())
        found: list[TakenOut] = []
        for step, where, reason, records in self.manifest.reasons():
            if where == "removed":
                found.append(TakenOut(step, where, "", reason, records))
            else:
                fields = sorted(
                    (field, many) for (at, why, field), many in faults.items() if (at, why) == (step, reason)
                )
                found += [TakenOut(step, where, field, reason, many) for field, many in fields]
        return found


def build_dataset(
    workspace: Workspace,
    *,
    engine: str = "local",
    workers: int | None = None,
    ray_address: str | None = None,
    to: str | None = None,
    progress: Progress = silent,
) -> BuildResult:
    """Builds the dataset that ``curate.yaml`` describes.

    A build is a function of the sources, the configuration and the code: where it stands already, it is checked and
    left as it is. A build that was killed goes on from the rows that it had computed.

    Args:
        workspace: What to build.
        engine: What runs the steps: ``local``, the cores of this machine, or ``ray``. The build is the same.
        workers: How much is computed at once; as much as there are cores if not given.
        ray_address: The Ray cluster to use, see :class:`curation.engine.ray.RayEngine`. **Texts go there before they
            are scrubbed.** Without it Ray is started on this machine, and ends with the build.
        to: The address of a folder, such as ``s3://bucket/prefix``, into which the build is copied as well.
        progress: Told how far it is.

    Raises:
        CurateError: If the configuration or a source cannot be used, or another build of this workspace is running.
    """
    if engine not in ENGINES:
        raise UsageError(f"there is no engine '{engine}'", field="--engine", mend=f"Use {' or '.join(ENGINES)}.")
    if ray_address is not None and engine != "ray":
        raise UsageError("is for the engine ray", field="--ray-address", mend="Add --engine ray, or leave it out.")
    if to is not None:
        check_target(to)
    wall, cpu = time.perf_counter(), _cpu_seconds()
    config = load_config(workspace)
    with _alone(workspace):
        clear_passing(workspace.cache)
        files = files_read(config, workspace)
        forget_fetched([source.path for source in config.sources if source.path], workspace)
        build_id = build_id_of(config, workspace, files)
        folder = workspace.builds / build_id
        existed = (folder / MANIFEST).is_file()
        if existed:
            manifest, steps = open_build(workspace, build_id, check=True).manifest, []
        else:
            with _engine(engine, workspace, workers, ray_address, progress) as running:
                flow = run_pipeline(config, workspace, running)
                if files_read(config, workspace) != files:
                    raise CurateError(
                        "a source was changed while it was read", file=workspace.root, mend="Run the command again."
                    )
                with progress("write", None):
                    running.prune()  # first: once the build stands, nothing is run again
                    manifest, steps = _write(folder, build_id, config, files, flow), flow.work
        work = WorkReport(
            build_id=build_id,
            existed=existed,
            steps=steps,
            wall_seconds=round(time.perf_counter() - wall, 3),
            cpu_seconds=round(_cpu_seconds() - cpu, 3),
            peak_memory_bytes=_peak_bytes(resource.RUSAGE_SELF),
            worker_memory_bytes=_peak_bytes(resource.RUSAGE_CHILDREN),
        )
        if not existed:
            write_whole(workspace.private / "work" / f"{build_id}.json", work.model_dump_json(indent=2) + "\n")
        write_whole(workspace.builds / "latest", build_id + "\n")
        copy = f"{to.rstrip('/')}/{build_id}" if to is not None else None
        if copy is not None:
            hand_over(folder, manifest.sha256, MANIFEST, copy)
    return BuildResult(
        folder=str(folder),
        report=str(folder / REPORT),
        copy_at=copy,
        manifest=manifest,
        work=work,
    )


def _engine(
    name: str, workspace: Workspace, workers: int | None, ray_address: str | None, progress: Progress
) -> Engine:
    if name == "local":
        return LocalEngine(workspace.cache, workers, progress)
    from curation.engine.ray import RayEngine

    return RayEngine(workspace.cache, workers, ray_address, progress)


def open_build(workspace: Workspace, build_id: str | None = None, *, check: bool = False) -> Build:
    """Opens a build: the one named, or the last one that ``build_dataset`` made or found.

    Args:
        workspace: Where the builds are.
        build_id: Which build; the last where it is not given.
        check: Whether every file is compared with the manifest now, and not each when it is read.

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
            f"build '{build_id}' is not there, or not whole", file=workspace.builds, mend="Run `curate build-dataset`."
        ) from None
    except ValueError as error:
        raise CurateError(
            "the manifest cannot be read", file=folder / MANIFEST, mend="Remove the build and build again."
        ) from error
    build = Build(folder, manifest)
    if check:
        for name in manifest.sha256:
            build.file(name)
    return build._replace(checked=check)


def files_read(config: WorkspaceConfig, workspace: Workspace) -> list[SourceFile]:
    """The files of all sources as they are now, with their checksums."""
    return [file for source in config.sources for file in source_files(source, workspace)]


def build_id_of(config: WorkspaceConfig, workspace: Workspace, files: list[SourceFile]) -> str:
    """The id of the build of this configuration and these files by this code, its libraries and the key in use."""
    return digest(
        {
            "config": config.model_dump(mode="json", exclude=NO_PART_OF_A_BUILD),
            "files": [file.model_dump() for file in files],
            "code": code_hash(__name__),
            "steps": [fingerprint(step) for step in row_steps(config, workspace).values()],
            "libraries": library_versions("jinja2", "pyarrow", *DEDUP_LIBRARIES),
        }
    )[:12]


def _write(folder: Path, build_id: str, config: WorkspaceConfig, files: list[SourceFile], flow: Flow) -> BuildManifest:
    items, removed = flow.rows.select(ITEM_COLUMNS), flow.removed.select(REMOVED_COLUMNS)
    quarantined = sorted(flow.quarantined, key=lambda one: (flow.source_ids.index(one.source_id), one.row))
    manifest = BuildManifest(
        build_id=build_id,
        name=config.name,
        code_version=version("emocurate"),
        code_sha256=code_hash(__name__),
        config=config.model_dump(mode="json", exclude=NO_PART_OF_A_BUILD),
        files_read=files,
        records=flow.records.total(),
        items=len(items),
        removed=len(removed),
        quarantined=len(quarantined),
        sources=_source_counts(config, flow),
        steps=[summed(step, by_source.values()) for step, by_source in flow.steps.items()],
        cleaned=_counts(pc.list_flatten(items["cleaned"])),
        pii=_counts(pc.struct_field(pc.list_flatten(items["pii"]), "label")),
        pii_kept=_counts(pc.struct_field(pc.list_flatten(items["pii_kept"]), "source")),
        residual_risk=_counts(pc.struct_field(items["residual_risk"], "level")),
        risk=_counts(pc.fill_null(items["risk_level"], NOT_LOOKED_AT)),
        flags=_items_flagged(items["flags"]),
        splits=_counts(items["split"]),
        groups=pc.count_distinct(items["group_id"]).as_py(),
        near_pairs=_counts(flow.pairs["zone"]),
        removed_at=flow.removed_at,
        sha256={},
    )
    with whole_folder(folder, replace=True) as partial:  # what stands there without a manifest is no build
        _write_parquet(items, partial / ITEMS)
        _write_parquet(removed, partial / REMOVED)
        _write_parquet(flow.pairs, partial / PAIRS)
        lines = "".join(one.model_dump_json() + "\n" for one in quarantined)
        (partial / QUARANTINE).write_text(lines, encoding="utf-8")
        (partial / REPORT).write_text(report_html(manifest, items, removed, flow.pairs, quarantined), encoding="utf-8")
        sums = {name: sha256_of(partial / name) for name in (ITEMS, REMOVED, PAIRS, QUARANTINE, REPORT)}
        manifest = manifest.model_copy(update={"sha256": sums})
        (partial / MANIFEST).write_text(json.dumps(manifest.model_dump(mode="json"), indent=2) + "\n", encoding="utf-8")
    return manifest


def _write_parquet(table: pa.Table, file: Path) -> None:
    with pq.ParquetWriter(file, table.schema, compression="zstd") as writer:
        for part in slices(table):
            writer.write_table(part.combine_chunks())


def _source_counts(config: WorkspaceConfig, flow: Flow) -> list[SourceCounts]:
    items, removed = sources_of(flow.rows), sources_of(flow.removed)
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


def _counts(values: pa.ChunkedArray) -> dict[str, int]:
    return dict(sorted(counted(values).items()))


def _items_flagged(flags: pa.ChunkedArray) -> dict[str, int]:
    """How many items have a flag, by the flag's name: an item that has it twice counts once."""
    found: Counter[str] = Counter()
    for chunk in flags.chunks:
        names = pc.struct_field(pc.list_flatten(chunk), "flag")
        once = pa.table({"item": pc.list_parent_indices(chunk), "flag": names}).group_by(["item", "flag"]).aggregate([])
        found.update(counted(once["flag"]))
    return dict(sorted(found.items()))


def _peak_bytes(whose: int) -> int:
    return resource.getrusage(whose).ru_maxrss * _RSS_UNIT


def _cpu_seconds() -> float:
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


@contextmanager
def _alone(workspace: Workspace) -> Iterator[None]:
    """Holds the workspace against a second build."""
    with (workspace.private / "build.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CurateError(
                "another build of this workspace is running", file=workspace.root, mend="Wait for it to end."
            ) from None
        yield
