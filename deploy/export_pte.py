"""A checkpoint to a ``.pte``: the one place that knows ExecuTorch's export.

What is wrapped here stands under "examples" in ExecuTorch's wheel and may change with any version: the version is
pinned, and nothing else imports it.

The export runs in a process of its own, because ExecuTorch
  * prints, logs, warns and sets up the root logger, which a user must not meet,
  * takes about five times the model's size in memory, which this gives back,
  * decides on the *path* of the checkpoint ("8da4w" or "int8" anywhere in it) how to quantise: the process works in a
    folder of its own and names its files relative to it,
  * orders parts of the file by Python's string hashes: with a fixed hash seed the same weights give the same bytes.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from deploy.manifest import Quantisation
from schemas.errors import ConfigError, CurateError, MissingExtra

_PACKAGES = Path(__file__).resolve().parent.parent
_MISSING = "MISSING PACKAGE"
_REFUSED = "REFUSED: "


def export_pte(checkpoint: Path, output: Path, *, context: int, quantisation: Quantisation) -> None:
    """Quantises a model and writes it for the XNNPACK backend, with KV cache and fused attention.

    The method ``forward`` takes tokens (1, n), n < ``context``, and the position of the first (1,), and gives the
    logits after the last (1, vocabulary).

    Args:
        checkpoint: A Hugging Face folder.
        output: The ``.pte`` to write.
        context: Length of the KV cache, in tokens.
        quantisation: Of the weights.

    Raises:
        MissingExtra: If ExecuTorch is not installed.
        CurateError: If the model cannot be exported; the message names the log.
    """
    request = {
        "checkpoint": str(checkpoint.resolve()),
        "context": context,
        "quantisation": quantisation.model_dump(mode="json"),
    }
    with tempfile.TemporaryDirectory(dir=output.parent, prefix=".export-") as scratch:
        status, log = _run_in(Path(scratch), request)
        if status == 0:
            (Path(scratch) / "model.pte").replace(output)
            return
    last = log.strip().rsplit("\n", 1)[-1]
    if last == _MISSING:
        raise MissingExtra("Deployment", "deploy")
    if last.startswith(_REFUSED):
        raise CurateError(f"the model cannot be exported: {last.removeprefix(_REFUSED)}", file=checkpoint)
    handle, kept = tempfile.mkstemp(prefix="emocurate-export-", suffix=".log")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(log)
    raise CurateError(
        f"the export to ExecuTorch ended with status {status}: {last or 'no message'}",
        file=checkpoint,
        mend=f"The whole log is {kept}.",
    )


def _run_in(folder: Path, request: dict[str, object]) -> tuple[int, str]:
    """Exit status and log of an export that works in ``folder``."""
    path = os.pathsep.join(filter(None, [str(_PACKAGES), os.environ.get("PYTHONPATH")]))
    with (folder / "export.log").open("w+", encoding="utf-8", errors="replace") as log:
        outcome = subprocess.run(
            [sys.executable, "-m", "deploy.export_pte", json.dumps(request)],
            cwd=folder,
            env=os.environ | {"PYTHONHASHSEED": "0", "PYTHONPATH": path},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            check=False,
        )
        log.seek(0)
        return outcome.returncode, log.read()


def _export_here(checkpoint: Path, context: int, quantisation: Quantisation) -> None:
    """Exports ``checkpoint`` into ``model.pte`` in the current folder, noise and all."""
    from finetune.compat import tune_to_meta
    from finetune.models import open_model, read_weights

    model = open_model(checkpoint)
    shape = model.architecture
    if shape.hidden_size % quantisation.group_size or shape.intermediate_size % quantisation.group_size:
        raise ConfigError(f"the model's widths are no multiples of {quantisation.group_size}")  # it would skip layers

    import torch
    from executorch.examples.models.llama.export_llama_lib import export_llama
    from executorch.extension.llm.export.config.llm_config import LlmConfig, ModelType

    weights = tune_to_meta(read_weights(model))
    if shape.tie_word_embeddings:
        # Meta's layout has no tied weights; the two are quantised differently, so the file holds both anyway.
        weights["output.weight"] = weights["tok_embeddings.weight"]
    torch.save(weights, "consolidated.pth")
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
    Path("params.json").write_text(json.dumps(parameters), encoding="utf-8")

    config = LlmConfig()
    config.base.model_class = ModelType.llama3_2
    config.base.checkpoint = "consolidated.pth"
    config.base.params = "params.json"
    base = shape.vocab_size - 256
    config.base.metadata = json.dumps({"get_bos_id": base, "get_eos_ids": [base + 1, base + 8, base + 9]})
    config.model.use_kv_cache = True
    config.model.use_sdpa_with_kv_cache = True
    # Both lengths equal: ExecuTorch's runner for phones cuts a prompt longer than max_seq_length into pieces of
    # that length, but the exported method takes one token less.
    config.export.max_seq_length = context
    config.export.max_context_length = context
    config.export.output_name = "model.pte"
    config.quantization.qmode = quantisation.linear
    config.quantization.group_size = quantisation.group_size
    config.quantization.embedding_quantize = f"{quantisation.embedding_bits},0"
    config.quantization.use_hqq = quantisation.scales == "hqq"
    config.backend.xnnpack.enabled = True
    export_llama(config)


def _main(request: str) -> int:
    arguments = json.loads(request)
    try:
        _export_here(
            Path(arguments["checkpoint"]),
            arguments["context"],
            Quantisation.model_validate(arguments["quantisation"]),
        )
    except (ModuleNotFoundError, MissingExtra):
        print(_MISSING)
        return 1
    except CurateError as error:
        print(f"{_REFUSED}{error}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(_main(sys.argv[1]))
