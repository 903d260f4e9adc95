"""From a model on disk to a network that is ready to train."""

import torch

from finetune.config import FinetuneConfig, MethodName
from finetune.devices import World, shard
from finetune.methods import METHODS
from finetune.models import ModelFolder, read_weights
from finetune.network import Network, recompute_activations


def precision_of(config: FinetuneConfig) -> torch.dtype:
    """What is computed in: bf16 on a GPU that has it, else float32, unless the configuration says so."""
    if config.precision is None:
        has_bf16 = config.device == "cuda" and torch.cuda.is_bf16_supported()
        return torch.bfloat16 if has_bf16 else torch.float32
    return {"bf16": torch.bfloat16, "fp32": torch.float32}[config.precision]


def recomputes(config: FinetuneConfig) -> bool:
    """Whether activations are computed twice: on a GPU, where memory is dear, unless the configuration says so."""
    return config.device == "cuda" if config.activation_checkpointing is None else config.activation_checkpointing


def assemble(base: ModelFolder, method: MethodName, config: FinetuneConfig, world: World) -> Network:
    """Builds the network of a run, on its device and divided among its processes.

    Full fine-tuning in bf16 keeps weights and AdamW's moments in bf16 too, as torchtune's published recipe does;
    adapters are in float32 always.
    """
    precision = precision_of(config)
    torch.manual_seed(config.seed)  # of the adapters' first values, the same in every process
    decoder = METHODS[method].prepare(base.architecture, read_weights(base), config, precision)
    if recomputes(config):
        recompute_activations(decoder)
    if config.compile:
        for layer in decoder.layers:
            layer.compile(dynamic=True)  # passes differ in length
    network = Network(decoder, precision)
    shard(network, world)
    return network
