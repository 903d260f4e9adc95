"""The model of risk as an app runs it that has no Python: on a message as it stands, without the rules.

The rules are Python. Until somebody ports them, this is all that recognises danger on a phone: three files in the
bundle's folder ``risk/``, and what to do with them in ``safety.json`` (``docs/app-team.md`` says how). Here it is done
in the same way, so that the figures in the bundle are of what such an app does.
"""

import re
import shutil
from importlib.resources import as_file, files
from pathlib import Path
from typing import Literal

from curation.triage import LEVELS, Level
from curation.triage.model.classifier import LONGEST, classifier
from curation.triage.model.weigh import MOST
from curation.triage.model.windows import LONGEST_RUN
from schemas.items import Strict

FOLDER = "risk"
SENTENCE_END = r"[.!?;\n]+"
LEAST_TO_OFFER = 0.4
"""The chance of danger from which help is offered, where the rules found nothing or there are none. Lower than in the
queue: an offer costs somebody who is not in danger little, and a danger that is overlooked may cost a life."""


class AppModel(Strict):
    """What an app needs to know to run the model."""

    encoder: Literal["risk/encoder.onnx"] = "risk/encoder.onnx"
    """``pieces`` and ``mask``, (1, n) int64 -> ``features``, (1, 384)."""
    tokenizer: Literal["risk/tokenizer.json"] = "risk/tokenizer.json"
    """Word pieces, in the format of Hugging Face's tokenizers."""
    head: Literal["risk/head.json"] = "risk/head.json"
    """``weights``, (levels, 384), and ``bias``: the softmax of ``weights @ features + bias`` is the chances."""
    levels: tuple[Level, ...] = LEVELS
    """Of the head's rows, in their order. One less the chance of the first is the chance of danger."""
    sentence_end: str = SENTENCE_END
    """Where a message is cut into sentences, to be read with ``?`` behind if that ended them, else ``.``."""
    run: int = LONGEST_RUN
    """Characters: so many sentences are read at once as come to no more than this, or one that is longer."""
    most_runs: int = MOST
    """The last so many are read."""
    longest: int = LONGEST
    """Word pieces of a run, the rest is cut off."""
    least: float = LEAST_TO_OFFER
    """From this chance of danger in any run, ``offer`` is shown."""


def write_app_model(out: Path) -> None:
    """Copies the model's files into a bundle."""
    (out / FOLDER).mkdir()
    for package, name in (
        ("curation.triage.model", "encoder.onnx"),
        ("curation.triage.model", "head.json"),
        ("curation.pii.ner", "tokenizer.json"),
    ):
        with as_file(files(package).joinpath(name)) as file:
            shutil.copyfile(file, out / FOLDER / name)


def level_alone(text: str) -> Level:
    """The level that the model alone takes a message for, by the run of sentences that it finds most dangerous."""
    opinions = [classifier().opinion(one) for one in _runs(text)]
    likeliest = max(opinions, key=lambda one: one.chance, default=None)
    return "none" if likeliest is None or likeliest.chance < LEAST_TO_OFFER else likeliest.level


def _runs(text: str) -> list[str]:
    """The sentences of a message in runs, in lower case and with one space between words."""
    parts = re.split(f"({SENTENCE_END})", text.lower().replace("\u2019", "'"))
    runs: list[str] = []
    for words, end in zip(parts[::2], [*parts[1::2], ""], strict=True):
        if not words.strip():
            continue
        sentence = f"{' '.join(words.split())} {'?' if '?' in end else '.'}"
        if runs and len(runs[-1]) + 1 + len(sentence) <= LONGEST_RUN:
            runs[-1] += f" {sentence}"
        else:
            runs.append(sentence)
    return runs[-MOST:]
