"""What the rules found and what the model thinks, put together: a chance for each level, by the numbers in
``together.json``.

A multinomial logistic regression on the model's log chances and the rules' confidences, fitted to messages whose
authors neither the rules nor the model had seen (``tools/risk_model/together.py``): so much is either worth on new
wording.
"""

import json
from collections.abc import Mapping
from importlib.resources import files
from typing import NamedTuple

import numpy as np

from curation.triage.levels import LEVELS, Level

Chances = np.ndarray[tuple[int, ...], np.dtype[np.float64]]
"""A number for each of :data:`LEVELS`."""


class Together(NamedTuple):
    """How much the model and the rules are worth."""

    model: float
    """What the model's log chances are multiplied by: below 1, since it is surer than it is right."""
    rules: Mapping[Level, float]
    """What a rule's evidence of a level adds to that level, times its confidence."""
    bias: Mapping[Level, float]
    """What every level has anyway, against ``none``."""

    def chances(self, logs: Chances, rules: Mapping[Level, float]) -> Chances:
        """The chances of the levels, from the model's log chances and the rules' confidence in each level found."""
        scores = self.model * logs
        for place, level in enumerate(LEVELS[1:], start=1):
            scores[place] += self.rules[level] * rules.get(level, 0) + self.bias[level]
        return softmax(scores)


def read() -> Together:
    """The numbers that come with this version of the code."""
    return Together(**json.loads(files("curation.triage.model").joinpath("together.json").read_text(encoding="utf-8")))


def softmax(scores: Chances) -> Chances:
    """Scores as chances that come to 1."""
    chances: Chances = np.exp(scores - scores.max())
    shares: Chances = chances / chances.sum()
    return shares
