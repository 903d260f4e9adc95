"""Trains the model of risk and writes it to ``curation/triage/model``.

    make risk-model

or, in an environment with ``tools/risk_model/requirements.txt``, from the root of the repository:

    python -m tools.risk_model.train --data ../shared/data

It takes some five minutes a seed on a core of its own. What rules and model are worth together is another command's:
``together.py``, beside this file.
"""

import argparse
import random
from collections.abc import Sequence
from pathlib import Path

import torch
from tokenizers import Tokenizer
from torch import Tensor, nn

from curation.triage.levels import LEVELS
from tools.risk_model.model import RiskModel, average, export, pretrained
from tools.risk_model.texts import Example, harmless, harmless_sentences, labelled, sentences, suspected

LABELLED = Path("tests/curation/triage/labelled/messages.jsonl")
SENTENCES = Path("tests/curation/triage/sentences.yaml")
TOKENIZER = Path("curation/pii/ner/tokenizer.json")
LONGEST, BATCH, BUCKET = 110, 16, 512
RATE, HEAD_RATE, WARM, SMOOTHING = 1.2e-4, 2e-3, 40, 0.05
SUSPECTED = 3
"""So many times a suspected text is shown in an epoch: there are few, and they keep real texts from being harmless."""
SINGLE, RUNS = 1_300, 600
"""Harmless texts of the sources to learn from: sentences mostly, and runs of sentences."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder of sources/ and pii/, for harmless texts")
    parser.add_argument("--out", type=Path, default=Path("curation/triage/model"), help="where the model is written")
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2], help="one training each; weights are averaged")
    arguments = parser.parse_args()
    trained = [made(arguments.data, seed, arguments.epochs) for seed in arguments.seeds]
    export(average(trained).eval(), arguments.out)


def made(data: Path, seed: int, epochs: int = 5, without: tuple[str, ...] = ()) -> RiskModel:
    """A model trained with ``seed`` on all but the voices that begin with one of ``without``."""
    torch.manual_seed(seed)
    torch.use_deterministic_algorithms(True)
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    examples = labelled(LABELLED, without) + sentences(SENTENCES) + SUSPECTED * suspected(data)
    examples += harmless(data, RUNS, seed) + harmless_sentences(data, SINGLE, seed)
    tokenizer = Tokenizer.from_file(str(TOKENIZER))
    tokenizer.enable_truncation(LONGEST)
    tokenizer.enable_padding()
    model = RiskModel(pretrained(), len(LEVELS))
    train(model, tokenizer, examples, epochs, random.Random(seed))
    return model


def train(
    model: RiskModel, tokenizer: Tokenizer, examples: Sequence[Example], epochs: int, draw: random.Random
) -> None:
    """Cross-entropy with smoothed labels, AdamW, a linear fall of the rate after a short rise."""
    encoder = [weights for weights in model.bert.parameters() if weights.requires_grad]
    optimizer = torch.optim.AdamW(
        [{"params": encoder, "lr": RATE}, {"params": model.head.parameters(), "lr": HEAD_RATE}], weight_decay=0.01
    )
    steps = epochs * -(-len(examples) // BATCH)
    rate = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda at: min(1, (at + 1) / WARM) * max(0.02, 1 - at / steps))
    model.train()
    for epoch in range(epochs):
        total = 0.0
        for batch in _batches(examples, draw):
            pieces, mask, levels = _tensors(tokenizer, batch)
            with torch.autocast("cpu", dtype=torch.bfloat16):
                logits = model(pieces, mask)
            loss = nn.functional.cross_entropy(logits.float(), levels, label_smoothing=SMOOTHING)
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            rate.step()
            total += loss.item() * len(batch)
        print(f"epoch {epoch + 1} of {epochs}: mean loss {total / len(examples):.3f}", flush=True)


def _batches(examples: Sequence[Example], draw: random.Random) -> list[list[Example]]:
    """All examples in batches of about one length, in a new order."""
    order = draw.sample(list(examples), len(examples))
    batches = []
    for start in range(0, len(order), BUCKET):
        bucket = sorted(order[start : start + BUCKET], key=lambda one: len(one.text))
        batches += [bucket[at : at + BATCH] for at in range(0, len(bucket), BATCH)]
    draw.shuffle(batches)
    return batches


def _tensors(tokenizer: Tokenizer, batch: Sequence[Example]) -> tuple[Tensor, Tensor, Tensor]:
    encodings = tokenizer.encode_batch([one.text for one in batch])
    return (
        torch.tensor([one.ids for one in encodings]),
        torch.tensor([one.attention_mask for one in encodings]),
        torch.tensor([LEVELS.index(one.level) for one in batch]),
    )


if __name__ == "__main__":
    main()
