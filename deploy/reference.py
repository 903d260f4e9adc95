"""The trained model in torchtune, as it was trained and with the phone's arithmetic: what a ``.pte`` has to equal.

Both are built from the run's checkpoint by torchtune alone, and share no conversion with the ``.pte``: a row of a
matrix in the wrong place shows.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from deploy.manifest import Quantisation
from deploy.quiet import quiet

if TYPE_CHECKING:
    import torch

    from finetune.compat import TransformerDecoder


def as_trained(checkpoint: Path) -> "TransformerDecoder":
    """The model in float32."""
    from finetune.models import build, open_model

    return build(open_model(checkpoint).architecture, _weights(checkpoint)).eval()


def as_on_the_phone(checkpoint: Path, quantisation: Quantisation) -> "TransformerDecoder":
    """The model in float32, with weights rounded as the ``.pte`` stores them and activations as XNNPACK rounds them.

    The rounded weights do not depend on the order of rows, in which torchtune's layout and ExecuTorch's differ. The
    embedding and the output layer, one matrix in training, are two on the phone, each with a rounding of its own.
    """
    from finetune.models import build, open_model

    if quantisation.linear == "fp32":
        return as_trained(checkpoint)
    weights = _weights(checkpoint)
    architecture = open_model(checkpoint).architecture
    if architecture.tie_word_embeddings:
        weights["output.weight"] = weights["tok_embeddings.weight"]
    model = build(architecture.model_copy(update={"tie_word_embeddings": False}), weights).eval()
    del weights
    if quantisation.linear == "bf16":
        import torch

        return model.to(torch.bfloat16)
    _round(model, quantisation)
    return model


def _weights(checkpoint: Path) -> "dict[str, torch.Tensor]":
    """The weights in float32. They are converted one by one: both precisions of all of them would fill the memory."""
    from finetune.models import open_model, read_weights

    weights = read_weights(open_model(checkpoint))
    for name in list(weights):
        weights[name] = weights[name].float()
    return weights


def _round(model: "TransformerDecoder", quantisation: Quantisation) -> None:
    """Quantises the weights in place. torchao's layers round what they are given, too, and compute in float32."""
    import torch
    from torch import nn

    with quiet():
        from torchao.quantization import Int8DynamicActivationIntxWeightConfig, quantize_
        from torchao.quantization.granularity import PerAxis, PerGroup
        from torchao.quantization.quant_api import IntxWeightOnlyConfig

    scales = "hqq_scale_only" if quantisation.scales == "hqq" else "affine"
    linear = Int8DynamicActivationIntxWeightConfig(
        weight_dtype=torch.int4,  # type: ignore[attr-defined]
        weight_granularity=PerGroup(quantisation.group_size),
        intx_choose_qparams_algorithm=scales,
    )
    embedding = IntxWeightOnlyConfig(
        weight_dtype=torch.int8, granularity=PerAxis(0), intx_choose_qparams_algorithm=scales
    )
    for module in model.modules():
        if isinstance(module, nn.Linear):
            quantize_(module, linear)
            weight: Any = module.weight
            weight.scale = weight.scale.bfloat16().float()  # as XNNPACK stores them
        elif isinstance(module, nn.Embedding):
            quantize_(module, embedding, lambda one, _: isinstance(one, nn.Embedding))
