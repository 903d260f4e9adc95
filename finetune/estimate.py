"""What a run will take, before it is begun: steps, tokens, memory and time.

Steps and tokens are counted. Memory is reckoned from shapes. Time is reckoned from the multiplications of the run and
the speed at which this device makes them in one layer of the model, which is measured here.
"""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict

from finetune.architecture import Architecture
from finetune.config import FinetuneConfig, MethodName, resolve_config
from finetune.job import Job, ModelChoice, open_job

if TYPE_CHECKING:
    from finetune.batches import Batch
    from finetune.network import Network

_PROBE_TOKENS = 512
_PROBE_VOCABULARY = 4096


class Memory(BaseModel):
    """Bytes at the peak of a step, on one device with nothing divided."""

    model_config = ConfigDict(frozen=True)

    weights: int
    gradients: int
    optimizer: int
    activations: int
    logits: int

    @property
    def total(self) -> int:
        """Their sum."""
        return self.weights + self.gradients + self.optimizer + self.activations + self.logits


class Estimate(BaseModel):
    """What a run will take."""

    model_config = ConfigDict(frozen=True)

    method: str
    model: str
    conversations: int
    left_out: int
    """Conversations without a token to learn within ``max_sequence_length``."""
    validation: int
    epochs: float
    steps: int
    tokens: int
    """All that is read over the run."""
    trained_tokens: int
    longest_pass: int
    """Tokens of the largest forward pass."""
    parameters: int
    learning: int
    precision: str
    memory: Memory
    memory_total: int
    seconds: float
    """On this machine's device; divide by the number of devices."""


def estimate(
    *,
    data: Path,
    method: MethodName = "lora",
    model: ModelChoice,
    config: Mapping[str, Any] | None = None,
) -> Estimate:
    """Reads and checks all that :func:`finetune.finetune` would, and says what the run would take.

    Raises:
        CurateError: As :func:`finetune.finetune`.
    """
    with open_job(method, resolve_config(method, config), model, data) as job:
        return _estimate(job)


