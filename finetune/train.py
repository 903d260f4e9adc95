"""The training loop, for every method: AdamW, warm-up and cosine, accumulation, clipping, validation, early stop.

Nothing random happens but what a step's number and the seed decide (``finetune.plan``), so a run that goes on from a
checkpoint takes the same steps as one that was never interrupted.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import distributed, nn
from torch.distributed.fsdp import FSDPModule
from torch.distributed.tensor import DTensor

from finetune.batches import IGNORED, Batch, batches, trained_tokens
from finetune.config import FinetuneConfig
from finetune.data import Sample
from finetune.devices import ALONE, World
from finetune.network import Network
from finetune.plan import Step, count_steps, learning_rate, planned
from schemas.errors import CurateError


class StepMetrics(NamedTuple):
    """A line of ``metrics.jsonl``.

    Args:
        step: From 1.
        epoch: From 1.
        loss: Mean cross-entropy (nats) over the step's trained tokens, before the step changed the weights.
        learning_rate: That the step used.
        gradient_norm: Before clipping.
        tokens: Trained tokens so far, this step included.
        tokens_read: All tokens so far, filling not counted.
        validation_loss: Mean over all of the validation split's trained tokens, after the step; where evaluated.
    """

    step: int
    epoch: int
    loss: float
    learning_rate: float
    gradient_norm: float
    tokens: int
    tokens_read: int
    validation_loss: float | None


class NotANumber(CurateError):
    """The loss or the gradient overflowed; the weights are as they were before the step."""


@dataclass
class Progress:
    """How far a run has come; with weights and optimiser, all that it needs to go on.

    Args:
        step: Steps done.
        tokens: Trained tokens so far.
        tokens_read: All tokens so far.
        best_step: The step after which the validation loss was lowest; 0 before the first evaluation.
        best_loss: That loss.
        worse: Evaluations since.
        seconds: Of training.
    """

    step: int = 0
    tokens: int = 0
    tokens_read: int = 0
    best_step: int = 0
    best_loss: float = math.inf
    worse: int = 0
    seconds: float = 0.0


def learning(network: Network) -> dict[str, nn.Parameter]:
    """The parameters that learn, under torchtune's names."""
    if isinstance(network, FSDPModule):
        network.reshard()  # after an evaluation it still has whole ones in their places
    return {name: value for name, value in network.decoder.named_parameters() if value.requires_grad}


def make_optimizer(network: Network, config: FinetuneConfig) -> torch.optim.AdamW:
    """AdamW (Loshchilov and Hutter, ICLR 2019) over the parameters that learn."""
    parameters = list(learning(network).values())
    return torch.optim.AdamW(parameters, lr=config.learning_rate, weight_decay=config.weight_decay, fused=True)


def train(
    network: Network,
    optimizer: torch.optim.AdamW,
    progress: Progress,
    samples: Sequence[Sample],
    validation: Sequence[Sample],
    config: FinetuneConfig,
    *,
    pad_id: int,
    world: World = ALONE,
) -> Iterator[StepMetrics]:
    """Trains ``network`` in place from where ``progress`` stands, and yields what each step measured.

    Args:
        network: With ``requires_grad`` on what is to learn.
        optimizer: Over these parameters.
        progress: Brought up to date before each yield.
        samples: With at least one trainable token each.
        validation: Likewise; may be empty.
        config: Of the run.
        pad_id: Token that fills shorter conversations of a batch; never in the loss.
        world: The processes that train together.

    Raises:
        NotANumber: If the loss or the gradient stops being a number.
    """
    parameters = list(learning(network).values())
    total = count_steps(len(samples), config)
    while progress.step < total and not (config.early_stop and progress.worse >= config.early_stop):
        step = planned(progress.step + 1, samples, config)
        torch.manual_seed(config.seed + 1_000_003 * step.number + world.rank)  # for dropout, where there is any
        network.train()
        rate = learning_rate(step.number, total, config)
        for group in optimizer.param_groups:
            group["lr"] = rate
        trained = trained_tokens(step.samples)
        loss = _accumulate(network, step, trained, config, pad_id, world)
        norm = _clip_gradients(parameters, config.clip_gradient_norm, world)
        if not (math.isfinite(loss) and math.isfinite(norm)):
            raise NotANumber(
                f"the loss is no longer a number at step {step.number}", mend="Try again with a lower learning_rate."
            )
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        progress.step = step.number
        progress.tokens += trained
        progress.tokens_read += sum(len(sample.ids) for sample in step.samples)
        due = step.number % config.evaluate_every == 0 if config.evaluate_every else step.ends_epoch
        evaluated = evaluate(network, validation, config, pad_id, world) if due or step.number == total else None
        if evaluated is not None:
            _note(progress, evaluated)
        yield StepMetrics(step.number, step.epoch, loss, rate, norm, progress.tokens, progress.tokens_read, evaluated)


