"""The texts of a source, read into passages."""

from functools import cache
from typing import NamedTuple

from curation.config import load_config
from curation.generate.blocks import Document
from curation.generate.passages import Passage, left_out, passages_of
from curation.generate.reading import read_documents
from curation.progress import Progress
from curation.workspace import Workspace
from schemas.config import GenerateConfig, PIIConfig, SourceConfig
from schemas.errors import CurateError, UsageError

SHORTEST = 12
"""Tokens: what is shorter is a line of its own, such as the name of an author."""


class Texts(NamedTuple):
    """The texts of a source, read."""

    source: SourceConfig
    config: GenerateConfig
    pii: PIIConfig
    documents: list[Document]
    passages: list[Passage]
    left_out: dict[str, int]


def source_of(workspace: Workspace, source_id: str) -> tuple[SourceConfig, PIIConfig]:
    """A source with texts, and what personal data is looked for in its workspace.

    Raises:
        UsageError: If there is no such source, or it has no texts.
    """
    config = load_config(workspace)
    source = next((one for one in config.sources if one.id == source_id), None)
    with_texts = [one.id for one in config.sources if one.texts is not None]
    if source is None or source.texts is None:
        what = f"there is no source '{source_id}'" if source is None else f"source '{source_id}' has no texts"
        known = f"Sources with texts: {', '.join(with_texts)}." if with_texts else "Give a source `texts:`."
        raise UsageError(what, mend=known)
    return source, config.pii


def read_texts(workspace: Workspace, source: SourceConfig, pii: PIIConfig, progress: Progress) -> Texts:
    """Reads the texts of a source and cuts them into passages.

    Raises:
        CurateError: If one cannot be read, or there is nothing to make passages of.
    """
    assert source.texts is not None, "the source has texts"
    assert source.generate is not None, "a source with texts has it filled in"
    path = workspace.root / source.texts
    documents: list[Document] = []
    with progress("read", None) as advance:
        for document in read_documents(path, workspace.relative(path)):
            documents.append(document)
            advance(1)
    config = source.generate
    found = [
        passage._replace(sections=tuple(map(public_title, passage.sections)))
        for document in documents
        for passage in passages_of(document, config.passage_tokens)
    ]
    passages = [passage for passage in found if passage.tokens >= SHORTEST]
    if not passages:
        raise CurateError("holds no running text to make passages of", file=source.texts, mend="Is it the right text?")
    short = {"short": len(found) - len(passages)} if len(found) > len(passages) else {}
    return Texts(source, config, pii, documents, passages, left_out(documents) | short)


@cache
def public_title(title: str) -> str:
    """A title without personal data: titles are sent with the passages and published in the provenance."""
    from curation.pii import scrub_text

    return scrub_text(title).text
