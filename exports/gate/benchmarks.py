"""Whether an item holds a piece of a benchmark that a model trained on it would then be measured on.

Two ways, as is usual since Brown et al. 2020 (Language Models are Few-Shot Learners, appendix C): thirteen words in a
row in common, and near-duplicates. A near-duplicate counts only when it was verified word by word, as between items.
"""

import csv
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from curation.dedup import deduplicate_texts
from curation.table import texts
from exports.gate.candidate import Candidate
from exports.gate.reason import Reason, some
from schemas.config import DedupConfig
from schemas.errors import CurateError

N = 13
"""Words in a row that are no accident."""
FEW_WORDS = 8
"""A benchmark's text of fewer words (an option, a label) is nothing to be alike to."""


def contaminated(candidate: Candidate) -> Iterator[Reason]:
    """Items that share thirteen words in a row with a benchmark, or are nearly one of its texts."""
    for name in candidate.words.benchmarks:
        try:
            held = benchmark_texts(candidate.workspace.root / name)
        except CurateError as error:
            yield Reason(code="benchmark.unread", message=f"{name}: {error.what}", mend=error.mend or "Check the file.")
            continue
        shared = _sharing_words(candidate.rows, held)
        if shared:
            yield Reason(
                code="benchmark.words",
                message=f"{len(shared):,} items share {N} words in a row with {name}: {some(shared)}",
                mend="Reject them in review, or leave this benchmark out of what models are measured on.",
                items=shared,
            )
        alike = [one for one in _near(candidate.rows, held, candidate.config.dedup) if one not in shared]
        if alike:
            yield Reason(
                code="benchmark.alike",
                message=f"{len(alike):,} items are nearly a text of {name}: {some(alike)}",
                mend="Reject them in review, or leave this benchmark out of what models are measured on.",
                items=alike,
            )


def benchmark_texts(file: Path) -> list[str]:
    """All texts of a benchmark's file, wherever they stand in its records, each once.

    Raises:
        CurateError: If it cannot be read.
    """
    try:
        found = list(dict.fromkeys(text for text in _strings(_read(file)) if text.strip()))
    except (OSError, ValueError, csv.Error) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "cannot be read"
        raise CurateError(reason, file=file, mend="Name a .jsonl, .json, .csv, .tsv, .parquet or .txt file.") from None
    if not found:
        raise CurateError("holds no text", file=file, mend="Is it the right file?")
    return found


def _read(file: Path) -> Any:
    if file.suffix == ".parquet":
        import pyarrow.parquet as pq

        return pq.read_table(file).to_pylist()
    content = file.read_text(encoding="utf-8-sig")
    if file.suffix == ".jsonl":
        return [json.loads(line) for line in content.split("\n") if line.strip()]
    if file.suffix == ".json":
        return json.loads(content)
    if file.suffix in (".csv", ".tsv"):
        return list(csv.reader(io.StringIO(content, newline=""), delimiter="\t" if file.suffix == ".tsv" else ","))
    if file.suffix == ".txt":
        return content.split("\n")
    raise ValueError


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from _strings(one)
    elif isinstance(value, list):
        for one in value:
            yield from _strings(one)


def _grams(text: str) -> Iterator[str]:
    words = re.findall(r"\w+", text.casefold())
    return (" ".join(words[at : at + N]) for at in range(len(words) - N + 1))


def _sharing_words(rows: list[dict[str, Any]], held: list[str]) -> list[str]:
    grams = {gram for text in held for gram in _grams(text)}
    return [
        row["item_id"]
        for row in rows
        if grams and any(gram in grams for _, text in texts(row) for gram in _grams(text))
    ]


def _near(rows: list[dict[str, Any]], held: list[str], config: DedupConfig) -> list[str]:
    """The items of which a text, or question and answer together, is a verified near-duplicate of a benchmark's."""
    of: dict[str, str] = {}
    compared: dict[str, str] = {}
    for row in rows:
        for field, text in texts(row):
            if len(text.split()) >= FEW_WORDS:
                compared[f"item\n{row['item_id']}\n{field}"] = text
                of[f"item\n{row['item_id']}\n{field}"] = row["item_id"]
    compared |= {f"held\n{place}": text for place, text in enumerate(held) if len(text.split()) >= FEW_WORDS}
    found = deduplicate_texts(list(compared), list(compared.values()), config)
    pairs = [(text_id, found.ids[place]) for text_id, place in found.exact]
    pairs += [
        (found.ids[pair.first], found.ids[pair.second])
        for pair in found.near.pairs
        if pair.score >= config.threshold and not pair.guarded
    ]
    # Texts that are equal are known by one of them: what is alike to it is alike to all.
    equal: dict[str, list[str]] = {}
    for text_id, place in found.exact:
        equal.setdefault(found.ids[place], []).append(text_id)
    hit = set()
    for one, other in pairs:
        sides = [[one, *equal.get(one, ())], [other, *equal.get(other, ())]]
        together = [*sides[0], *sides[1]]
        if any(each in of for each in together) and any(each not in of for each in together):
            hit |= {of[each] for each in together if each in of}
    return [row["item_id"] for row in rows if row["item_id"] in hit]
