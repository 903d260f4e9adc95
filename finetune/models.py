"""Llama models: from a Hugging Face folder into torchtune and back.

A folder holds ``config.json``, ``model.safetensors`` (or shards with ``model.safetensors.index.json``) and
``tokenizer.model``, as Llama-3.2-1B-Instruct comes from the Hugging Face Hub. Weights are held under torchtune's names.
"""

import hashlib
import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from finetune.architecture import Architecture, read_architecture, write_architecture
from finetune.compat import (
    Llama3ScaledRoPE,
    LoRALinear,
    TransformerDecoder,
    hf_to_tune,
    llama3_2,
    lora_llama3_2,
    tune_to_hf,
)
from finetune.config import LoraOptions
from schemas.errors import CurateError

Weights = dict[str, torch.Tensor]

_MEND = "Download the model again: `hf download meta-llama/Llama-3.2-1B-Instruct --local-dir DIR`."


class ModelFolder(NamedTuple):
    """A model on disk whose files are all there.

    Args:
        folder: The folder.
        architecture: From ``config.json``.
        weight_files: One safetensors file, or the shards.
        tokenizer_file: ``tokenizer.model``.
    """

    folder: Path
    architecture: Architecture
    weight_files: tuple[Path, ...]
    tokenizer_file: Path

    def fingerprint(self) -> str:
        """SHA-256 over the contents of configuration, weights and tokenizer."""
        digest = hashlib.sha256()
        for file in (self.folder / "config.json", *self.weight_files, self.tokenizer_file):
            with file.open("rb") as stream:
                digest.update(hashlib.file_digest(stream, "sha256").digest())
        return digest.hexdigest()


def open_model(folder: Path) -> ModelFolder:
    """Looks at a model without loading its weights.

    Raises:
        CurateError: If a file is missing or the model is not supported; says which, and how to get it.
    """
    architecture = read_architecture(folder)
    index = folder / "model.safetensors.index.json"
    single = folder / "model.safetensors"
    if single.is_file() or not index.is_file():
        weight_files: tuple[Path, ...] = (single,)
    else:
        shards = json.loads(index.read_text(encoding="utf-8"))["weight_map"].values()
        weight_files = tuple(folder / shard for shard in sorted(set(shards)))
    tokenizer_file = folder / "tokenizer.model"
    if not tokenizer_file.is_file():
        tokenizer_file = folder / "original" / "tokenizer.model"  # where Meta's repositories on the Hub keep it
    for file in (*weight_files, tokenizer_file):
        if not file.is_file():
            raise CurateError(f"the model's {file.name} is missing", file=folder, mend=_MEND)
    return ModelFolder(folder, architecture, weight_files, tokenizer_file)


def read_weights(model: ModelFolder) -> Weights:
    """Reads the weights as they are stored, under torchtune's names and in its order of rotary pairs.

    Raises:
        CurateError: If a file is damaged, or its tensors are not those of the architecture.
    """
    stored: Weights = {}
    for file in model.weight_files:
        try:
            stored.update(load_file(file))
        except SafetensorError as error:
            raise CurateError("the weights are damaged", file=file, mend=_MEND) from error
    if model.architecture.tie_word_embeddings:
        stored.pop("lm_head.weight", None)  # some folders store the shared matrix twice
    expected = _shapes_in_hugging_face_layout(model.architecture)
    for name in sorted(expected.keys() | stored.keys()):
        found = tuple(stored[name].shape) if name in stored else None
        if found != expected.get(name):
            raise CurateError(
                f"tensor {name} has shape {found}, config.json asks for {expected.get(name)}",
                file=model.folder,
                mend=_MEND,
            )
    converted: Weights = hf_to_tune(stored, **_heads(model.architecture))
    return converted


