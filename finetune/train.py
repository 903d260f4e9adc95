"""The training loop: AdamW, warm-up and cosine, gradient accumulation, clipping.

Nothing random happens outside the seed: the order of conversations in epoch e depends on (seed, e) alone, so a step is
determined by the weights, the optimiser's state and its number.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import torch

from finetune.compat import CEWithChunkedOutputLoss, TransformerDecoder, padded_collate_sft
from finetune.config import FinetuneConfig
from finetune.data import Sample
from finetune.methods import trainable
from schemas.errors import CurateError

IGNORED = -100
LOGIT_CHUNKS = 8  # logits over 128,256 tokens are made and upcast in this many parts of the sequence

OnStep = Callable[[int, int, float], None]
"""Called with step (from 1), number of steps, and loss."""


class StepMetrics(NamedTuple):
    """A line of ``metrics.jsonl``.

    Args:
        step: From 1.
        epoch: From 1.
        loss: Mean cross-entropy (nats) over the step's trained tokens, before the step changed the weights.
        learning_rate: That the step used.
        gradient_norm: Before clipping.
        tokens: Trained tokens so far, this step included.
        validation_loss: Mean over all of the validation split's trained tokens, after the step; at ends of epochs.
    """

    step: int
    epoch: int
    loss: float
    learning_rate: float
    gradient_norm: float
    tokens: int
    validation_loss: float | None


def count_steps(samples: int, config: FinetuneConfig) -> int:
    """Optimiser steps that a run over ``samples`` conversations takes."""
    per_epoch = math.ceil(samples / (config.batch_size * config.gradient_accumulation))
    return config.max_steps or config.epochs * per_epoch


def learning_rate(step: int, total: int, config: FinetuneConfig) -> float:
    """Rate of step ``step`` (from 1) of ``total``: linear warm-up, then half a cosine that ends at 0 a step later."""
    warmup = min(config.warmup_steps, total // 10)
    if step <= warmup:
        return config.learning_rate * step / (warmup + 1)
    done = (step - 1 - warmup) / (total - warmup)
    return config.learning_rate * 0.5 * (1 + math.cos(math.pi * done))


def train(
    model: TransformerDecoder,
    samples: Sequence[Sample],
    validation: Sequence[Sample],
    config: FinetuneConfig,
    *,
    pad_id: int,
    on_step: OnStep | None = None,
) -> Iterator[StepMetrics]:
    """Trains ``model`` in place and yields what each step measured.

    Args:
        model: With ``requires_grad`` on what is to learn.
        samples: With at least one trainable token each.
        validation: Likewise; may be empty.
        config: Of the run.
        pad_id: Token that fills shorter conversations of a batch; never in the loss.
        on_step: Progress.

    Raises:
        CurateError: If the loss stops being a number.
    """
    model.to(config.device)
    model.set_num_output_chunks(LOGIT_CHUNKS)
    parameters = trainable(model)
    optimizer = torch.optim.AdamW(parameters, lr=config.learning_rate, weight_decay=config.weight_decay)
    total, tokens = count_steps(len(samples), config), 0
    steps = _steps(samples, config)
    for step in range(1, total + 1):
        epoch, batches, ends_epoch = next(steps)
        model.train()
        rate = learning_rate(step, total, config)
        for group in optimizer.param_groups:
            group["lr"] = rate
        loss, trained = _accumulate(model, batches, pad_id, config.device)
        if not math.isfinite(loss):
            raise CurateError(
                f"the loss is no longer a number at step {step}", mend="Try again with a lower learning_rate."
            )
        norm = float(torch.nn.utils.clip_grad_norm_(parameters, config.clip_gradient_norm))
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        tokens += trained
        evaluated = evaluate(model, validation, config, pad_id) if ends_epoch or step == total else None
        yield StepMetrics(step, epoch, loss, rate, norm, tokens, evaluated)
        if on_step:
            on_step(step, total, loss)


def evaluate(model: TransformerDecoder, samples: Sequence[Sample], config: FinetuneConfig, pad_id: int) -> float | None:
    """Mean cross-entropy (nats) over all trained tokens of ``samples``; none if there are no samples."""
    model.eval()
    model.set_num_output_chunks(LOGIT_CHUNKS)
    total, trained = 0.0, 0
    with torch.no_grad():
        for start in range(0, len(samples), config.batch_size):
            loss, n = _loss_sum(model, samples[start : start + config.batch_size], pad_id, config.device)
            total, trained = total + loss.item(), trained + n
    return total / trained if trained else None


def reached(samples: Sequence[Sample], config: FinetuneConfig) -> list[Sample]:
    """The samples that a run trains on: all, unless ``max_steps`` ends it within its first epoch."""
    taken = count_steps(len(samples), config) * config.batch_size * config.gradient_accumulation
    return [samples[i] for i in sorted(_order(len(samples), config.seed, epoch=1)[:taken])]


def _order(samples: int, seed: int, epoch: int) -> list[int]:
    order: list[int] = torch.randperm(samples, generator=torch.Generator().manual_seed(seed * 100_003 + epoch)).tolist()
    return order


def _steps(samples: Sequence[Sample], config: FinetuneConfig) -> Iterator[tuple[int, list[list[Sample]], bool]]:
    """Epoch (from 1), the micro-batches of a step, and whether the step is the epoch's last; without end."""
    size = config.batch_size
    per_step = size * config.gradient_accumulation
    epoch = 0
    while True:
        epoch += 1
        shuffled = [samples[i] for i in _order(len(samples), config.seed, epoch)]
        for start in range(0, len(shuffled), per_step):
            chosen = shuffled[start : start + per_step]
            batches = [chosen[i : i + size] for i in range(0, len(chosen), size)]
            yield epoch, batches, start + per_step >= len(shuffled)


def _accumulate(
    model: TransformerDecoder, batches: Sequence[Sequence[Sample]], pad_id: int, device: str
) -> tuple[float, int]:
    """Adds up gradients so that every trained token of the step weighs the same; returns mean loss and tokens.

    Averaging the batches' own means instead would give a token more weight the shorter its batch's answers are.
    """
    trained = sum(sum(sample.in_loss[1:]) for batch in batches for sample in batch)
    total = 0.0
    for batch in batches:
        loss, _ = _loss_sum(model, batch, pad_id, device)
        torch.autograd.backward(loss / trained)
        total += loss.item()
    return total / trained, trained


def _loss_sum(model: TransformerDecoder, batch: Sequence[Sample], pad_id: int, device: str) -> tuple[torch.Tensor, int]:
    """Cross-entropy (nats) summed over a batch's trained tokens, and their number."""
    padded = padded_collate_sft(
        [
            {"tokens": s.ids, "labels": [i if used else IGNORED for i, used in zip(s.ids, s.in_loss, strict=True)]}
            for s in batch
        ],
        padding_idx=pad_id,
        ignore_idx=IGNORED,
    )
    tokens, labels = padded["tokens"][:, :-1].to(device), padded["labels"][:, 1:].to(device)
    trained = int((labels != IGNORED).sum())
    mean = CEWithChunkedOutputLoss(LOGIT_CHUNKS, IGNORED)(model(tokens), labels)
    return mean * trained, trained
