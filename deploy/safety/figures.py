"""How well the safety layer notices danger, and how long it takes: measured when a bundle is made, for its card.

The safety layer answers at every level of risk, so what counts here is whether help is shown. How well the levels are
told apart, which matters to the review queue, stands in ``docs/risk.md``.
"""

import json
import random
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from curation.triage import LEVELS
from curation.workspace import sha256_of
from schemas.items import Strict

DRAWS, SEED = 2_000, 0
SUICIDE, HARMLESS = ("passive", "active"), ("none",)

Said = Sequence[tuple[str, str]]
"""A conversation up to the message that is looked at: (role, text), the role ``user`` or ``assistant``."""


class Share(Strict):
    """A share of messages with its 95 % interval by bootstrap (Efron & Tibshirani 1993, percentiles)."""

    share: float
    low: float
    high: float
    messages: int


class Figures(Strict):
    """What was measured on the labelled messages that are kept for measuring."""

    messages: int
    sha256: str
    """Of the labelled file."""
    checked_by_clinicians: bool = False
    """No clinician has checked the labels."""
    recall: dict[str, Share]
    """Messages of each level beside which help was shown, at whatever level; ``suicide`` is passive and active."""
    false_alarms: Share
    """Harmless messages beside which help was shown."""
    named: Share
    """Harmless messages that were answered as if they spoke of danger, and not by a mere offer of help."""
    new_wording: Share
    """As the recall of suicide, on a batch by two authors who had seen nothing else, and that nothing was tuned on:
    what to expect of words that nobody thought of."""
    new_false_alarms: Share
    """Harmless messages of that batch beside which help was shown."""
    model_alone: Share
    """As ``new_wording``, where an app runs the model without the rules."""
    model_alone_false_alarms: Share
    """As ``new_false_alarms``, where an app runs the model without the rules."""
    latency_ms_median: float
    latency_ms_max: float
    """Work between a message and the answer to it, on the machine that made the bundle, after loading."""


class Labelled(NamedTuple):
    """A labelled message, or a dialogue that ends with one."""

    level: str
    said: list[tuple[str, str]]


def labelled_file() -> Path:
    """The labelled messages: in the package, or where the recogniser's tests keep them in a checkout."""
    installed = Path(__file__).parent / "messages.jsonl"
    checkout = Path(__file__).parents[2] / "tests" / "curation" / "triage" / "labelled" / "messages.jsonl"
    return installed if installed.is_file() else checkout


def labelled(part: str) -> list[Labelled]:
    """The messages of a part: ``measure``, kept for measuring, ``first-sight-4``, never tuned on, or ``build``."""
    rows = [json.loads(line) for line in labelled_file().read_text(encoding="utf-8").splitlines() if line.strip()]
    return [Labelled(row["level"], _said(row)) for row in rows if row["part"] == part]


def _said(row: dict[str, Any]) -> list[tuple[str, str]]:
    if not row.get("turns"):
        return [("user", row["text"])]
    return [("user" if turn["role"] == "seeker" else "assistant", turn["text"]) for turn in row["turns"]]


def measure_layer(
    likely: Callable[[Said], str], worded: Callable[[Said], str], alone: Callable[[Said], str]
) -> Figures:
    """Measures a safety layer on the labelled messages. It answers a dialogue where it answers any turn of it.

    Args:
        likely: The level at which help is shown beside the last message of a conversation.
        worded: The level that is recognised in it by its wording.
        alone: The level that an app finds that runs the model without the rules.
    """
    messages, unseen = labelled("measure"), labelled("first-sight-4")
    noticed, taken = _noticed(messages, likely)
    named, _ = _noticed(messages, worded)
    new, _ = _noticed(unseen, likely)
    new_alone, _ = _noticed(unseen, alone)
    groups: dict[str, tuple[str, ...]] = {"suicide": SUICIDE}
    groups |= {level: (level,) for level in LEVELS if level != "none"}
    return Figures(
        messages=len(messages),
        sha256=sha256_of(labelled_file()),
        recall={name: _of(levels, noticed) for name, levels in groups.items()},
        false_alarms=_of(HARMLESS, noticed),
        named=_of(HARMLESS, named),
        new_wording=_of(SUICIDE, new),
        new_false_alarms=_of(HARMLESS, new),
        model_alone=_of(SUICIDE, new_alone),
        model_alone_false_alarms=_of(HARMLESS, new_alone),
        latency_ms_median=round(sorted(taken)[len(taken) // 2], 3),
        latency_ms_max=round(max(taken), 3),
    )


def _noticed(messages: list[Labelled], level_of: Callable[[Said], str]) -> tuple[list[tuple[str, bool]], list[float]]:
    """Each message's level and whether danger was noticed in any of its turns; and the milliseconds of every turn."""
    noticed: list[tuple[str, bool]] = []
    taken: list[float] = []
    for message in messages:
        levels = []
        for end in range(1, len(message.said) + 1):
            if message.said[end - 1][0] != "user":
                continue
            begun = time.thread_time()
            levels.append(level_of(message.said[:end]))
            taken.append(1_000 * (time.thread_time() - begun))
        noticed.append((message.level, any(level != "none" for level in levels)))
    return noticed, taken


def _of(levels: tuple[str, ...], noticed: list[tuple[str, bool]]) -> Share:
    """The share of the messages of ``levels`` that were noticed."""
    hits = [hit for level, hit in noticed if level in levels]
    draw = random.Random(SEED)
    means = sorted(sum(draw.choices(hits, k=len(hits))) / len(hits) for _ in range(DRAWS))
    low, high = means[int(0.025 * DRAWS)], means[int(0.975 * DRAWS)]
    return Share(share=sum(hits) / len(hits), low=low, high=high, messages=len(hits))