def _note(progress: Progress, validation_loss: float) -> None:
    if validation_loss < progress.best_loss:
        progress.best_step, progress.best_loss, progress.worse = progress.step, validation_loss, 0
    else:
        progress.worse += 1


def evaluate(
    network: Network, samples: Sequence[Sample], config: FinetuneConfig, pad_id: int, world: World = ALONE
) -> float | None:
    """Mean cross-entropy (nats) over all trained tokens of ``samples``; none if there are no samples."""
    if not samples:
        return None
    network.eval()
    in_order = sorted(samples, key=lambda sample: len(sample.ids))  # of like length side by side: less filling
    dealt = [sample for rank in range(world.size) for sample in in_order[rank :: world.size]]  # long ones for everybody
    with torch.no_grad():
        losses = [network(batch).detach() for batch in _share(dealt, config, pad_id, world)]
    return _summed(losses, world) / trained_tokens(samples)


def _accumulate(network: Network, step: Step, trained: int, config: FinetuneConfig, pad_id: int, world: World) -> float:
    """Adds up gradients so that every trained token of the step weighs the same; returns the mean loss.

    Averaging the batches' own means instead would give a token more weight the shorter its batch's answers are.
    """
    losses = []
    for batch in _share(step.samples, config, pad_id, world):
        loss = network(batch)
        torch.autograd.backward(loss * (world.size / trained))  # sharding takes the mean over processes
        losses.append(loss.detach())
    return _summed(losses, world) / trained


def _share(samples: Sequence[Sample], config: FinetuneConfig, pad_id: int, world: World) -> list[Batch]:
    """This process's batches: every process gets as many, because all compute each layer together.

    Neighbours stay together, so that two processes with a filled pass each compute the two passes of one process.
    """
    size = math.ceil(len(samples) / world.size)
    shares = [batches(samples[rank * size :][:size], config, pad_id) for rank in range(world.size)]
    mine, most = shares[world.rank], max(map(len, shares))
    if len(mine) < most:
        idle = max(shares, key=len)[0]
        idle = idle._replace(labels=torch.full_like(idle.labels, IGNORED))
        mine = mine + [idle] * (most - len(mine))
    return [batch.to(world.device) for batch in mine]


def _summed(losses: Sequence[torch.Tensor], world: World) -> float:
    total = torch.stack([loss.double() for loss in losses]).sum()
    if world.size > 1:
        distributed.all_reduce(total)
    return float(total)


def _clip_gradients(parameters: Sequence[nn.Parameter], limit: float, world: World) -> float:
    """Scales all gradients so that their common norm is at most ``limit``; returns the norm before.

    Squares are summed in float64: then the last bit of the scale, and with it that of every weight, does not depend on
    how the gradients are divided among processes, as it does in ``clip_grad_norm_``.
    """
    gradients = [_own_part(parameter.grad) for parameter in parameters if parameter.grad is not None]
    norms = [torch.linalg.vector_norm(gradient, dtype=torch.float64) for gradient in gradients]
    squares = torch.stack(norms).square().sum()
    if world.size > 1:
        distributed.all_reduce(squares)
    norm = float(squares.sqrt())
    if norm > limit:
        for gradient in gradients:
            gradient.mul_(limit / norm)
    return norm


def _own_part(tensor: torch.Tensor) -> torch.Tensor:
    return tensor.to_local() if isinstance(tensor, DTensor) else tensor
