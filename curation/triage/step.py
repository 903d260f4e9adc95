"""Triage as a step of the build."""

from typing import Any, ClassVar

import pyarrow as pa

from curation.step import FAULT_COLUMN
from curation.table import texts
from curation.triage.levels import most_urgent
from curation.triage.recognise import Triaged, triage_text
from schemas.config import TriageConfig

EVIDENCE = pa.list_(
    pa.struct(
        [
            ("field", pa.string()),
            ("start", pa.int64()),
            ("end", pa.int64()),
            ("rule", pa.string()),
            ("confidence", pa.float64()),
        ]
    )
)
"""Where a phrase stands, by code points of the field's text as the step was given it."""


class Triage:
    """Marks items by the risk that their seeker speaks of, so that the queue begins with the urgent ones.

    It looks at the question, or at the seeker's turns, never at the answer. It never drops, approves, scores or
    diagnoses. ``risk_level`` is null for what was not looked at: items that are not in English, and all of them where
    triage is switched off. Null is not ``none``.
    """

    name: ClassVar[str] = "triage"
    reads: ClassVar[tuple[str, ...]] = ("kind", "language", "question", "answer", "turns")
    writes: ClassVar[pa.Schema] = pa.schema(
        [("risk_level", pa.string()), ("risk_history", pa.bool_()), ("risk_evidence", EVIDENCE)]
    )
    libraries: ClassVar[tuple[str, ...]] = ()

    def __init__(self, config: TriageConfig | None = None) -> None:
        self.config = config or TriageConfig()

    def __call__(self, rows: pa.Table) -> pa.Table:
        marks = [self._mark(item) for item in rows.select(self.reads).to_pylist()]
        return pa.Table.from_pylist(marks, schema=pa.schema([*self.writes, FAULT_COLUMN]))

    def _mark(self, item: dict[str, Any]) -> dict[str, Any]:
        if not self.config.enabled or item["language"].split("-")[0] != "en":
            return {"risk_level": None, "risk_history": None, "risk_evidence": []}
        triaged = {field: triage_text(text) for field, text in _of_the_seeker(item)}
        return {
            "risk_level": most_urgent([of_field.level for of_field in triaged.values()]),
            "risk_history": any(of_field.history for of_field in triaged.values()),
            "risk_evidence": [mark for field, of_field in triaged.items() for mark in _evidence(field, of_field)],
        }


def _of_the_seeker(item: dict[str, Any]) -> list[tuple[str, str]]:
    if item["turns"] is None:
        return [("question", item["question"])]
    speakers = [turn["role"] for turn in item["turns"]]
    return [pair for pair, speaker in zip(texts(item), speakers, strict=True) if speaker == "seeker"]


def _evidence(field: str, triaged: Triaged) -> list[dict[str, Any]]:
    return [{"field": field, **evidence._asdict()} for evidence in triaged.evidence]
