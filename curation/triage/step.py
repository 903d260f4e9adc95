"""Triage as a step of the build."""

from typing import Any, ClassVar

import pyarrow as pa

from curation.languages import is_covered
from curation.step import FAULT_COLUMN
from curation.table import texts
from curation.triage.answers import Flagged, flag_answer
from curation.triage.dialogue import triage_message, triage_turns
from curation.triage.evidence import Triaged
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
FLAGGED = pa.list_(
    pa.struct(
        [
            ("flag", pa.string()),
            ("field", pa.string()),
            ("start", pa.int64()),
            ("end", pa.int64()),
            ("rule", pa.string()),
        ]
    )
)
"""What in an answer a reviewer should look at, and where it stands."""


class Triage:
    """Marks items by the risk that their seeker speaks of, and answers by what a reviewer should look at first.

    The level comes from the question, or from the seeker's turns and their answers to what the supporter asks; the
    flags from the answer, or from the supporter's turns. It never drops, approves, scores or diagnoses. ``risk_level``
    is null for what was not looked at: items that are not in English, and all of them where triage is switched off.
    Null is not ``none``.
    """

    name: ClassVar[str] = "triage"
    reads: ClassVar[tuple[str, ...]] = ("kind", "language", "question", "answer", "turns")
    writes: ClassVar[pa.Schema] = pa.schema(
        [("risk_level", pa.string()), ("risk_history", pa.bool_()), ("risk_evidence", EVIDENCE), ("flags", FLAGGED)]
    )
    libraries: ClassVar[tuple[str, ...]] = ("onnxruntime", "tokenizers")

    def __init__(self, config: TriageConfig | None = None) -> None:
        self.config = config or TriageConfig()

    def __call__(self, rows: pa.Table) -> pa.Table:
        marks = [self._mark(item) for item in rows.select(self.reads).to_pylist()]
        return pa.Table.from_pylist(marks, schema=pa.schema([*self.writes, FAULT_COLUMN]))

    def _mark(self, item: dict[str, Any]) -> dict[str, Any]:
        if not self.config.enabled or not is_covered(item["language"]):
            return {"risk_level": None, "risk_history": None, "risk_evidence": [], "flags": []}
        country = self.config.country or item["language"].partition("-")[2].upper() or None
        if item["turns"] is None:
            whole = triage_message(item["question"], model=self.config.model)
            evidence = _evidence("question", whole)
            flags = _flags("answer", flag_answer(item["answer"], whole.level, country))
        else:
            triaged = triage_turns([(turn["role"], turn["text"]) for turn in item["turns"]], model=self.config.model)
            whole = triaged.whole
            fields = [field for field, _ in texts(item)]
            pairs = zip(fields, triaged.turns, strict=True)
            evidence = [mark for field, of_turn in pairs for mark in _evidence(field, of_turn)]
            flags = _flags_of_turns(item, whole, country)
        return {
            "risk_level": whole.level,
            "risk_history": whole.history,
            "risk_evidence": evidence,
            "flags": flags,
        }


def _flags_of_turns(item: dict[str, Any], whole: Triaged, country: str | None) -> list[dict[str, Any]]:
    """The flags on a supporter's turns; whether a referral is offered is asked of all of them together."""
    said = [pair for pair, turn in zip(texts(item), item["turns"], strict=True) if turn["role"] == "supporter"]
    flags = [flag for field, text in said for flag in _flags(field, flag_answer(text, None, country))]
    for flag in flag_answer("\n\n".join(text for _, text in said), whole.level, country):
        if flag.flag == "no_referral" and said:
            field, text = said[-1]
            flags += _flags(field, [flag._replace(end=len(text))])
    return flags


def _evidence(field: str, triaged: Triaged) -> list[dict[str, Any]]:
    return [{"field": field, **evidence._asdict()} for evidence in triaged.evidence]


def _flags(field: str, flags: list[Flagged]) -> list[dict[str, Any]]:
    return [{"field": field, **flag._asdict()} for flag in flags]
