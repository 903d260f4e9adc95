"""torchtune 0.6.1 on torchao 0.18, and the only door through which torchtune is imported.

torchtune is no longer developed and torchao has moved on, so some names that torchtune imports are gone. Each patch
below says which line of torchtune needs it. Import torchtune's names from here, never from torchtune: an import that
comes before the patches fails, and an import sorter would put it there.
"""

import importlib
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from schemas.errors import MissingExtra

if TYPE_CHECKING:
    import torch


@contextmanager
def quiet_logging() -> Iterator[None]:
    """Holds back warnings that the libraries log while they are imported.

    torchao warns of GPU extensions that it could not load and torch of an enum that torchao registers: nothing that a
    user of this toolkit could mend.
    """
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        yield
    finally:
        logging.disable(before)


def _patch_torchao() -> None:
    """Puts back what torchtune 0.6.1 imports from torchao and torchao 0.18 no longer has there."""
    import torchao.dtypes
    import torchao.quantization
    from torchao.quantization.qat import api, fake_quantizer

    # torchtune.modules.common_utils, .peft.lora, .peft.dora and .low_precision: the module was moved.
    moved = importlib.import_module("torchao.quantization.quantize_.workflows.nf4.nf4_tensor")
    sys.modules["torchao.dtypes.nf4tensor"] = moved
    torchao.dtypes.nf4tensor = moved

    # torchtune.training.quantization imports these three at its top for quantizers that this toolkit does not use
    # (ExecuTorch quantises at export). They were removed; they stay unusable, under their names.
    for module, name in [
        (torchao.dtypes, "TensorCoreTiledLayout"),
        (torchao.quantization, "int4_weight_only"),
        (torchao.quantization, "int8_dynamic_activation_int4_weight"),
    ]:
        if not hasattr(module, name):
            setattr(module, name, _removed(name))

    # torchtune.modules.peft.lora.QATLoRALinear checks its configurations with isinstance against FakeQuantizeConfig
    # and builds FakeQuantizer from them: torchao renamed both, and its leftovers under the old names are an
    # abstract base and a deprecated class, which fail on a bare AssertionError.
    api.FakeQuantizeConfig = fake_quantizer.IntxFakeQuantizeConfig
    fake_quantizer.FakeQuantizer = fake_quantizer.IntxFakeQuantizer


def _removed(name: str) -> type:
    def __init__(self: object, *args: object, **kwargs: object) -> None:
        raise NotImplementedError(f"torchao 0.18 has no {name}")

    return type(name, (), {"__init__": __init__})


try:
    with quiet_logging():
        _patch_torchao()
        from torchtune.data import Message
        from torchtune.models.convert_weights import (
            hf_to_tune,
            meta_to_tune,
            tune_to_hf,
            tune_to_meta,
        )
        from torchtune.models.llama3 import Llama3Tokenizer
        from torchtune.models.llama3_2 import llama3_2, lora_llama3_2
        from torchtune.models.qwen2 import Qwen2Tokenizer, lora_qwen2, qwen2
        from torchtune.models.qwen2._convert_weights import qwen2_hf_to_tune, qwen2_tune_to_hf
        from torchtune.models.qwen2_5._tokenizer import QWEN2_5_SPECIAL_TOKENS
        from torchtune.modules import TransformerDecoder, local_kv_cache
        from torchtune.modules.peft import LoRALinear, QATLoRALinear, get_adapter_params, set_trainable_params
except ModuleNotFoundError as error:
    raise MissingExtra("Fine-tuning", "train") from error


def activation_quantiser() -> "torch.nn.Module":
    """Rounds each token's activations to 8 bits, asymmetric, and passes gradients straight through."""
    import torch
    from torchao.quantization.qat import IntxFakeQuantizeConfig, IntxFakeQuantizer

    quantiser: torch.nn.Module = IntxFakeQuantizer(IntxFakeQuantizeConfig(torch.int8, "per_token", is_symmetric=False))
    return quantiser


def rounded_weight(weight: "torch.Tensor", bits: int, group_size: int) -> "torch.Tensor":
    """``weight`` (rows, width) as it comes back from ``bits`` bits, symmetric, a scale for ``group_size`` of a row.

    By torchao's own functions, which ExecuTorch's export calls too.
    """
    import torch
    from torchao.quantization.quantize_.workflows import IntxUnpackedToInt8Tensor

    dtype = getattr(torch, f"int{bits}")
    rounded = IntxUnpackedToInt8Tensor.from_hp(weight.detach().float(), (1, group_size), dtype)
    dequantised: torch.Tensor = rounded.dequantize().to(weight.dtype)
    return dequantised


__all__ = [
    "QWEN2_5_SPECIAL_TOKENS",
    "Llama3Tokenizer",
    "LoRALinear",
    "Message",
    "QATLoRALinear",
    "Qwen2Tokenizer",
    "TransformerDecoder",
    "activation_quantiser",
    "get_adapter_params",
    "hf_to_tune",
    "llama3_2",
    "local_kv_cache",
    "lora_llama3_2",
    "lora_qwen2",
    "meta_to_tune",
    "quiet_logging",
    "qwen2",
    "qwen2_hf_to_tune",
    "qwen2_tune_to_hf",
    "rounded_weight",
    "set_trainable_params",
    "tune_to_hf",
    "tune_to_meta",
]
