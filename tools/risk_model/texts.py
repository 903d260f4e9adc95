"""What the model of risk learns from: labelled messages, and real or synthetic texts in which nothing is marked."""

import csv
import hashlib
import json
import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import yaml

from curation.triage import triage_text
from curation.triage.model.windows import LONGEST_RUN, plain
from curation.triage.words import Reading

PARTS = {"kurtis": 0.15, "mentalchat": 0.25, "counsel_chat": 0.4, "general": 0.2}
"""Shares of the harmless texts that are not ours. ESConv is left out: its licence forbids it, and it measures."""
FAIRLY_SURE = 0.75
"""The least confidence of a rule at which it is believed in a real text that nobody labelled."""
_UNSURE = re.compile(
    r"\b(?:die|dying|dead|kill\w*|suicid\w*|hurt\w*|harm\w*|cut|cutting|hits?|hitting|beat|beats|abus\w*|gone|way out"
    r"|wheel|rape|raped|threat\w*|chok\w*|punch\w*|slap\w*|weapon|gun|knife|bruis\w*|grab\w*|drown\w*|voices?|drugs"
    r"|switch me off)\b",
    re.IGNORECASE,
)
"""Texts with these words are left out: nobody labelled them, and among them are those that a reader would mark."""


class Example(NamedTuple):
    """A text in plain words, as the model reads it, with its level."""

    text: str
    level: str


def labelled(file: Path, without: tuple[str, ...] = ()) -> list[Example]:
    """The messages of the part to build on, less voices that begin so; of a dialogue, what the seeker says."""
    found = []
    for line in file.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if row["part"] != "build" or row["voice"].startswith(without):
            continue
        turns = [turn["text"] for turn in row.get("turns", []) if turn["role"] == "seeker"]
        found.append(Example(_whole(row.get("text") or ". ".join(turns)), row["level"]))
    return found


def sentences(file: Path) -> list[Example]:
    """The plain sentences of every level by which the rules are tested; the past has none."""
    read = yaml.safe_load(file.read_text(encoding="utf-8"))
    return [
        Example(_whole(text), "none" if level == "history" else level)
        for level, texts in read.items()
        for text in texts
    ]


def _whole(text: str) -> str:
    reading = Reading(text)
    return " ".join(plain(reading.sentence(place)) for place in range(len(reading.bounds)))


def harmless(folder: Path, count: int, seed: int) -> list[Example]:
    """Texts that nobody labelled, in which the rules find nothing and no word gives pause."""
    draw = random.Random(seed)
    found = []
    for part, share in PARTS.items():
        of_part = []
        for text in dict.fromkeys(_texts(folder, part)):
            if triage_text(text, model=False).level == "none":
                of_part += [Example(one, "none") for one in windows_of(text) if not _UNSURE.search(one)]
        found += draw.sample(of_part, min(len(of_part), int(share * count)))
    return found


def harmless_sentences(folder: Path, count: int, seed: int) -> list[Example]:
    """Such texts sentence by sentence, as the model reads them, and one in four as a run of sentences."""
    draw = random.Random(seed)
    found = []
    for part, share in PARTS.items():
        texts = [text for text in dict.fromkeys(_texts(folder, part)) if triage_text(text, model=False).level == "none"]
        single = [one for text in texts for one in windows_of(text, 1)]
        runs = [one for text in texts for one in windows_of(text)]
        for of_kind, weight in ((single, 0.75), (runs, 0.25)):
            sure = [one for one in of_kind if not _UNSURE.search(one)]
            found += draw.sample(sure, min(len(sure), int(share * count * weight)))
    return [Example(one, "none") for one in found]


def suspected(folder: Path) -> list[Example]:
    """Runs of the harmless texts' sources in which the rules are fairly sure of a level, taken at their word.

    Some eight in ten of them are right. Without them the model learns that whatever reads like these sources is
    harmless, and takes "I've been struggling with self-harm" for nothing.
    """
    found = []
    for part in ("counsel_chat", "mentalchat"):
        for text in dict.fromkeys(_texts(folder, part)):
            if triage_text(text, model=False).level == "none":
                continue
            for run in windows_of(text, LONGEST_RUN):
                level, _, evidence = triage_text(run, model=False)
                if any(one.rule.startswith(f"{level}/") and one.confidence >= FAIRLY_SURE for one in evidence):
                    found.append(Example(run, level))
    return found


def windows_of(text: str, longest: int = 280) -> list[str]:
    """A text in plain words, as runs of sentences of so many characters at most, or as single longer sentences."""
    reading, runs = Reading(text), [""]
    for place in range(len(reading.bounds)):
        one = plain(reading.sentence(place))
        if runs[-1] and len(runs[-1]) + len(one) > longest:
            runs.append("")
        runs[-1] = f"{runs[-1]} {one}".strip()
    return [run for run in runs if len(run) > 2]


def is_kept_for_measuring(text: str) -> bool:
    """Whether a text of CounselChat is in the half that the model never sees."""
    return hashlib.sha256(text.encode()).digest()[0] % 2 == 0


def _texts(folder: Path, part: str) -> Iterator[str]:
    if part == "kurtis":
        for line in (folder / "sources/kurtis/kurtis.txt").read_text(encoding="utf-8").splitlines()[1:]:
            yield line.partition("|")[0]
    elif part == "mentalchat":
        for file in sorted((folder / "sources/mentalchat16k").glob("*.jsonl")):
            for line in file.read_text(encoding="utf-8").splitlines():
                yield json.loads(line)["instruction"]
    elif part == "counsel_chat":
        yield from (one for one in counsel_chat(folder) if not is_kept_for_measuring(one))
    else:
        for name in ("btc_train", "wnut17_train", "gum_train"):
            for line in (folder / "pii" / f"{name}.jsonl").read_text(encoding="utf-8").splitlines():
                yield json.loads(line)["text"]


def counsel_chat(folder: Path) -> list[str]:
    """CounselChat's questions, title and text, each once."""
    file = folder / "sources/counsel_chat/20200325_counsel_chat.csv"
    with file.open(encoding="utf-8", newline="") as lines:
        rows = [f"{row['questionTitle']}. {row['questionText']}".replace("\xa0", " ") for row in csv.DictReader(lines)]
    return [re.sub(r"(?<=[.?!])(?=[A-Z])", " ", row) for row in dict.fromkeys(rows)]
