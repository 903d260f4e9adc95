"""The hash that a decision binds to: of the very text that a reviewer sees."""

from typing import Any

from curation.step import digest


def content_hash(row: dict[str, Any]) -> str:
    """SHA-256 of what a reviewer reads of an item: kind, question and answer, or the turns with who speaks.

    Args:
        row: ``kind`` and the columns of :data:`curation.table.CONTENT`.
    """
    if row["turns"] is not None:
        return digest({"kind": row["kind"], "turns": [[turn["role"], turn["text"]] for turn in row["turns"]]})
    return digest({"kind": row["kind"], "question": row["question"], "answer": row["answer"]})
