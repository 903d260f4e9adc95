"""How fast personal data is found, against Presidio as it comes, on the same text in the same run.

    python -m benchmarks.pii FILE.jsonl [--kilobytes 200] [--json]

FILE has rows with a ``text``, or the columns of a counselling source: every string of a row counts. Four runs, one
process and one thread each: ours with the embedded name model, and Presidio with all its recognizers and the same
model, which then reads the whole text; then both without a model. They take turns, and the middle of three is reported.
"""

import argparse
import csv
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import spacy
import tldextract
from presidio_analyzer import AnalyzerEngine, BatchAnalyzerEngine, RecognizerRegistry
from presidio_analyzer.nlp_engine import SpacyNlpEngine

from curation.pii import scrub_items
from curation.pii.ner import embedded
from curation.pii.ner.finder import EmbeddedModel
from curation.pii.presidio import SpanRecognizer
from curation.pii.spans import Span
from schemas.config import PIIConfig

ROUNDS = 3


class _Blank(SpacyNlpEngine):  # type: ignore[misc]
    """A pipeline without a model, since Presidio's default would be downloaded."""

    def __init__(self) -> None:
        super().__init__(models=[{"lang_code": "en", "model_name": "blank"}])
        self.nlp = {"en": spacy.blank("en")}

    def load(self) -> None:
        """Nothing: it is loaded."""


def presidio(with_model: bool) -> Callable[[list[str]], object]:
    """Presidio's batch engine with its default recognizers, and the embedded model as one more."""
    tldextract.tldextract.TLD_EXTRACTOR = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)
    registry = RecognizerRegistry(supported_languages=["en"])
    registry.load_predefined_recognizers(languages=["en"])
    if with_model:
        model = EmbeddedModel(gated=False)
        registry.add_recognizer(SpanRecognizer("names", lambda text: _uncached(model, text)))
    engine = AnalyzerEngine(registry=registry, nlp_engine=_Blank(), supported_languages=["en"])
    return lambda texts: list(BatchAnalyzerEngine(engine).analyze_iterator(texts, language="en", batch_size=64))


def _uncached(model: EmbeddedModel, text: str) -> list[Span]:
    model.cache.clear()
    return model.find([text])[0]


def ours(model: str) -> Callable[[list[str]], object]:
    """The whole of our scrubbing, masks and second looks as well."""
    config = PIIConfig(model=model)
    return lambda texts: scrub_items([{"text": text} for text in texts], config, ["en"] * len(texts))


def measured(run: Callable[[list[str]], object], texts: list[str]) -> tuple[float, float]:
    """Seconds of wall clock and of CPU; nothing of an earlier run is remembered."""
    embedded().cache.clear()
    wall, cpu = time.perf_counter(), time.process_time()
    run(texts)
    return time.perf_counter() - wall, time.process_time() - cpu


def texts_of(file: Path, kilobytes: int) -> list[str]:
    """The first texts of a file, of about so many kilobytes in all."""
    if file.suffix == ".csv":
        with file.open(encoding="utf-8", newline="") as opened:
            rows = list(csv.DictReader(opened))
    else:
        rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
    texts: list[str] = []
    left = kilobytes * 1000
    for row in rows:
        for text in row.values():
            if isinstance(text, str) and len(text) > 20 and left > 0:
                texts.append(text)
                left -= len(text.encode())
    return texts


def start_up() -> float:
    """Seconds from a new process to the first scrubbed text."""
    code = "from curation.pii import scrub_text; scrub_text('my name is sarah')"
    started = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True)
    return time.perf_counter() - started


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--kilobytes", type=int, default=200)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    texts = texts_of(arguments.file, arguments.kilobytes)
    size = sum(len(text.encode()) for text in texts) / 1000
    runs = {
        **{"ours": ours("embedded"), "presidio with the same model": presidio(True)},
        **{"ours without a model": ours("none"), "presidio without a model": presidio(False)},
    }
    for run in runs.values():
        run(["My name is Sarah, call 212-555-0198 or a@example.org."])
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in runs}
    for _ in range(ROUNDS):
        for name, run in runs.items():
            taken[name].append(measured(run, texts))
    speed = {
        name: {
            "kb_per_second": round(size / statistics.median(wall for wall, _ in times), 1),
            "kb_per_cpu_second": round(size / statistics.median(cpu for _, cpu in times), 1),
        }
        for name, times in taken.items()
    }
    cpu = {name: figures["kb_per_cpu_second"] for name, figures in speed.items()}
    result = {
        "texts": len(texts),
        "kilobytes": round(size, 1),
        "speed": speed,
        "times_presidio_with_model": round(cpu["ours"] / cpu["presidio with the same model"], 2),
        "times_presidio_without": round(cpu["ours without a model"] / cpu["presidio without a model"], 2),
        "start_up_seconds": round(start_up(), 2),
    }
    if arguments.json:
        print(json.dumps(result))
        return
    print(f"{result['texts']} texts, {size:.0f} KB; start-up {result['start_up_seconds']} s")
    for name, figures in speed.items():
        print(f"{name:30} {figures['kb_per_second']:8.1f} KB/s {figures['kb_per_cpu_second']:8.1f} KB per CPU second")
    with_model, without = result["times_presidio_with_model"], result["times_presidio_without"]
    print(f"ours to Presidio: {with_model} with the model, {without} without")


if __name__ == "__main__":
    main()
