"""The trained model as ONNX with int8 weights, and its tokenizer beside it."""

import tempfile
from pathlib import Path

import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from tokenizers import Tokenizer

from tools.ner_model.model import NameModel

INPUTS = ("pieces", "mask", "shapes", "known")


def export(model: NameModel, tokenizer: Tokenizer, folder: Path) -> None:
    """Writes ``model.onnx`` and ``tokenizer.json`` to ``folder``."""
    sample = tuple(torch.ones(2, 16, dtype=torch.long) for _ in INPUTS)
    axes = {name: {0: "batch", 1: "pieces"} for name in (*INPUTS, "logits")}
    with tempfile.TemporaryDirectory() as temporary:
        whole = Path(temporary) / "model.onnx"
        torch.onnx.export(
            model, sample, str(whole), input_names=list(INPUTS), output_names=["logits"], dynamic_axes=axes,
            opset_version=17, dynamo=False,
        )  # fmt: skip
        quantize_dynamic(whole, folder / "model.onnx", weight_type=QuantType.QInt8, per_channel=True)
    tokenizer.save(str(folder / "tokenizer.json"), pretty=False)
