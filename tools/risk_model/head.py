"""Fits the head of the model of risk on its encoder: logistic regression on labelled messages and harmless sentences.

    PYTHONPATH=.:tools/risk_model python tools/risk_model/head.py --data ../shared/data

Takes less than a minute. In the second step because what is harmless can be changed, and the chances set right,
without training the encoder again.
"""

import argparse
import json
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from texts import Example, harmless_sentences, labelled, sentences

from curation.triage.levels import LEVELS
from curation.triage.model.classifier import Classifier

LABELLED = Path("tests/curation/triage/labelled/messages.jsonl")
SENTENCES = Path("tests/curation/triage/sentences.yaml")
PLAIN = 3
"""How often the plain sentences of a level are repeated: short ones say it most often, and the messages hold few."""
HEAD = Path("curation/triage/model/head.json")
STRENGTH = 0.03
"""Inverse of the regularisation: small, since the encoder has seen most of these messages."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder of sources/ and pii/, for harmless sentences")
    parser.add_argument("--harmless", type=int, default=2_600, help="harmless sentences to learn from")
    parser.add_argument("--seed", type=int, default=4)
    arguments = parser.parse_args()
    if not HEAD.exists():  # the classifier reads one, and gives the features all the same
        _write(np.zeros((len(LEVELS), 384)), np.zeros(len(LEVELS)))
    examples = (
        labelled(LABELLED)
        + PLAIN * sentences(SENTENCES)
        + harmless_sentences(arguments.data, arguments.harmless, arguments.seed)
    )
    features, levels = _features(examples), [LEVELS.index(one.level) for one in examples]
    fitted = LogisticRegression(C=STRENGTH, max_iter=3_000).fit(features, levels)
    _write(fitted.coef_, fitted.intercept_)
    print(f"{len(examples):,} examples; {fitted.score(features, levels):.3f} of them at their level")


def _features(examples: list[Example]) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    classifier = Classifier()
    return np.stack([classifier.features(one.text) for one in examples])


def _write(weights: np.ndarray, bias: np.ndarray) -> None:  # type: ignore[type-arg]
    head = {"weights": weights.round(4).tolist(), "bias": bias.round(4).tolist()}
    HEAD.write_text(json.dumps(head) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
