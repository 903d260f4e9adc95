"""Which step learns from which conversations, at which rate: functions of the step's number and the seed alone.

So nothing about data or schedule has to be remembered to go on from any step, on any number of devices.
"""

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import torch

from finetune.config import FinetuneConfig
from finetune.data import Sample


class Step(NamedTuple):
    """What an optimiser step learns from.

    Args:
        number: From 1.
        epoch: From 1.
        samples: Its conversations.
        ends_epoch: Whether it is the epoch's last.
    """

    number: int
    epoch: int
    samples: list[Sample]
    ends_epoch: bool


def count_steps(samples: int, config: FinetuneConfig) -> int:
    """Optimiser steps that a run over ``samples`` conversations takes."""
    return config.max_steps or config.epochs * _per_epoch(samples, config)


def planned(number: int, samples: Sequence[Sample], config: FinetuneConfig) -> Step:
    """Step ``number`` of a run over ``samples``: each epoch takes all of them once, in an order of its own."""
    per_epoch, size = _per_epoch(len(samples), config), config.batch_size * config.gradient_accumulation
    epoch, place = divmod(number - 1, per_epoch)
    order = _order(len(samples), config.seed, epoch + 1)[place * size : (place + 1) * size]
    return Step(number, epoch + 1, [samples[i] for i in order], place == per_epoch - 1)


def learning_rate(step: int, total: int, config: FinetuneConfig) -> float:
    """Rate of step ``step`` (from 1) of ``total``: linear warm-up, then half a cosine that ends at 0 a step later."""
    warmup = min(config.warmup_steps, total // 10)
    if step <= warmup:
        return config.learning_rate * step / (warmup + 1)
    done = (step - 1 - warmup) / (total - warmup)
    return config.learning_rate * 0.5 * (1 + math.cos(math.pi * done))


def reached(samples: Sequence[Sample], config: FinetuneConfig, steps: int) -> list[Sample]:
    """The samples that the first ``steps`` steps train on: all, unless the run ended within its first epoch."""
    taken = steps * config.batch_size * config.gradient_accumulation
    return [samples[i] for i in sorted(_order(len(samples), config.seed, epoch=1)[:taken])]


def _per_epoch(samples: int, config: FinetuneConfig) -> int:
    return math.ceil(samples / (config.batch_size * config.gradient_accumulation))


@lru_cache(maxsize=2)
def _order(samples: int, seed: int, epoch: int) -> list[int]:
    order: list[int] = torch.randperm(samples, generator=torch.Generator().manual_seed(seed * 100_003 + epoch)).tolist()
    return order
