"""The steps of a build, in their order: load, validate, clean, deduplicate, scrub, triage, ground, split."""

import hashlib
import json
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

from curation.cleaning import Clean
from curation.code import code_hash
from curation.content import content_hash
from curation.dedup import LIBRARIES, Deduplicated, Duplicate, Pair, deduplicate
from curation.dedup.sign import Sign
from curation.engine import Engine
from curation.engine.keys import row_keys
from curation.flow import PAIRS, Flow, no_faults
from curation.generate.step import Ground
from curation.long_tables import slices
from curation.pair_words import with_known_words
from curation.pii import SURROGATE_KEY, Scrub, read_key
from curation.progress import Progress
from curation.sources import load
from curation.split import part_of
from curation.step import RowStep, digest, library_versions
from curation.table import RECORD
from curation.triage import Triage
from curation.validate import Validate
from curation.workspace import Workspace, write_whole
from schemas.config import DedupConfig, SplitConfig, WorkspaceConfig
from schemas.errors import CurateError
from schemas.faults import Quarantined
from schemas.manifest import StepWork


def row_steps(config: WorkspaceConfig, workspace: Workspace) -> dict[str, RowStep]:
    """The row steps that ``config`` asks for, by name. All that a build's result depends on goes through them."""
    key = read_key(workspace.private / SURROGATE_KEY, make=True) if config.pii.mode == "surrogate" else None
    steps: list[RowStep] = [
        Validate(),
        Clean(),
        Sign(),
        Scrub(config.pii, key),
        Triage(config.triage),
        Ground(config.pii),
    ]
    return {step.name: step for step in steps}


def run_pipeline(config: WorkspaceConfig, workspace: Workspace, engine: Engine) -> Flow:
    """Takes the records of all sources through all steps.

    Raises:
        CurateError: If a source cannot be read, or none of its records can be used.
    """
    steps = row_steps(config, workspace)
    flow = Flow(engine, [source.id for source in config.sources])
    _load(flow, config, workspace, engine.progress)
    flow.run(steps["validate"])
    flow.forget("mapped")
    flow.run(steps["clean"])
    _refuse_useless_sources(flow)
    flow.run(steps["sign"])
    _deduplicate(flow, config.dedup, workspace.cache / "deduplicate")
    flow.run(steps["scrub"])
    # What was removed is shown in the report beside what stands for it, so it is scrubbed as well.
    flow.removed = no_faults(engine.run(steps["scrub"], flow.removed), steps["scrub"]).kept
    flow.pairs = with_known_words(flow.pairs, flow.rows, flow.removed)
    flow.run(steps["triage"])
    flow.run(steps["ground"])
    _split(flow, config.split)
    flow.check()
    return flow


def _load(flow: Flow, config: WorkspaceConfig, workspace: Workspace, progress: Progress) -> None:
    wall, cpu = time.perf_counter(), time.process_time()
    quarantined: list[Quarantined] = []

    def tables() -> Iterator[pa.Table]:
        yield RECORD.empty_table()
        with progress("load", None) as advance:
            for source in config.sources:
                found = len(quarantined)
                rows = 0
                for batch in load(source, workspace):
                    yield batch.rows
                    quarantined.extend(batch.quarantined)
                    rows += len(batch.rows)
                    advance(len(batch.rows) + len(batch.quarantined))
                if not rows and len(quarantined) == found:
                    raise CurateError(
                        f"source '{source.id}' holds no records", file=source.path, mend="Is it the right file?"
                    )

    flow.load(tables(), quarantined)
    records = flow.records.total()
    flow.work.append(_work("load", records, records, wall, cpu))


def _refuse_useless_sources(flow: Flow) -> None:
    for source, records in flow.records.items():
        faults = [record for record in flow.quarantined if record.source_id == source]
        if records and len(faults) == records:
            first = min(faults, key=lambda record: record.row)
            raise CurateError(
                f"none of the {records:,} records of source '{source}' can be used; the first: {first.message}",
                file=first.file,
                row=first.row,
                field=first.field,
                mend=first.mend,
            )


