"""The records on their way through a build, counted at every step so that none can vanish."""

from collections import Counter, defaultdict
from collections.abc import Iterable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from curation.engine import Engine, StepResult
from curation.step import RowStep
from schemas.errors import CurateError
from schemas.faults import Quarantined
from schemas.manifest import StepCounts, StepWork

PAIRS = pa.schema(
    [
        ("item_id", pa.string()),
        ("other_id", pa.string()),
        ("relation", pa.string()),
        ("zone", pa.string()),
        ("score", pa.float64()),
        ("guarded", pa.bool_()),
        ("differences", pa.list_(pa.string())),
    ]
)
"""Pairs of items that are alike: of those in the zone ``grey`` a reviewer is to say whether they are one."""


class Flow:
    """Rows, what left them, and the counts of each step by source.

    Args:
        engine: Runs the row steps.
        source_ids: The sources, in their order.
    """

    def __init__(self, engine: Engine, source_ids: list[str]) -> None:
        self.engine, self.source_ids = engine, source_ids
        self.rows: pa.Table = pa.table({})
        self.removed: pa.Table = pa.table({})
        self.pairs: pa.Table = PAIRS.empty_table()
        self.removed_at: dict[str, int] = {}
        self.quarantined: list[Quarantined] = []
        self.records: Counter[str] = Counter()
        self.steps: dict[str, dict[str, StepCounts]] = {}
        self.work: list[StepWork] = []

    def load(self, tables: Iterable[pa.Table], quarantined: list[Quarantined]) -> None:
        """Takes in the records that were read, and those that could not be (which ``tables`` may add to)."""
        self.rows = self.engine.spooled(tables)
        self.records.update(sources_of(self.rows))
        self.records.update(record.source_id for record in quarantined)
        self._count("load", self.records, quarantined=quarantined)

    def run(self, step: RowStep) -> None:
        """Runs a row step; rows with a fault go into quarantine."""
        before = sources_of(self.rows)
        result = self.engine.run(step, self.rows)
        if self.removed.num_rows:
            no_faults(result, step)
        self.rows = result.kept
        self.work.append(result.work)
        self._count(step.name, before, quarantined=_quarantined(result.faulty, step.name))

    def remove(self, step: str, duplicates: pa.Table) -> None:
        """Takes out the rows at ``duplicates``' ``place``; its ``kept_id``, ``reason`` and ``score`` go with them."""
        before = sources_of(self.rows)
        places = duplicates["place"].to_numpy()
        removed = self.engine.taken(self.rows, places)
        for name in ("kept_id", "reason", "score"):
            removed = removed.append_column(name, duplicates[name])
        self.removed = removed.append_column("step", pa.array([step] * len(removed), pa.string()))
        stays = np.ones(len(self.rows), bool)
        stays[places] = False
        if len(places):
            self.rows = self.engine.filtered(self.rows, pa.chunked_array([stays]))
        sources = pc.struct_field(removed["provenance"], "source_id").to_pylist()
        self._count(step, before, removed=zip(sources, removed["reason"].to_pylist(), strict=True))

    def forget(self, *columns: str) -> None:
        """Takes columns out that no later step reads."""
        self.rows = self.rows.drop_columns(list(columns))

    def check(self) -> None:
        """Checks that every record read is an item, removed or quarantined.

        Raises:
            CurateError: If the sums differ, which is a fault of this program.
        """
        ended = sources_of(self.rows)
        ended.update(sources_of(self.removed))
        ended.update(record.source_id for record in self.quarantined)
        if ended != self.records:
            raise CurateError(
                f"{self.records.total()} records were read and {ended.total()} are accounted for: nothing was built",
                mend="This is a fault of EmoCurate: please report it with the versions that `curate --version` prints.",
            )

    def _count(
        self,
        step: str,
        read: Counter[str],
        *,
        removed: Iterable[tuple[str, str]] = (),
        quarantined: Iterable[Quarantined] = (),
    ) -> None:
        reasons: dict[str, Counter[str]] = defaultdict(Counter)
        gone: Counter[str] = Counter()
        faulty: Counter[str] = Counter()
        for source, reason in removed:
            gone[source] += 1
            reasons[source][reason] += 1
        for record in quarantined:
            faulty[record.source_id] += 1
            reasons[record.source_id][record.reason] += 1
            self.quarantined.append(record)
        self.steps[step] = {
            source: StepCounts(
                step=step,
                read=read[source],
                kept=read[source] - gone[source] - faulty[source],
                removed=gone[source],
                quarantined=faulty[source],
                reasons=dict(sorted(reasons[source].items())),
            )
            for source in self.source_ids
        }


def no_faults(result: StepResult, step: RowStep) -> StepResult:
    """``result``, of a step after deduplication: a row that stands for removed ones must not leave."""
    if len(result.faulty):
        raise AssertionError(f"step '{step.name}' stands after deduplication and found {len(result.faulty)} faults")
    return result


def sources_of(rows: pa.Table) -> Counter[str]:
    """How many rows each source has."""
    return counted(pc.struct_field(rows["provenance"], "source_id")) if rows.num_rows else Counter()


def counted(values: pa.ChunkedArray) -> Counter[str]:
    """How often each value stands in a column of texts; null is left out."""
    counts = pc.value_counts(pc.drop_null(values))
    return Counter(dict(zip(counts.field("values").to_pylist(), counts.field("counts").to_pylist(), strict=True)))


def summed(step: str, by_source: Iterable[StepCounts]) -> StepCounts:
    """The counts of a step over all sources."""
    counts = list(by_source)
    reasons: Counter[str] = Counter()
    for one in counts:
        reasons.update(one.reasons)
    return StepCounts(
        step=step,
        read=sum(one.read for one in counts),
        kept=sum(one.kept for one in counts),
        removed=sum(one.removed for one in counts),
        quarantined=sum(one.quarantined for one in counts),
        reasons=dict(sorted(reasons.items())),
    )


def _quarantined(faulty: pa.Table, step: str) -> list[Quarantined]:
    rows = faulty.select(["provenance", "fault"]).to_pylist()
    names = ("source_id", "file", "row", "record")
    return [Quarantined(**{name: row["provenance"][name] for name in names}, step=step, **row["fault"]) for row in rows]
