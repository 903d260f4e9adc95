"""The ways to fine-tune: which parameters learn, and how the result becomes plain weights again.

A method is three functions. A further one (QAT with LoRA, say) is a further entry of ``METHODS``; the training loop and
what is written do not change.
"""

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import nn

from finetune.architecture import Architecture
from finetune.compat import (
    TransformerDecoder,
    get_adapter_params,
    get_adapter_state_dict,
    get_merged_lora_ckpt,
    set_trainable_params,
)
from finetune.config import FinetuneConfig, LoraOptions, MethodName
from finetune.models import Weights, build


class Method(NamedTuple):
    """How one method builds a model and takes its result out of it.

    Args:
        prepare: From architecture and base weights to a model in which exactly the parameters that learn require a
            gradient.
        merged: The trained weights in the base model's own form, under torchtune's names.
        adapter: The adapters alone, under torchtune's names; none if the method has none.
    """

    prepare: Callable[[Architecture, Weights, FinetuneConfig], TransformerDecoder]
    merged: Callable[[TransformerDecoder, FinetuneConfig], Weights]
    adapter: Callable[[TransformerDecoder], Weights | None]


def _prepare_lora(architecture: Architecture, weights: Weights, config: FinetuneConfig) -> TransformerDecoder:
    model = build(architecture, weights, _lora(config))
    set_trainable_params(model, get_adapter_params(model))
    return model


def _merge_lora(model: TransformerDecoder, config: FinetuneConfig) -> Weights:
    """Adds alpha / rank * B A to every adapted weight, in float32."""
    lora = _lora(config)
    copied = {name: weight.clone() for name, weight in model.state_dict().items()}  # merging writes in place
    merged: Weights = get_merged_lora_ckpt(copied, rank=lora.rank, alpha=lora.alpha)
    return merged


def _adapter(model: TransformerDecoder) -> Weights:
    adapter: Weights = get_adapter_state_dict(model.state_dict())
    return adapter


def _lora(config: FinetuneConfig) -> LoraOptions:
    assert config.lora is not None, "resolve_config gives every adapter method its options"
    return config.lora


def _prepare_full(architecture: Architecture, weights: Weights, config: FinetuneConfig) -> TransformerDecoder:
    model = build(architecture, weights)
    model.requires_grad_(True)
    return model


def _weights(model: TransformerDecoder, config: FinetuneConfig) -> Weights:
    weights: dict[str, torch.Tensor] = model.state_dict()
    return weights


METHODS: dict[MethodName, Method] = {
    "lora": Method(_prepare_lora, _merge_lora, _adapter),
    "full": Method(_prepare_full, _weights, lambda model: None),
}


def trainable(model: nn.Module) -> list[nn.Parameter]:
    """The parameters that learn."""
    return [parameter for parameter in model.parameters() if parameter.requires_grad]
