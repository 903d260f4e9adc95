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

from schemas.errors import MissingExtra


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
        from torchtune.data import Message, padded_collate_sft
        from torchtune.models.convert_weights import hf_to_tune, tune_to_hf, tune_to_meta
        from torchtune.models.llama3 import Llama3Tokenizer
        from torchtune.models.llama3_1 import Llama3ScaledRoPE
        from torchtune.models.llama3_2 import llama3_2, lora_llama3_2
        from torchtune.modules import TransformerDecoder
        from torchtune.modules.loss import CEWithChunkedOutputLoss
        from torchtune.modules.peft import (
            LoRALinear,
            get_adapter_params,
            get_adapter_state_dict,
            get_merged_lora_ckpt,
            set_trainable_params,
        )
except ModuleNotFoundError as error:
    raise MissingExtra("Fine-tuning", "train") from error

__all__ = [
    "CEWithChunkedOutputLoss",
    "Llama3ScaledRoPE",
    "Llama3Tokenizer",
    "LoRALinear",
    "Message",
    "TransformerDecoder",
    "get_adapter_params",
    "get_adapter_state_dict",
    "get_merged_lora_ckpt",
    "hf_to_tune",
    "llama3_2",
    "lora_llama3_2",
    "padded_collate_sft",
    "quiet_logging",
    "set_trainable_params",
    "tune_to_hf",
    "tune_to_meta",
]
