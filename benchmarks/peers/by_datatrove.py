"""The job of a build in datatrove: read, leave out empty answers, ftfy, MinHash in four stages, mask personal data.

    python by_datatrove.py WORKSPACE OUT [presidio]

As its examples `fineweb.py` and `minhash_deduplication.py` have it, with their settings: 64-bit hashes of 5-grams, 14
buckets of 8, personal data last. One task, since starting others would cost CPU time. OUT gets `kept/` and `excluded/`.

Its own formatter knows e-mail and IP addresses. With `presidio` a formatter of one's own, as its documentation has
blocks of one's own made, masks what the recognizers of Presidio find that need no model.
"""

import sys
from pathlib import Path
from typing import Any

from datatrove.data import Document
from datatrove.executor import LocalPipelineExecutor
from datatrove.pipeline.dedup import MinhashDedupCluster, MinhashDedupFilter, MinhashDedupSignature
from datatrove.pipeline.dedup.minhash import MinhashConfig, MinhashDedupBuckets
from datatrove.pipeline.filters import LambdaFilter
from datatrove.pipeline.formatters import FTFYFormatter, PIIFormatter
from datatrove.pipeline.formatters.base import BaseFormatter
from datatrove.pipeline.readers import CSVReader, JsonlReader
from datatrove.pipeline.writers import JsonlWriter
from datatrove.utils.hashing import HashConfig

Row = dict[str, Any]


def forum(self: object, record: Row, path: str, place: int) -> Row:
    return _document(record["id"], record["question"], record["answer"])


def clinic(self: object, record: Row, path: str, place: int) -> Row:
    return _document(record["key"], record["asked"], record["reply"] or "")


def chats(self: object, record: Row, path: str, place: int) -> Row:
    turns = [turn["says"] for turn in record["conversation"]]
    return _document(record["id"], "\n".join(turns[:-1]), turns[-1])


def _document(key: str, first: str, last: str) -> Row:
    return {"id": key, "text": f"{first}\n\n{last}", "metadata": {"answered": bool(last.strip())}}


def is_answered(document: Document) -> bool:
    return bool(document.metadata["answered"])


class PresidioFormatter(BaseFormatter):  # type: ignore[misc]
    """Masks what Presidio's default recognizers find, over a pipeline without a model."""

    name = "Presidio"

    def __init__(self) -> None:
        super().__init__()
        self._engine: Any = None

    def format(self, text: str) -> str:
        self._engine = self._engine or _presidio()
        spans = self._engine.analyze(text, language="en")
        start = len(text)
        for span in sorted(spans, key=lambda span: (span.start, span.end), reverse=True):
            if span.end <= start:
                text, start = f"{text[: span.start]}<{span.entity_type}>{text[span.end :]}", span.start
        return text


def _presidio() -> Any:
    import spacy
    import tldextract
    from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
    from presidio_analyzer.nlp_engine import SpacyNlpEngine

    class Blank(SpacyNlpEngine):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__(models=[{"lang_code": "en", "model_name": "blank"}])
            self.nlp = {"en": spacy.blank("en")}

        def load(self) -> None:
            """Nothing: it is loaded. The default would be downloaded."""

    tldextract.tldextract.TLD_EXTRACTOR = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)
    registry = RecognizerRegistry(supported_languages=["en"])
    registry.load_predefined_recognizers(languages=["en"])
    return AnalyzerEngine(registry=registry, nlp_engine=Blank(), supported_languages=["en"])


def main() -> None:
    workspace, out = map(Path, sys.argv[1:3])
    masks = PresidioFormatter() if "presidio" in sys.argv[3:] else PIIFormatter()
    config = MinhashConfig(hash_config=HashConfig(precision=64), num_buckets=14, hashes_per_bucket=8, n_grams=5)
    sources = str(workspace / "sources")

    def folder(name: str) -> str:
        return str(out / name)

    def plain_writer(name: str) -> JsonlWriter:
        return JsonlWriter(folder(name), compression=None)

    cleaned = JsonlReader(folder("cleaned"))
    stages = {
        "read": [
            JsonlReader(sources, glob_pattern="forum.jsonl", adapter=forum),
            CSVReader(sources, glob_pattern="clinic.csv", adapter=clinic),
            JsonlReader(sources, glob_pattern="chats.jsonl", adapter=chats),
            LambdaFilter(is_answered, exclusion_writer=plain_writer("excluded")),
            FTFYFormatter(),
            plain_writer("cleaned"),
        ],
        "signatures": [cleaned, MinhashDedupSignature(folder("signatures"), config=config)],
        "buckets": [MinhashDedupBuckets(folder("signatures"), folder("buckets"), config=config)],
        "clusters": [MinhashDedupCluster(folder("buckets"), folder("remove"), config=config)],
        "filter": [cleaned, MinhashDedupFilter(folder("remove")), masks, plain_writer("kept")],
    }
    for name, pipeline in stages.items():
        tasks = config.num_buckets if name == "buckets" else 1
        LocalPipelineExecutor(pipeline, tasks=tasks, workers=1, logging_dir=folder(f"logs/{name}")).run()


if __name__ == "__main__":
    main()
