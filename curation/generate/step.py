"""Grounding as a step of the build: items that have a passage are checked against it and flagged for the queue."""

from typing import Any, ClassVar

import pyarrow as pa

from curation.generate.grounding import Grounding, ground
from curation.pii import scrub_items
from curation.pii.step import Scrub
from curation.step import FAULT_COLUMN
from curation.table import texts
from curation.triage.step import FLAGGED
from schemas.config import PIIConfig, Section

UNSUPPORTED = "unsupported"
"""The flag of what an answer says and its passage does not; its ``rule`` says what kind."""

SUPPORT = pa.list_(pa.struct([("field", pa.string()), ("start", pa.int64()), ("end", pa.int64())]))
"""Which stretches of the passage support the text of a field, by code points of the passage."""


class Ground:
    """Scrubs the passages of items, finds what in them supports the answers, and flags what is not supported.

    ``passage`` is what a reviewer sees beside the answer, ``support`` where in it the answer comes from; ``flags``
    gains a flag ``unsupported`` for each word, number or sentence that the passage does not bear out. Items without a
    passage are as they were.

    Args:
        config: What personal data is looked for in passages; placeholders stand for it whatever the mode.
    """

    name: ClassVar[str] = "ground"
    reads: ClassVar[tuple[str, ...]] = ("kind", "language", "question", "answer", "turns", "passage", "quotes", "flags")
    writes: ClassVar[pa.Schema] = pa.schema([("passage", pa.string()), ("support", SUPPORT), ("flags", FLAGGED)])
    libraries: ClassVar[tuple[str, ...]] = (*Scrub.libraries, "rapidfuzz")

    def __init__(self, config: PIIConfig | None = None) -> None:
        self.plain = (config or PIIConfig()).model_copy(update={"mode": "placeholder"})
        self.config: Section = self.plain

    def __call__(self, rows: pa.Table) -> pa.Table:
        items = rows.select(list(self.reads)).to_pylist()
        scrubbed = self._scrubbed(items)
        written = [_grounded(item, scrubbed.get((item["language"], item["passage"]))) for item in items]
        return pa.Table.from_pylist(written, schema=pa.schema([*self.writes, FAULT_COLUMN]))

    def _scrubbed(self, items: list[dict[str, Any]]) -> dict[tuple[str, str], str]:
        """Each passage, by language and text, as it may be shown."""
        passages = list(dict.fromkeys((item["language"], item["passage"]) for item in items if item["passage"]))
        if not passages:
            return {}
        found = scrub_items(
            [{"passage": text} for _, text in passages], self.plain, [language for language, _ in passages]
        )
        return {passage: one["passage"].text for passage, one in zip(passages, found, strict=True)}


def _grounded(item: dict[str, Any], passage: str | None) -> dict[str, Any]:
    flags = item["flags"] or []
    if passage is None:
        return {"passage": None, "support": [], "flags": flags}
    support: list[dict[str, Any]] = []
    for field, said, asked in _claims(item):
        quotes = [quote["text"] for quote in item["quotes"] or () if quote["field"] == field]
        found: Grounding = ground(said, passage, quotes, asked)
        support += [{"field": field, "start": one.start, "end": one.end} for one in found.support]
        flags = [
            *flags,
            *(
                {"flag": UNSUPPORTED, "field": field, "start": one.start, "end": one.end, "rule": one.rule}
                for one in found.problems
            ),
        ]
    return {"passage": passage, "support": support, "flags": flags}


def _claims(item: dict[str, Any]) -> list[tuple[str, str, str]]:
    """What is said to be supported, as (field, text, what was asked)."""
    if item["turns"] is None:
        return [("answer", item["answer"], item["question"])]
    claims: list[tuple[str, str, str]] = []
    asked = ""
    for (field, text), turn in zip(texts(item), item["turns"], strict=True):
        if turn["role"] == "supporter":
            claims.append((field, text, asked))
        else:
            asked = text
    return claims
