"""The ways to fine-tune: which parameters learn, and how they and the base become plain weights again.

A method is two functions; the training loop and what is written do not change with it.
"""

from collections.abc import Callable
from typing import NamedTuple

import torch

from finetune.architecture import Architecture
from finetune.compat import TransformerDecoder, get_adapter_params, set_trainable_params
from finetune.config import FinetuneConfig, LoraOptions, MethodName
from finetune.models import Weights, build
from finetune.qat import quantise_base
from schemas.errors import ConfigError


class Method(NamedTuple):
    """How one method builds a model and makes weights of its result.

    Args:
        prepare: From architecture, base weights and their precision to a model in which exactly the parameters that
            learn require a gradient.
        merged: From what learned and the base weights to weights in the base model's own form; all under torchtune's
            names.
        has_adapter: Whether what learned is an adapter.
    """

    prepare: Callable[[Architecture, Weights, FinetuneConfig, torch.dtype], TransformerDecoder]
    merged: Callable[[Weights, Weights, FinetuneConfig], Weights]
    has_adapter: bool


def _full(
    architecture: Architecture, weights: Weights, config: FinetuneConfig, precision: torch.dtype
) -> TransformerDecoder:
    model = build(architecture, weights, precision)
    model.requires_grad_(True)
    return model


def _lora(
    architecture: Architecture, weights: Weights, config: FinetuneConfig, precision: torch.dtype
) -> TransformerDecoder:
    model = build(architecture, weights, precision, lora_options(config))
    set_trainable_params(model, get_adapter_params(model))
    return model


def _qat_lora(
    architecture: Architecture, weights: Weights, config: FinetuneConfig, precision: torch.dtype
) -> TransformerDecoder:
    assert config.qat is not None, "resolve_config gives the method its options"
    if architecture.model_type != "llama":
        raise ConfigError(
            "qat-lora trains for the phone, and deployment takes Llama 3.2 alone", field="method", mend="Use lora."
        )
    model = _lora(architecture, weights, config, precision)
    quantise_base(model, config.qat.group_size)
    return model


def _merge(learned: Weights, base: Weights, config: FinetuneConfig) -> Weights:
    """Adds alpha / rank * B A to every adapted weight, in float32."""
    lora = lora_options(config)
    merged = dict(base)
    for name in learned:
        if name.endswith(".lora_a.weight"):
            module = name.removesuffix(".lora_a.weight")
            update = learned[f"{module}.lora_b.weight"].float() @ learned[name].float()
            merged[f"{module}.weight"] = base[f"{module}.weight"].float() + (lora.alpha / lora.rank) * update
    return merged


def lora_options(config: FinetuneConfig) -> LoraOptions:
    """Those of a method that has an adapter."""
    assert config.lora is not None, "resolve_config gives every adapter method its options"
    return config.lora


METHODS: dict[MethodName, Method] = {
    "full": Method(_full, lambda learned, base, config: base | learned, has_adapter=False),
    "lora": Method(_lora, _merge, has_adapter=True),
    "qat-lora": Method(_qat_lora, _merge, has_adapter=True),
}