def _deduplicate(flow: Flow, config: DedupConfig, cache: Path) -> None:
    """Deduplication looks at all rows at once; the same rows were deduplicated before if their ids and texts were."""
    wall, cpu = time.perf_counter(), time.process_time()
    rows = flow.rows
    kept = cache / f"{_key_of(rows, config, flow.source_ids)[:32]}.json"
    with flow.engine.progress("deduplicate", None) as advance:
        if kept.is_file():
            stored = json.loads(kept.read_text())
            found = Deduplicated(
                [Duplicate(*one) for one in stored["duplicates"]],
                stored["groups"],
                [Pair(*one) for one in stored["pairs"]],
                stored["at_thresholds"],
            )
            computed = 0
        else:
            found = deduplicate(
                rows,
                config,
                sources=flow.source_ids,
                progress=flow.engine.progress,
                meet=flow.engine.meetings,
            )
            shutil.rmtree(cache, ignore_errors=True)  # only the last result is ever asked for again
            write_whole(kept, json.dumps(found._asdict()))
            computed = len(rows)
        advance(len(rows))
    ids = rows["item_id"].to_pylist()
    flow.forget(*Sign.writes.names)
    flow.rows = flow.rows.append_column("group_id", pa.array([ids[place] for place in found.groups], pa.string()))
    flow.pairs = _pairs(found, ids)
    flow.removed_at = found.at_thresholds
    duplicates = pa.table(
        {
            "place": pa.array([one.place for one in found.duplicates], pa.int64()),
            "kept_id": pa.array([ids[one.kept] for one in found.duplicates], pa.string()),
            "reason": pa.array([one.reason for one in found.duplicates], pa.string()),
            "score": pa.array([one.score for one in found.duplicates], pa.float64()),
        }
    )
    flow.remove("deduplicate", duplicates)
    flow.work.append(_work("deduplicate", len(rows), computed, wall, cpu))


def _key_of(rows: pa.Table, config: DedupConfig, sources: list[str]) -> str:
    """A hash of all that deduplication depends on."""
    read = rows.select(["item_id", "kind", "question", "answer", "turns", "provenance"])
    return digest(
        {
            "config": config.model_dump(mode="json"),
            "code": code_hash(deduplicate.__module__),
            "libraries": library_versions(*LIBRARIES),
            "sources": sources,
            "rows": hashlib.sha256(b"".join(row_keys(read).to_pylist())).hexdigest(),
        }
    )


def _pairs(found: Deduplicated, ids: list[str]) -> pa.Table:
    """The near pairs as the columns of :data:`curation.flow.PAIRS`."""
    rows = [
        {**pair._asdict(), "item_id": ids[pair.first], "other_id": ids[pair.second], "differences": list(pair.words)}
        for pair in found.pairs
    ]
    return pa.Table.from_pylist([{name: row[name] for name in PAIRS.names} for row in rows], PAIRS)


def _split(flow: Flow, config: SplitConfig) -> None:
    parts = [part_of(group, config) for group in flow.rows["group_id"].to_pylist()]
    rows = flow.rows.append_column("split", pa.array(parts, pa.string()))
    seen = rows.select(["kind", "question", "answer", "turns"])
    hashes = [content_hash(row) for part in slices(seen) for row in part.to_pylist()]
    flow.rows = rows.append_column("content_hash", pa.array(hashes, pa.string()))


def _work(step: str, rows: int, computed: int, wall: float, cpu: float) -> StepWork:
    return StepWork(
        step=step,
        rows=rows,
        computed=computed,
        reused=rows - computed,
        wall_seconds=round(time.perf_counter() - wall, 3),
        cpu_seconds=round(time.process_time() - cpu, 3),
    )
