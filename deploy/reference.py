"""The trained model in torchtune, as it was trained and with the phone's arithmetic: what a ``.pte`` has to equal.

Both are built from the run's files by torchtune alone, and share no conversion with the ``.pte``: a row of a matrix in
the wrong place shows.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from deploy.manifest import Quantisation
from deploy.quiet import quiet
from deploy.rounding import rounding_by_rows
from deploy.trained import Trained

if TYPE_CHECKING:
    import torch
    from torch import nn

    from finetune.compat import TransformerDecoder


def as_trained(trained: Trained) -> "TransformerDecoder":
    """The model without rounding; it computes in float32."""
    from finetune.models import build, open_model, read_weights

    if trained.adapter is not None:
        return _with_adapter(trained).eval()
    folder = open_model(trained.weights)
    weights = read_weights(folder)
    model = build(folder.architecture, weights, next(iter(weights.values())).dtype).eval()
    computing_in_float32(model)
    return model


def as_on_the_phone(trained: Trained, quantisation: Quantisation) -> "TransformerDecoder":
    """The model with weights rounded as the ``.pte`` stores them and activations as XNNPACK rounds them.

    The rounded weights do not depend on the order of rows, in which torchtune's layout and ExecuTorch's differ. The
    embedding and the output layer, one matrix in training, are two on the phone, each with a rounding of its own.

    Where the adapter is apart, this is the very model that was trained: ``finetune.qat`` rounds it.
    """
    import torch

    from finetune.models import build, open_model, read_weights

    if quantisation.linear == "fp32":
        return as_trained(trained)
    if trained.adapter is not None:
        from finetune.qat import quantise_base

        model = _with_adapter(trained)
        quantise_base(model, quantisation.group_size)
        return model.eval()
    folder = open_model(trained.weights)
    weights = read_weights(folder)
    if folder.architecture.tie_word_embeddings:
        weights["output.weight"] = weights["tok_embeddings.weight"]
    architecture = folder.architecture.model_copy(update={"tie_word_embeddings": False})
    stored = torch.bfloat16 if quantisation.linear == "bf16" else next(iter(weights.values())).dtype
    model = build(architecture, weights, stored).eval()
    if quantisation.linear == "8da4w":
        _round(model, quantisation)
    return model


def logits_of(model: Any, sequences: Sequence[Sequence[int]]) -> "list[torch.Tensor]":
    """Logits after each token of each of ``sequences``, which the model reads at once; (positions, vocabulary) each.

    Torchtune's models and ExecuTorch's, without a cache: what is filled up on the right is seen by nothing on its left.
    """
    import torch

    longest = max(map(len, sequences))
    logits = model(torch.tensor([[*ids, *[0] * (longest - len(ids))] for ids in sequences]))
    logits = logits[0] if isinstance(logits, tuple) else logits
    return [row[: len(ids)].float() for row, ids in zip(logits, sequences, strict=True)]


def _with_adapter(trained: Trained) -> "TransformerDecoder":
    """The base model in float32 with its adapter beside it."""
    from finetune.adapter import read_adapter
    from finetune.models import build, open_model, read_weights

    assert trained.adapter is not None
    folder = open_model(trained.weights)
    model = build(folder.architecture, read_weights(folder), lora=trained.lora)
    missing = model.load_state_dict(read_adapter(trained.adapter), strict=False)
    assert not missing.unexpected_keys, missing.unexpected_keys
    return model


def computing_in_float32(model: Any) -> None:
    """Makes a model compute in float32 while it keeps its weights as they are stored, which halves the memory.

    Each layer is in float32 for its turn. Both torchtune's models and ExecuTorch's have these parts.
    """
    model.tok_embeddings.float()  # torchtune's output layer may be tied to it
    for module in (*model.layers, model.norm, model.output):
        if hasattr(module, "parameters"):
            _in_float32_for_its_turn(module)


def _in_float32_for_its_turn(module: "nn.Module") -> None:
    parameters = list(module.parameters())
    stored: list[torch.Tensor] = []

    def to_float32(*_: object) -> None:
        stored[:] = [parameter.data for parameter in parameters]
        for parameter in parameters:
            parameter.data = parameter.data.float()

    def back(*_: object) -> None:  # what lies in a mapped file stays there
        for parameter, data in zip(parameters, stored, strict=True):
            parameter.data = data
        stored.clear()

    module.register_forward_pre_hook(to_float32)
    module.register_forward_hook(back)


def _round(model: "TransformerDecoder", quantisation: Quantisation) -> None:
    """Quantises the weights in place, in the precision that they are stored in, as ExecuTorch does.

    torchao's layers then round what they are given, too, and compute in float32.
    """
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
    with rounding_by_rows():
        quantize_(model, linear, lambda one, _: isinstance(one, nn.Linear))
        quantize_(model, embedding, lambda one, _: isinstance(one, nn.Embedding))
    model.float()
    for module in model.modules():
        if isinstance(module, nn.Linear):
            weight: Any = module.weight
            weight.scale = weight.scale.bfloat16().float()  # as XNNPACK stores them
