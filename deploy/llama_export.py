"""The one place that knows ExecuTorch's export of Llama models; runs in a process of its own (``deploy.export_pte``).

    python -m deploy.llama_export      # in a folder with request.json; writes model.pte and eager.json there

What is wrapped here stands under "examples" in ExecuTorch's wheel and may change with any version: the version is
pinned, and nothing else imports it.

Before the long part, ExecuTorch's own model is run on the weights as they were converted, in float32, and compared with
torchtune's on the weights as they were trained: a wrong or stale conversion ends here.
"""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import BaseModel

from deploy.agreement import EAGER_LIMIT, EagerParity
from deploy.manifest import Quantisation
from deploy.rounding import rounding_by_rows
from deploy.trained import Trained
from schemas.errors import ConfigError, CurateError, MissingExtra

if TYPE_CHECKING:
    import torch
    from executorch.extension.llm.export.config.llm_config import LlmConfig

    from finetune.architecture import Architecture

REQUEST, PTE, EAGER = "request.json", "model.pte", "eager.json"
WEIGHTS, PARAMETERS = "consolidated.pth", "params.json"
MISSING, ERROR = "MISSING PACKAGE", "ERROR: "
FULL_LOGITS = "full_logits"
"""The method that an export has, beside its other constants, if it gives the logits of all positions."""
FULL_LOGITS_CALL = 256
"""Tokens that such an export takes in a call: room for their logits, 131 MB with Llama 3's vocabulary, is kept for all
of them."""

Prompts = list[list[int]]


class ExportRequest(BaseModel):
    """What is to be exported."""

    trained: Trained
    context: int
    quantisation: Quantisation
    full_logits: bool
    prompts: Prompts


def convert(trained: Trained, folder: Path) -> "Architecture":
    """Writes weights and shape into ``folder`` in Meta's layout, as ExecuTorch reads them; an adapter is in it."""
    import torch

    from finetune.compat import tune_to_meta
    from finetune.models import open_model, read_weights

    model = open_model(trained.weights)
    shape = model.architecture
    weights = tune_to_meta(read_weights(model))
    if trained.adapter is not None:  # was trained beside weights that were rounded from float32
        weights = {name: weight.float() for name, weight in weights.items()}
    if shape.tie_word_embeddings:
        # Meta's layout has no tied weights; the two are quantised differently, so the file holds both anyway.
        weights["output.weight"] = weights["tok_embeddings.weight"]
    torch.save(weights, folder / WEIGHTS)
    parameters = {
        "dim": shape.hidden_size,
        "n_layers": shape.num_hidden_layers,
        "n_heads": shape.num_attention_heads,
        "n_kv_heads": shape.num_key_value_heads,
        "vocab_size": shape.vocab_size,
        "hidden_dim": shape.intermediate_size,
        "norm_eps": shape.rms_norm_eps,
        "rope_theta": shape.rope_theta,
        "use_scaled_rope": True,  # with model class llama3_2: factor 32
    }
    (folder / PARAMETERS).write_text(json.dumps(parameters), encoding="utf-8")
    return shape


def configuration(trained: Trained, folder: Path) -> "LlmConfig":
    """ExecuTorch's configuration for what :func:`convert` wrote. Why the paths are relative: ``deploy.export_pte``."""
    from executorch.extension.llm.export.config.llm_config import LlmConfig, LoraConfig, ModelType

    config = LlmConfig()
    config.base.model_class = ModelType.llama3_2
    config.base.checkpoint = str(folder / WEIGHTS)
    config.base.params = str(folder / PARAMETERS)
    if trained.adapter is not None:
        config.base.lora_config = LoraConfig(
            adapter_checkpoint=str(trained.adapter / "meta.safetensors"),
            adapter_config=str(trained.adapter / "adapter_config.json"),
        )
    return config


