"""What `curate generate` writes: the records that a build reads, the passages, and what is in quarantine."""

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from curation.generate.passages import Passage, locator
from curation.generate.prompting import Sent
from curation.generate.texts import Texts
from curation.workspace import Workspace, write_whole
from schemas.config import generated_path

PASSAGES, QUARANTINE = "passages.jsonl", "quarantine.jsonl"
Record = dict[str, Any]


def write(
    workspace: Workspace, texts: Texts, found: list[Record], shown: Sequence[Sent], quarantined: list[Record]
) -> None:
    """Writes the records of a source with its passages and what is in quarantine.

    Args:
        workspace: The workspace.
        texts: The texts.
        found: The records.
        shown: The passages, as they may be sent.
        quarantined: The passages in quarantine, with their reasons.
    """
    folder = folder_of(workspace, texts.source.id)
    write_passages(workspace, texts, shown)
    write_whole(folder / QUARANTINE, _lines(quarantined))
    # Last: it is what a build reads.
    write_whole(workspace.root / generated_path(texts.source.id), _lines(found))


def write_passages(workspace: Workspace, texts: Texts, shown: Sequence[Sent]) -> None:
    """Writes the passages with their places, licence and citation."""
    write_whole(folder_of(workspace, texts.source.id) / PASSAGES, _lines(_shown(texts, shown)))


def _shown(texts: Texts, shown: Sequence[Sent]) -> Iterator[Record]:
    for passage, sent in zip(texts.passages, shown, strict=True):
        yield {
            "passage_id": passage.passage_id,
            "locator": locator_of(passage),
            "tokens": passage.tokens,
            "license": texts.source.license,
            "citation": texts.source.citation,
            "text": sent.text,
        }


def folder_of(workspace: Workspace, source_id: str) -> Path:
    """Where what is made of a source's texts stands."""
    return (workspace.root / generated_path(source_id)).parent


def locator_of(passage: Passage) -> str:
    """Where a passage stands, for a person to find it by."""
    return locator(passage.file, passage.titles, passage.place, passage.start, passage.end)


def _lines(rows: Iterable[Record]) -> str:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
