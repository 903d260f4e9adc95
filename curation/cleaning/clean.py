"""The ``clean`` step: every text of an item through the rules, and the item checked again."""

from typing import Any, ClassVar

import pyarrow as pa

from curation.cleaning.rules import GENERAL_RULES, Rule, Unsettled, in_order, settle
from curation.step import FAULT_COLUMN
from curation.table import CONTENT
from curation.turns import merged
from curation.validate import check
from schemas.config import Section
from schemas.faults import Fault

Turn = dict[str, Any]


class CleanConfig(Section):
    """How texts are cleaned. The general rules apply to all; the others are named by each source (``cleaning``)."""


class Clean:
    """Cleans the texts of items, drops turns that were only about the study, and checks what is left."""

    name: ClassVar[str] = "clean"
    reads: ClassVar[tuple[str, ...]] = ("kind", "language", "cleaning", "question", "answer", "turns", "topic")
    writes: ClassVar[pa.Schema] = CONTENT.append(pa.field("cleaned", pa.list_(pa.string())))
    libraries: ClassVar[tuple[str, ...]] = ("ftfy", "pydantic")

    def __init__(self, config: CleanConfig | None = None) -> None:
        self.config: Section = config or CleanConfig()

    def __call__(self, rows: pa.Table) -> pa.Table:
        """Cleans each row; a row that cannot be used after that has a fault, and its texts as far as they came."""
        cleaned = [clean_row(row) for row in rows.select(list(self.reads)).to_pylist()]
        return pa.Table.from_pylist(cleaned, schema=self.writes.append(FAULT_COLUMN))


def clean_row(row: dict[str, Any]) -> dict[str, Any]:
    """The columns of ``Clean.writes`` and the ``fault`` for one row with the columns of ``Clean.reads``."""
    cleaner = _Cleaner(row["cleaning"] or [])
    fault: Fault | None
    try:
        content = cleaner.content(row)
        fault = _check({**row, **content})
    except Unsettled:
        content = {name: row[name] for name in CONTENT.names}
        fault = Fault(
            cleaner.field,
            "still changes after many rounds of cleaning, such as text that was escaped over and over",
            "Mend the record in its source, or leave it out.",
        )
    return {**content, "cleaned": cleaner.changed_by(), "fault": fault._asdict() if fault else None}


class _Cleaner:
    """Cleans the texts of one item and remembers which rules changed it."""

    def __init__(self, source_rules: list[str]) -> None:
        self.field = ""
        self._text_rules = in_order([*GENERAL_RULES, *source_rules])
        self._topic_rules = in_order(["mojibake", "html", "spaces"])
        self._drops_turns = "task_chatter" in source_rules
        self._changed_by: set[str] = set()

    def changed_by(self) -> list[str]:
        return [name for name, _ in self._text_rules if name in self._changed_by]

    def content(self, row: dict[str, Any]) -> dict[str, Any]:
        return {
            "question": self._text("question", row["question"]),
            "answer": self._text("answer", row["answer"]),
            "turns": None if row["turns"] is None else self._turns(row["turns"]),
            "topic": self._text("topic", row["topic"], self._topic_rules) or None,
        }

    def _text(self, field: str, text: str | None, rules: list[tuple[str, Rule]] | None = None) -> str | None:
        if text is None:
            return None
        self.field = field
        cleaned, changed_by = settle(text, self._text_rules if rules is None else rules)
        self._changed_by.update(changed_by)
        return cleaned

    def _turns(self, turns: list[Turn]) -> list[Turn]:
        """The turns without those that were chatter alone. What becomes neighbours of one role becomes one turn."""
        while True:
            cleaned = [
                {**turn, "text": self._text(f"turns.{place}.text", turn["text"])} for place, turn in enumerate(turns)
            ]
            if self._drops_turns:
                cleaned = merged([new for old, new in zip(turns, cleaned, strict=True) if not _emptied(old, new)])
            if [turn["text"] for turn in cleaned] == [turn["text"] for turn in turns]:
                return cleaned
            turns = cleaned


def _emptied(before: Turn, after: Turn) -> bool:
    """Whether cleaning took all of a turn's text, which only ``task_chatter`` may do without a fault."""
    return not after["text"] and bool(_without_chatter(before["text"]))


def _without_chatter(text: str) -> str:
    return settle(text, in_order(GENERAL_RULES))[0]


def _check(row: dict[str, Any]) -> Fault | None:
    fault = check(row)
    if fault and fault.message == "is blank":
        return Fault(
            fault.field,
            "is blank after cleaning",
            "Take the record out: it held markup or a placeholder, and no text.",
        )
    return fault
