"""How fast multiple-choice questions are answered on a ``.pte``: with full logits, with the last token's, and naively.

    python -m benchmarks.evaluation [--questions 1000] [--choice 2 8] [--layers 4] [--hidden 256]

All ask the same questions of a random model in fp32 and give the same likelihoods. "Full logits" reads a choice in one
call, of a ``.pte`` exported for it; "last token's logits" is any bundle for a phone, whose choices are read token by
token after a prefix that is read once; "token by token" is what a scorer does that knows the runtime's interface only:
each choice anew, one call a token.
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


def make_questions(count: int, vocabulary: int, shortest: int = 2, longest: int = 8) -> list[Question]:
    """Questions of some 30 tokens with four choices; of the lengths of ARC's choices in Llama's tokens by default.
    HellaSwag's have 15 to 40."""
    chance = random.Random(0)
    return [
        Question(
            [chance.randrange(vocabulary) for _ in range(chance.randint(20, 45))],
            [[chance.randrange(vocabulary) for _ in range(chance.randint(shortest, longest))] for _ in range(4)],
        )
        for _ in range(count)
    ]


def main() -> None:
    """Prints a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--questions", type=int, default=1000)
    parser.add_argument("--choice", type=int, nargs=2, default=(2, 8), metavar=("SHORTEST", "LONGEST"))
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
        models = []
        for full_logits in (True, False):
            file = Path(scratch) / f"model-{full_logits}.pte"
            fp32 = Quantisation(linear="fp32")
            export_pte(Trained(weights=folder), file, context=128, quantisation=fp32, full_logits=full_logits)
            models.append(PteModel(file))
        full, last = models
        questions = make_questions(options.questions, 1024, *options.choice)
        scorers: dict[str, PteScorer | TokenByToken] = {
            "full logits": PteScorer(full),
            "last token's logits": PteScorer(last),
            "token by token": TokenByToken(last),
        }
        done = {name: _run(scorer, questions) for name, scorer in scorers.items()}
    slowest = done["token by token"]
    print(f"| {options.questions} questions | wall s | CPU s | questions/s | times as fast | differs by, nats |")
    print("|---|---:|---:|---:|---:|---:|")
    for name, run in done.items():
        largest = max(abs(one - other) for one, other in zip(run.totals, slowest.totals, strict=True))
        print(
            f"| {name} | {run.wall:.1f} | {run.cpu:.1f} | {options.questions / run.wall:.1f} | "
            f"{slowest.wall / run.wall:.1f} | {largest:.1e} |"
        )


class Run(NamedTuple):
    """What it took, in seconds, and the log-likelihoods of all choices."""

    wall: float
    cpu: float
    totals: list[float]


def _run(scorer: "PteScorer | TokenByToken", questions: Sequence[Question]) -> Run:
    begun, cpu = time.perf_counter(), time.process_time()
    totals = [score.total for question in questions for score in scorer.score(question.prefix, question.choices)]
    return Run(time.perf_counter() - begun, time.process_time() - cpu, totals)


if __name__ == "__main__":
    main()
