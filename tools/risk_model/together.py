"""Fits what rules and model are worth together, and writes ``curation/triage/model/together.json``.

    python -m tools.risk_model.together --data ../shared/data

The rules know no wording of the authors of :data:`HELD_OUT`, and the model that is fitted to here is trained without
them as well, once a seed: their messages are new wording to both. It takes some five minutes a seed on a core of its
own.
"""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from scipy.optimize import minimize
from tokenizers import Tokenizer

from curation.triage.levels import LEVELS
from curation.triage.model.together import Chances
from curation.triage.model.windows import plain, windows
from curation.triage.recognise import by_rules, settled
from curation.triage.words import Reading
from tools.risk_model.model import RiskModel, average
from tools.risk_model.train import LABELLED, LONGEST, TOKENIZER, made

HELD_OUT = ("a-", "f-", "h-")
"""How the voices begin of three of the authors who had never seen the rules."""
SHARES = {"none": 0.5, "passive": 0.125, "active": 0.125}
"""What share a level is made to have, as in the sets that are measured on; the others have :data:`SHARE` each."""
SHARE = 0.0625
PULL = 0.01
"""How much the levels' numbers are pulled towards one another, so that a few messages do not decide them."""


class Seen(NamedTuple):
    """A run of sentences of a message: the model's log chances and the rules' confidences, each (levels,)."""

    logs: Chances
    rules: Chances


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder of sources/ and pii/, for harmless texts")
    parser.add_argument("--out", type=Path, default=Path("curation/triage/model/together.json"))
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2])
    arguments = parser.parse_args()
    model = average([made(arguments.data, seed, without=HELD_OUT) for seed in arguments.seeds]).eval()
    rows = [json.loads(line) for line in LABELLED.read_text(encoding="utf-8").splitlines()]
    held = [row for row in rows if row["voice"].startswith(HELD_OUT) and row["part"] == "build"]
    seen = [most_dangerous(model, row["text"]) for row in held]
    numbers = fitted(seen, [row["level"] for row in held])
    arguments.out.write_text(json.dumps(numbers, indent=2) + "\n", encoding="utf-8")


def most_dangerous(model: RiskModel, text: str) -> Seen:
    """The run of a message in which the model, or else a rule, is surest of danger."""
    tokenizer = Tokenizer.from_file(str(TOKENIZER))
    tokenizer.enable_truncation(LONGEST)
    reading = Reading(text)
    evidence = [one for one in settled(by_rules(reading)) if one.level != "none"]
    runs = [Seen(np.array([0.0] + [-20.0] * (len(LEVELS) - 1)), np.zeros(len(LEVELS)))]
    for window in windows(reading):
        sentences = [reading.sentence(place) for place in range(window.first, window.last + 1)]
        pieces = torch.tensor([tokenizer.encode(plain(*sentences)).ids])
        with torch.inference_mode():
            logs = model(pieces, torch.ones_like(pieces))[0].double().log_softmax(-1).numpy()
        start, end = reading.bounds[window.first][0], reading.bounds[window.last][1]
        rules = np.zeros(len(LEVELS))
        for one in evidence:
            if start <= one.evidence.start < end:
                place = LEVELS.index(one.level)
                rules[place] = max(rules[place], one.evidence.confidence)
        runs.append(Seen(logs, rules))
    return max(runs, key=lambda run: max(1 - np.exp(run.logs[0]), run.rules.max()))


def fitted(seen: Sequence[Seen], levels: Sequence[str]) -> dict[str, float | dict[str, float]]:
    """The numbers of :class:`curation.triage.model.together.Together` under which ``levels`` are likeliest."""
    logs, rules = np.array([one.logs for one in seen]), np.array([one.rules for one in seen])
    place = np.array([LEVELS.index(level) for level in levels])
    weights = np.array([SHARES.get(level, SHARE) for level in LEVELS])[place]
    weights /= np.bincount(place, minlength=len(LEVELS))[place] / len(place)
    count = len(LEVELS) - 1

    def loss(numbers: Chances) -> float:
        scores = numbers[0] * logs
        scores[:, 1:] += numbers[1 : 1 + count] * rules[:, 1:] + numbers[1 + count :]
        scores -= scores.max(1, keepdims=True)
        chances = scores - np.log(np.exp(scores).sum(1, keepdims=True))
        apart = ((numbers[1 : 1 + count] - numbers[1 : 1 + count].mean()) ** 2).mean()
        pull = PULL * (apart + (numbers[1 + count :] ** 2).mean())
        return float(pull - (weights * chances[np.arange(len(place)), place]).mean())

    found = minimize(loss, np.array([0.5] + [1.0] * count + [0.0] * count), method="L-BFGS-B").x.round(2).tolist()
    return {
        "model": found[0],
        "rules": dict(zip(LEVELS[1:], found[1 : 1 + count], strict=True)),
        "bias": dict(zip(LEVELS[1:], found[1 + count :], strict=True)),
    }


if __name__ == "__main__":
    main()