def _estimate(job: Job) -> Estimate:
    from finetune.assemble import precision_of
    from finetune.batches import batches, trained_tokens
    from finetune.plan import count_steps, planned

    samples, settings = job.data.trainable, job.settings
    steps = count_steps(len(samples), settings)
    plan = [planned(number, samples, settings) for number in range(1, steps + 1)]
    tokens = sum(len(sample.ids) for step in plan for sample in step.samples)
    trained = sum(trained_tokens(step.samples) for step in plan)
    first_epoch = [step for step in plan if step.epoch == 1]
    longest = max(b.tokens.numel() for step in first_epoch for b in batches(step.samples, settings, job.chat.pad_id))
    parameters, learning = count_parameters(job.base.architecture, settings)
    memory = memory_of(job.base.architecture, settings, longest)
    evaluations = 1 + (steps // settings.evaluate_every if settings.evaluate_every else plan[-1].epoch)
    read_in_evaluation = evaluations * sum(len(sample.ids) for sample in job.data.validation)
    work = _multiplications(job, tokens, trained) + _multiplications(job, read_in_evaluation, 0) / 3
    return Estimate(
        method=job.method,
        model=job.base_info.name,
        conversations=len(samples),
        left_out=len(job.data.train) - len(samples),
        validation=len(job.data.validation),
        epochs=round(steps * settings.batch_size * settings.gradient_accumulation / len(samples), 2),
        steps=steps,
        tokens=tokens,
        trained_tokens=trained,
        longest_pass=longest,
        parameters=parameters,
        learning=learning,
        precision=str(precision_of(settings)).removeprefix("torch."),
        memory=memory,
        memory_total=memory.total,
        seconds=round(work / _speed(job), 1),
    )


def count_parameters(architecture: Architecture, config: FinetuneConfig) -> tuple[int, int]:
    """All, and those that learn."""
    import torch

    from finetune.families import family_of

    with torch.device("meta"):
        model = family_of(architecture).build(architecture, config.lora)
    sizes = {name: parameter.numel() for name, parameter in model.named_parameters()}
    adapter = sum(size for name, size in sizes.items() if "lora_" in name)
    return sum(sizes.values()), adapter or sum(sizes.values())


def memory_of(shape: Architecture, config: FinetuneConfig, longest_pass: int) -> Memory:
    """From shapes; ``longest_pass`` is the number of tokens in the largest forward pass."""
    import torch

    from finetune.assemble import precision_of, recomputes
    from finetune.network import CHUNK

    parameters, learning = count_parameters(shape, config)
    computed = precision_of(config).itemsize
    is_full = config.lora is None
    kept = computed if is_full else torch.float32.itemsize  # adapters learn in float32
    base = 0 if is_full else parameters - learning
    if config.qat is not None:
        base += shape.vocab_size * shape.hidden_size  # the output layer is no longer tied
    # A token's activations in one layer: ten of the model's width, four of the feed-forward's, two norms in float32.
    a_layer = computed * (10 * shape.hidden_size + 4 * shape.intermediate_size) + 8 * shape.hidden_size
    if recomputes(config):
        a_token = a_layer + shape.num_hidden_layers * shape.hidden_size * computed
    else:
        a_token = a_layer * shape.num_hidden_layers
    head = shape.vocab_size * shape.hidden_size
    return Memory(
        weights=base * computed + learning * kept,
        gradients=learning * kept,
        optimizer=2 * learning * kept,
        activations=longest_pass * a_token,
        # logits, their softmax and gradient; when the output layer learns, its gradient in float32 too
        logits=min(CHUNK, longest_pass) * shape.vocab_size * 12 + (4 * head if is_full else 0),
    )


def _multiplications(
    job: Job, tokens: int, trained: int, vocabulary: int | None = None, layers: int | None = None
) -> float:
    """Of forward and backward pass; attention's are left out, which are few at the length of conversations."""
    from finetune.assemble import recomputes

    shape = job.base.architecture
    per_layer = shape.hidden_size * (2 * shape.hidden_size + 3 * shape.intermediate_size)
    per_layer += 2 * shape.hidden_size * shape.num_key_value_heads * shape.head_dim
    passes = (3 if job.method == "full" else 2) + recomputes(job.settings)
    head = (vocabulary or shape.vocab_size) * shape.hidden_size * (3 if job.method == "full" else 2)
    return float(tokens * (layers or shape.num_hidden_layers) * per_layer * passes + trained * head)


def _speed(job: Job) -> float:
    """Multiplications a second of one layer on a few hundred tokens; the better of two passes."""
    import torch

    from finetune.assemble import precision_of, recomputes
    from finetune.batches import Batch
    from finetune.devices import World, shard
    from finetune.methods import METHODS
    from finetune.models import random_weights
    from finetune.network import Network, recompute_activations

    if job.settings.device == "cuda" and not torch.cuda.is_available():
        return float("inf")
    vocabulary = min(_PROBE_VOCABULARY, job.base.architecture.vocab_size)
    probe = job.base.architecture.model_copy(update={"num_hidden_layers": 1, "vocab_size": vocabulary})
    precision = precision_of(job.settings)
    with torch.random.fork_rng(devices=[]):
        decoder = METHODS[job.method].prepare(probe, random_weights(probe, 0), job.settings, precision)
        if recomputes(job.settings):
            recompute_activations(decoder)
        network = Network(decoder, precision)
        shard(network, World(device=job.settings.device))
        tokens = torch.randint(vocabulary, (1, _PROBE_TOKENS))
    batch = Batch(tokens, tokens, torch.arange(_PROBE_TOKENS)[None], None).to(job.settings.device)
    seconds = [_timed(network, batch) for _ in range(3)]
    return _multiplications(job, _PROBE_TOKENS, _PROBE_TOKENS, vocabulary, layers=1) / min(seconds)


def _timed(network: "Network", batch: "Batch") -> float:
    began = time.perf_counter()
    loss = network(batch)
    loss.backward()
    float(loss.detach())
    return time.perf_counter() - began