def compare_eager(trained: Trained, folder: Path, prompts: Prompts) -> EagerParity:
    """ExecuTorch's model on what :func:`convert` wrote against torchtune's on the run's files, both in float32."""
    import torch

    from deploy.reference import as_trained, logits_of

    with torch.no_grad():
        model = as_trained(trained)
        expected = logits_of(model, prompts)
        del model  # before the other is loaded: one of a billion parameters takes 5 GB
        found = _eager_logits(trained, folder, prompts)
    differences = [float((left - right).abs().max()) for left, right in zip(expected, found, strict=True)]
    return EagerParity(positions=sum(map(len, prompts)), max_abs_logit_difference=max(differences))


def _eager_logits(trained: Trained, folder: Path, prompts: Prompts) -> "list[torch.Tensor]":
    """Logits of ExecuTorch's model in float32, each (positions, vocabulary)."""
    from executorch.examples.models.llama.model import Llama2Model

    from deploy.reference import computing_in_float32, logits_of

    config = configuration(trained, folder)
    config.debug.generate_full_logits = True
    config.export.max_seq_length = config.export.max_context_length = max(map(len, prompts))
    model = Llama2Model(config).get_eager_model().eval()
    computing_in_float32(model)
    return logits_of(model, prompts)


def export(shape: "Architecture", request: ExportRequest) -> None:
    """Quantises what :func:`convert` wrote in the current folder, and exports it into :data:`PTE`."""
    from executorch.examples.models.llama.export_llama_lib import export_llama
    from executorch.extension.llm.export.config.llm_config import DtypeOverride

    quantisation = request.quantisation
    config = configuration(request.trained, Path())
    base = shape.vocab_size - 256
    constants: dict[str, object] = {"get_bos_id": base, "get_eos_ids": [base + 1, base + 8, base + 9]}
    if request.full_logits:
        constants[FULL_LOGITS] = True
    config.base.metadata = json.dumps(constants)
    config.debug.generate_full_logits = request.full_logits
    config.model.use_kv_cache = True
    config.model.use_sdpa_with_kv_cache = True
    # Both lengths equal on a phone: ExecuTorch's runner there cuts a prompt longer than max_seq_length into pieces of
    # that length, but the exported method takes one token less.
    config.export.max_seq_length = min(request.context, FULL_LOGITS_CALL) if request.full_logits else request.context
    config.export.max_context_length = request.context
    config.export.output_name = PTE
    config.backend.xnnpack.enabled = True
    if quantisation.linear == "8da4w":
        config.quantization.qmode = quantisation.linear
        config.quantization.group_size = quantisation.group_size
        config.quantization.embedding_quantize = f"{quantisation.embedding_bits},0"
        config.quantization.use_hqq = quantisation.scales == "hqq"
    else:
        config.model.dtype_override = DtypeOverride(quantisation.linear)
        config.backend.xnnpack.extended_ops = True  # linear layers that are not quantised, too
    with rounding_by_rows():
        export_llama(config)


def _work(request: ExportRequest) -> None:
    trained, quantisation = request.trained, request.quantisation
    from finetune.models import open_model

    shape = open_model(trained.weights).architecture
    widths = (shape.hidden_size, shape.intermediate_size)
    if quantisation.linear == "8da4w" and any(width % quantisation.group_size for width in widths):
        raise ConfigError(f"the model's widths are no multiples of {quantisation.group_size}")  # it would skip layers
    convert(trained, Path())
    if request.prompts:
        eager = compare_eager(trained, Path(), request.prompts)
        Path(EAGER).write_text(eager.model_dump_json(), encoding="utf-8")
        if not eager.max_abs_logit_difference <= EAGER_LIMIT:
            return  # the gate says so; the minutes of an export are saved
    export(shape, request)


def main() -> int:
    request = ExportRequest.model_validate_json(Path(REQUEST).read_bytes())
    try:
        _work(request)
    except (ModuleNotFoundError, MissingExtra):
        print(MISSING)
        return 1
    except CurateError as error:
        print(f"{ERROR}{error}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
