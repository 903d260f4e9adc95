"""Measures the recognition of risk on the labelled set: recall a level, false alarms, confusion, errors by kind, speed.

    python -m benchmarks.triage                      # the part to measure on
    python -m benchmarks.triage --part build         # the part to build on; with the errors as they read
    python -m benchmarks.triage --file FILE          # another labelled file: JSON lines {id, level, text or turns}
    python -m benchmarks.triage --speed FILE         # megabytes a second and the slowest text of a JSON-lines file

The errors of the part to measure on are counted and not shown, so that nobody tunes on them.
"""

import argparse
import json
import random
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from curation.triage import LEVELS, triage_message, triage_text, triage_turns

LABELLED = Path(__file__).parent.parent / "tests" / "curation" / "triage" / "labelled" / "messages.jsonl"
SUICIDE = ("passive", "active")
DRAWS, SEED = 2_000, 0


class Message(NamedTuple):
    """A labelled message."""

    id: str
    part: str
    voice: str
    level: str
    kind: str
    turns: list[tuple[str, str]] | None
    text: str

    @property
    def seeker(self) -> str:
        """All that the seeker says."""
        return "\n".join(text for role, text in self.turns if role == "seeker") if self.turns else self.text

    def recognised(self) -> str:
        """The level that is recognised."""
        if self.turns:
            return triage_turns(self.turns).whole.level
        return triage_message(self.text).level


def messages(file: Path = LABELLED) -> list[Message]:
    """The messages of a labelled file."""
    return [_message(json.loads(line)) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]


def _message(row: dict[str, Any]) -> Message:
    turns = [(turn["role"], turn["text"]) for turn in row["turns"]] if row.get("turns") else None
    names = {name: str(row.get(name, "")) for name in ("id", "part", "voice", "level", "kind")}
    return Message(**names, turns=turns, text=row.get("text") or "")


class Outcome(NamedTuple):
    """A message with what was recognised in it."""

    message: Message
    found: str


Rate = Callable[[list[Outcome]], float]


def right(outcome: Outcome) -> bool:
    """Whether a risk was recognised at its level; passive and active stand for one another."""
    level = outcome.message.level
    return outcome.found in SUICIDE if level in SUICIDE else outcome.found == level


def share(outcomes: list[Outcome], holds: Callable[[Outcome], bool]) -> tuple[float, float, float]:
    """A share with its 95 % interval by bootstrap over messages (Efron & Tibshirani 1993, percentiles)."""
    values = [holds(outcome) for outcome in outcomes]
    draw = random.Random(SEED)
    means = sorted(sum(draw.choices(values, k=len(values))) / len(values) for _ in range(DRAWS))
    return sum(values) / len(values), means[int(0.025 * DRAWS)], means[int(0.975 * DRAWS)]


def report(outcomes: list[Outcome]) -> str:
    """Recall, false alarms, confusion and errors by kind, as text."""
    lines = []
    for name, levels in [("passive+active", SUICIDE), *((level, (level,)) for level in LEVELS if level != "none")]:
        some = [outcome for outcome in outcomes if outcome.message.level in levels]
        if some:
            exact = right if name == "passive+active" else (lambda outcome: outcome.found == outcome.message.level)
            noticed = share(some, lambda outcome: outcome.found != "none")[0]
            lines.append(f"recall {name:<15} {_rate(share(some, exact))}  at any level {noticed:.3f}  n={len(some)}")
    harmless = [outcome for outcome in outcomes if outcome.message.level == "none"]
    if harmless:
        lines.append(
            f"false alarms           {_rate(share(harmless, lambda one: one.found != 'none'))}  n={len(harmless)}"
        )
    lines += ["", _confusion(outcomes), "", "errors by kind"]
    wrong = Counter((one.message.kind, one.message.level, one.found) for one in outcomes if not right(one))
    lines += [f"  {count:>3}  {level} read as {found}  ({kind})" for (kind, level, found), count in wrong.most_common()]
    return "\n".join(lines)


def _rate(values: tuple[float, float, float]) -> str:
    return f"{values[0]:.3f} [{values[1]:.3f}, {values[2]:.3f}]"


def _confusion(outcomes: list[Outcome]) -> str:
    counts = Counter((one.message.level, one.found) for one in outcomes)
    lines = ["labelled / found " + " ".join(f"{level[:9]:>9}" for level in LEVELS)]
    lines += [f"{level:<16} " + " ".join(f"{counts[level, found]:>9}" for found in LEVELS) for level in LEVELS]
    return "\n".join(lines)


def speed(file: Path) -> str:
    """Megabytes of UTF-8 a second of the rules in one process, and the slowest text of 10 kB with and without model."""
    texts = [json.loads(line)["text"] for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
    size = sum(len(text.encode()) for text in texts)
    first, second = _seconds(texts, model=False), _seconds(texts, model=False)
    everything = "\n\n".join(texts)
    long = [everything[at : at + 10_000] for at in range(0, min(len(everything), 2_000_000), 10_000)]
    long += [(text * (10_000 // max(len(text), 1) + 1))[:10_000] for text in texts[:300]]
    _seconds(long[:1], model=True)  # loads the model
    slowest = [max(_seconds([text], model=model) for text in long) for model in (False, True)]
    return (
        f"rules {size / second / 1e6:.2f} MB/s ({size / first / 1e6:.2f} while patterns are still made); "
        f"slowest text of 10 kB {1000 * slowest[0]:.1f} ms by the rules, {1000 * slowest[1]:.1f} ms with the model"
    )


def _seconds(texts: list[str], *, model: bool) -> float:
    begun = time.process_time()
    for text in texts:
        triage_text(text, model=model)
    return time.process_time() - begun


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parts = ["build", "measure", "first-sight", "first-sight-2", "first-sight-3", "first-sight-4"]
    parser.add_argument("--part", choices=parts, default="measure")
    parser.add_argument("--file", type=Path)
    parser.add_argument("--speed", type=Path)
    options = parser.parse_args()
    if options.speed:
        print(speed(options.speed))
        return
    chosen = messages(options.file or LABELLED)
    if not options.file:
        chosen = [message for message in chosen if message.part == options.part]
    outcomes = [Outcome(message, message.recognised()) for message in chosen]
    print(report(outcomes))
    if options.part == "build" and not options.file:
        for one in outcomes:
            if not right(one):
                print(f"{one.message.level} read as {one.found}: {one.message.seeker}")


if __name__ == "__main__":
    main()