def build(architecture: Architecture, weights: Weights, lora: LoraOptions | None = None) -> TransformerDecoder:
    """Builds torchtune's model in float32 around ``weights``, with fresh adapters if ``lora`` is given.

    Adapters start as LoRA prescribes, A random (from torch's global generator) and B zero, so the model computes what
    the base computes.
    """
    shape = {
        "vocab_size": architecture.vocab_size,
        "num_layers": architecture.num_hidden_layers,
        "num_heads": architecture.num_attention_heads,
        "num_kv_heads": architecture.num_key_value_heads,
        "embed_dim": architecture.hidden_size,
        "max_seq_len": architecture.max_position_embeddings,
        "intermediate_dim": architecture.intermediate_size,
        "norm_eps": architecture.rms_norm_eps,
        "rope_base": architecture.rope_theta,
        "scale_factor": architecture.rope_scaling.factor,
        "tie_word_embeddings": architecture.tie_word_embeddings,
    }
    with torch.device("meta"):  # a billion parameters are not initialised only to be overwritten
        if lora is None:
            model = llama3_2(**shape)
        else:
            model = lora_llama3_2(
                lora_attn_modules=list(lora.attention_modules),
                apply_lora_to_mlp=lora.mlp,
                lora_rank=lora.rank,
                lora_alpha=lora.alpha,
                lora_dropout=lora.dropout,
                **shape,
            )
    model.load_state_dict({name: weight.float() for name, weight in weights.items()}, strict=False, assign=True)
    for module in model.modules():
        if isinstance(module, LoRALinear):
            module.to_empty(device="cpu")
            module.initialize_parameters()
        elif isinstance(module, Llama3ScaledRoPE):
            module.rope_init()  # on "meta" it skips its tables
    return model


def random_weights(architecture: Architecture, seed: int) -> Weights:
    """Weights drawn as Llama's are before training: normal with deviation 0.02, norms at one; torchtune's names."""
    generator = torch.Generator().manual_seed(seed)
    stored: Weights = {}
    for name, shape in _shapes_in_hugging_face_layout(architecture).items():
        stored[name] = torch.ones(shape) if len(shape) == 1 else 0.02 * torch.randn(shape, generator=generator)
    converted: Weights = hf_to_tune(stored, **_heads(architecture))
    return converted


def save_model(folder: Path, architecture: Architecture, weights: Mapping[str, torch.Tensor], tokenizer: Path) -> None:
    """Writes a model folder in Hugging Face's layout.

    Args:
        folder: Made if it is not there.
        architecture: Its ``torch_dtype`` is what the weights are stored as.
        weights: Under torchtune's names.
        tokenizer: The ``tokenizer.model`` to copy.
    """
    folder.mkdir(parents=True, exist_ok=True)
    dtype = getattr(torch, architecture.torch_dtype)
    stored: Weights = tune_to_hf(dict(weights), **_heads(architecture))
    save_file(
        {name: weight.detach().to("cpu", dtype).contiguous() for name, weight in stored.items()},
        folder / "model.safetensors",
        metadata={"format": "pt"},
    )
    write_architecture(folder, architecture)
    shutil.copyfile(tokenizer, folder / "tokenizer.model")


def _heads(architecture: Architecture) -> dict[str, int]:
    return {
        "num_heads": architecture.num_attention_heads,
        "num_kv_heads": architecture.num_key_value_heads,
        "dim": architecture.hidden_size,
        "head_dim": architecture.head_dim,
    }


def _shapes_in_hugging_face_layout(architecture: Architecture) -> dict[str, tuple[int, ...]]:
    hidden, inner = architecture.hidden_size, architecture.intermediate_size
    key_value = architecture.num_key_value_heads * architecture.head_dim
    shapes: dict[str, tuple[int, ...]] = {
        "model.embed_tokens.weight": (architecture.vocab_size, hidden),
        "model.norm.weight": (hidden,),
    }
    if not architecture.tie_word_embeddings:
        shapes["lm_head.weight"] = (architecture.vocab_size, hidden)
    for layer in range(architecture.num_hidden_layers):
        prefix = f"model.layers.{layer}"
        shapes |= {
            f"{prefix}.self_attn.q_proj.weight": (hidden, hidden),
            f"{prefix}.self_attn.k_proj.weight": (key_value, hidden),
            f"{prefix}.self_attn.v_proj.weight": (key_value, hidden),
            f"{prefix}.self_attn.o_proj.weight": (hidden, hidden),
            f"{prefix}.mlp.gate_proj.weight": (inner, hidden),
            f"{prefix}.mlp.up_proj.weight": (inner, hidden),
            f"{prefix}.mlp.down_proj.weight": (hidden, inner),
            f"{prefix}.input_layernorm.weight": (hidden,),
            f"{prefix}.post_attention_layernorm.weight": (hidden,),
        }
    return shapes
