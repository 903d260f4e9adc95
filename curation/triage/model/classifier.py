"""The trained model at work: a sentence in plain words in, the likeliest level out. See ``MODEL_CARD.md``."""

import json
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from curation.triage.levels import LEVELS, Level
from curation.triage.model.together import Chances, read, softmax

if TYPE_CHECKING:
    from tokenizers import Tokenizer

LONGEST = 110
"""Pieces of words that are read of a run of sentences."""
CACHED = 4096
"""Sentences whose opinion is kept: a text is triaged by itself and in its dialogue."""


class Opinion(NamedTuple):
    """What the model takes a text for: the likeliest level but ``none``, the chance of any but ``none``, and the
    chances of all levels as logarithms."""

    level: Level
    chance: float
    logs: Chances


class Classifier:
    """MiniLM-L6, fine-tuned, the mean of its pieces, and a linear head over the levels; one thread a process."""

    def __init__(self) -> None:
        from curation.onnx import session  # here, for who goes without the model does not wait for it

        folder = files("curation.triage.model")
        self.session = session(folder.joinpath("encoder.onnx").read_bytes())
        head = json.loads(folder.joinpath("head.json").read_text(encoding="utf-8"))
        self.weights = np.array(head["weights"], np.float32)
        self.bias = np.array(head["bias"], np.float32)
        self.together = read()
        self.tokenizer = tokenizer()
        self.known: dict[str, Opinion] = {}

    def features(self, text: str) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
        """The mean of the states of ``text``'s pieces, (384,).

        Each sentence is run by itself: the scale of int8 activations is taken over all that is run at once, and what is
        found in a text must not depend on its neighbours.
        """
        pieces = np.array([self.tokenizer.encode(text).ids], np.int64)
        (features,) = self.session.run(None, {"pieces": pieces, "mask": np.ones_like(pieces)})
        return features[0]  # type: ignore[no-any-return]

    def opinion(self, text: str) -> Opinion:
        """What the model takes ``text``, plain words, for."""
        if text not in self.known:
            if len(self.known) >= CACHED:
                self.known.clear()
            chances = softmax((self.weights @ self.features(text) + self.bias).astype(np.float64))
            likeliest = 1 + int(chances[1:].argmax())
            self.known[text] = Opinion(LEVELS[likeliest], float(1 - chances[0]), np.log(chances))
        return self.known[text]


def tokenizer() -> "Tokenizer":
    """The word pieces of the encoder, which are those of the name model."""
    from tokenizers import Tokenizer

    pieces = files("curation.pii.ner").joinpath("tokenizer.json").read_text(encoding="utf-8")
    made = Tokenizer.from_str(pieces)
    made.no_padding()
    made.enable_truncation(LONGEST)
    return made


@cache
def classifier() -> Classifier:
    """The model that comes with this version of the code; loaded when it is first asked."""
    return Classifier()
