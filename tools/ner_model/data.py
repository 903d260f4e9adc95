"""The text that the name model learns from: openly licensed labelled sets, filled templates, and text without names.

Left out, so that they can judge: the development and test parts of every set, and Presidio's template sets. GUM's ``bio``
and ``voyage`` documents are left out as their texts are CC BY-SA.
"""

import json
import random
import re
from itertools import groupby
from pathlib import Path

from curation.pii.spans import NAMES
from tools.ner_model.completed import completed
from tools.ner_model.fill import Example, Filler, templates

SHARE_ALIKE = ("bio", "voyage")
HELD_BACK = 20
"""Every twentieth text of a training part is kept for choosing thresholds."""
_MID_CAPITAL = re.compile(r"(?<=[a-z,;] )[A-Z][a-z]+")


def labelled(folder: Path) -> list[Example]:
    """The training parts of the Broad Twitter Corpus, WNUT-17 and GUM (all CC BY 4.0)."""
    found: list[Example] = []
    for name in ("btc_train", "wnut17_train", "gum_train"):
        rows = [row for place, row in enumerate(_rows(folder / f"{name}.jsonl")) if place % HELD_BACK]
        rows = [row for row in rows if row.get("genre") not in SHARE_ALIKE]
        if name == "gum_train":
            documents = groupby(rows, key=lambda row: str(row["doc"]))
            found += completed([[_example(row) for row in of_document] for _, of_document in documents])
        else:
            found += map(_example, rows)
    return found


def _example(row: dict) -> Example:  # type: ignore[type-arg]
    spans = [(span["start"], span["end"], span["label"]) for span in row["spans"] if span["label"] in NAMES]
    return Example(row["text"], _without_handles(row["text"], spans))


def _without_handles(text: str, spans: list[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    """Handles are labelled in one set and not in the other; a rule finds them, the model need not."""
    return [span for span in spans if text[max(0, span[0] - 1) : span[0]] != "@" and text[span[0]] != "@"]


def filled(count: int, seed: int) -> list[Example]:
    """``count`` texts of templates: one sentence, or a few together as in a message."""
    filler, draw = Filler(seed), random.Random(seed + 1)
    personal, other, general = templates("personal"), templates("other"), templates("general")
    found = []
    for _ in range(count):
        lot = draw.random()
        kinds = (
            [personal]
            if lot < 0.42
            else [other]
            if lot < 0.57
            else [general]
            if lot < 0.68
            else [draw.choice((personal, other, other)) for _ in range(draw.randrange(2, 6))]
        )
        example = _joined([filler.fill(draw.choice(kind)) for kind in kinds], draw.choice((" ", " ", "\n", "  ", ". ")))
        found.append(example._replace(whole=draw.random() > 0.3))
    return found


def nameless(files: list[Path], count: int, seed: int) -> list[Example]:
    """Real counselling sentences that hold no capitalised word inside: the voice, and nothing to find."""
    draw = random.Random(seed)
    sentences: set[str] = set()
    for file in files:
        for text in _texts(file):
            for sentence in re.split(r"(?<=[.!?])\s+|\n+", text):
                if 15 < len(sentence) < 300 and not _MID_CAPITAL.search(sentence) and not re.search(r"[@\d]", sentence):
                    sentences.add(sentence.strip())
    chosen = draw.sample(sorted(sentences), min(count, len(sentences)))
    return [_joined([Example(s, []) for s in chosen[i : i + 3]], " ") for i in range(0, len(chosen), 3)]


def recased(examples: list[Example], seed: int) -> list[Example]:
    """The same texts, some of them in lower case, some shouted, some with their names alone in lower case."""
    draw = random.Random(seed)
    found = []
    for example in examples:
        lot = draw.random()
        text = example.text
        if lot < 0.26:
            text = _same_length(text, text.lower())
        elif lot < 0.31:
            text = _same_length(text, text.upper())
        elif lot < 0.4:
            for start, end, label in example.spans:
                if label != "ORG":
                    text = text[:start] + _same_length(text[start:end], text[start:end].lower()) + text[end:]
        found.append(example._replace(text=text))
    return found


def _same_length(text: str, changed: str) -> str:
    return changed if len(changed) == len(text) else text


def _joined(examples: list[Example], between: str) -> Example:
    text, spans = "", []
    for example in examples:
        start = len(text)
        spans += [(a + start, b + start, label) for a, b, label in example.spans]
        text += example.text + between
    return Example(text.rstrip(), spans)


def _rows(file: Path) -> list[dict]:  # type: ignore[type-arg]
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]


def _texts(file: Path) -> list[str]:
    if file.suffix == ".txt":
        return file.read_text(encoding="utf-8", errors="replace").replace("|", "\n").splitlines()
    return [value for row in _rows(file) for value in row.values() if isinstance(value, str)]
