"""Training under the quantisation of the phone (QAT): the model computes as ``curate deploy`` will make it compute.

Deployment ("8da4w") keeps the weights of every linear layer, the output layer among them, in 4 bits, symmetric, in
groups of 32 with scales from the extremes (``use_hqq=False``); embeddings in 8 bits, a scale a row; and rounds what
enters a linear layer to 8 bits, a scale and a zero point a token. Adapters stay as they are, apart.

The base does not learn, so its weights are rounded once, here. torchtune's own layers round them anew in each forward
pass, leave layers without an adapter unrounded, and so train for a model that is not the one on the phone. Rounding
of activations passes gradients straight through (Jacob et al., CVPR 2018).
"""

import torch
from torch import nn

from finetune.compat import LoRALinear, QATLoRALinear, TransformerDecoder, activation_quantiser, rounded_weight
from schemas.errors import ConfigError

EMBEDDING_BITS = 8


def quantise_base(model: TransformerDecoder, group_size: int) -> None:
    """Makes ``model`` compute as its quantised form does, with its adapters in full precision beside it.

    Args:
        model: With LoRA layers; changed in place. A tied output layer gets weights of its own: deployment rounds them
            to 4 bits, the embeddings they were tied to to 8.
        group_size: Inputs of a row that share a scale.

    Raises:
        ConfigError: If a layer's width is no multiple of the group size: deployment would leave that layer out.
    """
    for name, layer in [*model.named_modules()]:
        if isinstance(layer, LoRALinear):
            layer.weight.data = _rounded(layer.weight.data, group_size, name)
            _replace(model, name, _with_rounded_inputs(layer))
        elif isinstance(layer, nn.Linear) and "lora_" not in name:
            layer.weight.data = _rounded(layer.weight.data, group_size, name)
            _replace(model, name, RoundedInputLinear(layer.weight, layer.bias))
    embeddings = model.tok_embeddings.weight
    if not isinstance(model.output, nn.Module):
        head = nn.Parameter(_rounded(embeddings.data, group_size, "output"), requires_grad=False)
        model.output = RoundedInputLinear(head, None)
    embeddings.data = rounded_weight(embeddings.data, EMBEDDING_BITS, embeddings.shape[1])


class RoundedInputLinear(nn.Module):
    """A linear layer that does not learn and whose inputs are rounded to 8 bits.

    Args:
        weight: Shape (out, in), rounded already.
        bias: Shape (out,), if there is one.
    """

    def __init__(self, weight: torch.Tensor, bias: torch.Tensor | None) -> None:
        super().__init__()
        self.weight, self.bias = weight, bias
        self.activation_fake_quantizer = activation_quantiser()

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        """(..., in) to (..., out)."""
        return nn.functional.linear(self.activation_fake_quantizer(inputs), self.weight, self.bias)


def _with_rounded_inputs(layer: LoRALinear) -> QATLoRALinear:
    rounded = QATLoRALinear.from_lora_linear(layer)
    rounded.activation_fake_quantizer = activation_quantiser()
    return rounded


def _rounded(weight: torch.Tensor, group_size: int, name: str) -> torch.Tensor:
    if weight.shape[1] % group_size:
        raise ConfigError(
            f"the width {weight.shape[1]} of {name} is no multiple of the group size {group_size}",
            field="qat.group_size",
            mend="This model cannot be deployed in 4 bits; use method lora.",
        )
    rounded: torch.Tensor = rounded_weight(weight, 4, group_size)
    return rounded


def _replace(model: nn.Module, name: str, module: nn.Module) -> None:
    parent, _, own = name.rpartition(".")
    setattr(model.get_submodule(parent), own, module)
