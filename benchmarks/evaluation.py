"""How fast multiple-choice questions are answered on a ``.pte``: prefixes shared, and token by token without sharing.

    python -m benchmarks.evaluation [--questions 1000] [--layers 4] [--hidden 256]

Both ask the same questions of the same fp32 ``.pte`` of a random model and give the same likelihoods. "Token by token"
is what a scorer does that knows the runtime's interface only: each choice anew, one call a token.
"""

import argparse
import random
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from deploy.export_pte import export_pte
from deploy.manifest import Quantisation
from deploy.runtime import PteModel
from deploy.scorer import PteScorer
from deploy.trained import Trained
from finetune.evaluation.likelihood import Likelihood, Tokens, of_logits


class Question(NamedTuple):
    """A prefix, and four choices after it."""

    prefix: list[int]
    choices: list[list[int]]


class TokenByToken:
    """Every choice with its prefix from the beginning, one token a call."""

    def __init__(self, model: PteModel) -> None:
        self._model = model

    def score(self, prefix: Tokens, endings: Sequence[Tokens]) -> list[Likelihood]:
        import torch

        scores = []
        for ending in endings:
            sequence = [*prefix, *ending]
            self._model._cached = []
            rows = []
            for read in range(1, len(sequence)):
                logits = self._model.logits(sequence[:read])
                if read >= len(prefix):
                    rows.append(logits)
            scores.append(of_logits(torch.stack(rows), ending))
        return scores


def make_questions(count: int, vocabulary: int) -> list[Question]:
    """Questions of the lengths of ARC's in Llama's tokens: some 30 for the question, 2 to 8 for a choice."""
    chance = random.Random(0)
    return [
        Question(
            [chance.randrange(vocabulary) for _ in range(chance.randint(20, 45))],
            [[chance.randrange(vocabulary) for _ in range(chance.randint(2, 8))] for _ in range(4)],
        )
        for _ in range(count)
    ]


def main() -> None:
    """Prints a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--questions", type=int, default=1000)
    parser.add_argument("--layers", type=int, default=4)
    parser.add_argument("--hidden", type=int, default=256)
    options = parser.parse_args()

    from finetune.bpe import TINY_TOKENIZER
    from finetune.models import random_weights, save_model
    from finetune.tiny import TINY_ARCHITECTURE

    architecture = TINY_ARCHITECTURE.model_copy(
        update={
            "hidden_size": options.hidden,
            "intermediate_size": 4 * options.hidden,
            "num_hidden_layers": options.layers,
        }
    )
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "model"
        save_model(folder, architecture, random_weights(architecture, 0), [TINY_TOKENIZER])
        export_pte(
            Trained(weights=folder), Path(scratch) / "model.pte", context=128, quantisation=Quantisation(linear="fp32")
        )
        model = PteModel(Path(scratch) / "model.pte")
        questions = make_questions(options.questions, 1024)
        rows = []
        for name, scorer in (("prefixes shared", PteScorer(model)), ("token by token", TokenByToken(model))):
            begun, cpu = time.perf_counter(), time.process_time()
            found = [scorer.score(question.prefix, question.choices) for question in questions]
            rows.append((name, time.perf_counter() - begun, time.process_time() - cpu, found))
    largest = max(
        abs(one.total - other.total)
        for ours, theirs in zip(rows[0][3], rows[1][3], strict=True)
        for one, other in zip(ours, theirs, strict=True)
    )
    print(f"| {options.questions} questions | wall s | CPU s | questions/s |\n|---|---:|---:|---:|")
    for name, wall, cpu, _ in rows:
        print(f"| {name} | {wall:.1f} | {cpu:.1f} | {options.questions / wall:.1f} |")
    print(f"ratio {rows[1][1] / rows[0][1]:.1f}; largest difference of a likelihood {largest:.1e} nats")


if __name__ == "__main__":
    main()
