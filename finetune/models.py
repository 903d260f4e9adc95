"""Models: from a folder of Hugging Face's or Meta's making into torchtune, and back in Hugging Face's layout.

A Hugging Face folder holds ``config.json``, ``model.safetensors`` (or shards with ``model.safetensors.index.json``)
and the tokenizer, as Llama-3.2-1B-Instruct comes from the Hub; Meta's holds ``params.json``, ``consolidated.00.pth``
and ``tokenizer.model``. Weights are held under torchtune's names.
"""

import hashlib
import json
import os
import pickle
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from finetune.architecture import META_CONFIG, Architecture, read_architecture, write_architecture
from finetune.compat import LoRALinear, TransformerDecoder, meta_to_tune
from finetune.config import LoraOptions
from finetune.families import family_of
from schemas.errors import CurateError

Weights = dict[str, torch.Tensor]

META_WEIGHTS = "consolidated.00.pth"
INDEX = "model.safetensors.index.json"
"""Which shard holds which tensor."""


class ModelFolder(NamedTuple):
    """A model on disk whose files are all there.

    Args:
        folder: The folder.
        architecture: From ``config.json`` or ``params.json``.
        weight_files: One file, or the shards.
        tokenizer_files: What its family asks for.
    """

    folder: Path
    architecture: Architecture
    weight_files: tuple[Path, ...]
    tokenizer_files: tuple[Path, ...]

    @property
    def is_metas(self) -> bool:
        """Whether it is in Meta's layout."""
        return self.weight_files[0].name == META_WEIGHTS

    @property
    def config_file(self) -> Path:
        """The file that the architecture was read from."""
        return self.folder / (META_CONFIG if self.is_metas else "config.json")

    def fingerprint(self) -> str:
        """SHA-256 over the contents of configuration, weights and tokenizer."""
        digest = hashlib.sha256()
        for file in (self.config_file, *self.weight_files, *self.tokenizer_files):
            with file.open("rb") as stream:
                digest.update(hashlib.file_digest(stream, "sha256").digest())
        return digest.hexdigest()


def open_model(folder: Path) -> ModelFolder:
    """Looks at a model without loading its weights.

    Raises:
        CurateError: If a file is missing or the model is not supported; says which, and how to get it.
    """
    architecture = read_architecture(folder)
    index = folder / INDEX
    single = folder / "model.safetensors"
    if not (folder / "config.json").is_file():
        weight_files: tuple[Path, ...] = (folder / META_WEIGHTS,)
    elif single.is_file() or not index.is_file():
        weight_files = (single,)
    else:
        weight_files = tuple(folder / shard for shard in _shards(index, architecture))
    tokenizer_files = tuple(_find(folder, name) for name in family_of(architecture).tokenizer_files)
    for file in (*weight_files, *tokenizer_files):
        if not file.is_file():
            raise CurateError(f"the model's {file.name} is missing", file=folder, mend=_mend(architecture))
    return ModelFolder(folder, architecture, weight_files, tokenizer_files)


def _shards(index: Path, architecture: Architecture) -> list[str]:
    try:
        return sorted(set(json.loads(index.read_text(encoding="utf-8"))["weight_map"].values()))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise CurateError("the list of the weights' files is damaged", file=index, mend=_mend(architecture)) from error


def _find(folder: Path, name: str) -> Path:
    """Meta's repositories on the Hub keep the tokenizer in a folder of its own."""
    inner = folder / "original" / name
    return inner if inner.is_file() and not (folder / name).is_file() else folder / name


def _mend(architecture: Architecture) -> str:
    name = {"llama": "meta-llama/Llama-3.2-1B-Instruct", "qwen2": "Qwen/Qwen2.5-0.5B-Instruct"}[architecture.model_type]
    return f"Download the model again: `hf download {name} --local-dir DIR`."


def read_weights(model: ModelFolder) -> Weights:
    """Reads the weights as they are stored, under torchtune's names and in its order of rotary pairs.

    Raises:
        CurateError: If a file is damaged, or its tensors are not those of the architecture.
    """
    stored: Weights = {}
    for file in model.weight_files:
        try:
            stored.update(_load(file))
        except (SafetensorError, RuntimeError, pickle.UnpicklingError, EOFError) as error:
            raise CurateError("the weights are damaged", file=file, mend=_mend(model.architecture)) from error
    if model.is_metas:
        stored.pop("rope.freqs", None)
    if model.architecture.tie_word_embeddings:
        stored.pop("output.weight" if model.is_metas else "lm_head.weight", None)  # some store the shared matrix twice
    expected = _shapes_in_hugging_face_layout(model.architecture)
    if model.is_metas:
        tuned = family_of(model.architecture).to_tune(
            {name: torch.empty(shape, device="meta") for name, shape in expected.items()}, **heads(model.architecture)
        )
        expected = {name: tuple(weight.shape) for name, weight in tuned.items()}
        stored = _from_meta(stored, model)
    for name in sorted(expected.keys() | stored.keys()):
        found = tuple(stored[name].shape) if name in stored else None
        if found != expected.get(name):
            raise CurateError(
                f"tensor {name} has shape {found}, {model.config_file.name} asks for {expected.get(name)}",
                file=model.folder,
                mend=_mend(model.architecture),
            )
    if model.is_metas:
        return dict(stored)
    converted: Weights = family_of(model.architecture).to_tune(stored, **heads(model.architecture))
    return converted


def _load(file: Path) -> Weights:
    if file.suffix == ".pth":
        loaded: Weights = torch.load(file, map_location="cpu", weights_only=True, mmap=True)
        return loaded
    read: Weights = load_file(file)
    return read


def _from_meta(stored: Weights, model: ModelFolder) -> Weights:
    try:
        converted: Weights = meta_to_tune(stored)
    except Exception as error:  # torchtune raises bare ones for a name that it does not know
        raise CurateError(
            "the file holds tensors of another model", file=model.weight_files[0], mend=_mend(model.architecture)
        ) from error
    return converted


def build(
    architecture: Architecture,
    weights: Weights,
    precision: torch.dtype = torch.float32,
    lora: LoraOptions | None = None,
) -> TransformerDecoder:
    """Builds torchtune's model in ``precision`` around ``weights``, with fresh adapters if ``lora`` is given.

    Adapters are in float32. They start as LoRA prescribes, A random (from torch's global generator) and B zero, so the
    model computes what the base computes.
    """
    with torch.device("meta"):  # a billion parameters are not initialised only to be overwritten
        model = family_of(architecture).build(architecture, lora)
    copied = {name: weight.to(precision, copy=True) for name, weight in weights.items()}  # away from the mapped file
    model.load_state_dict(copied, strict=False, assign=True)
    for module in model.modules():
        if isinstance(module, LoRALinear):
            for part in (module.lora_a, module.lora_b):
                part.to_empty(device="cpu")
            module.initialize_parameters()
        elif hasattr(module, "rope_init"):
            module.rope_init()  # on "meta" it skips its tables
    return model


def random_weights(architecture: Architecture, seed: int) -> Weights:
    """Weights drawn as Llama's are before training: normal with deviation 0.02, norms at one; torchtune's names."""
    generator = torch.Generator().manual_seed(seed)
    stored: Weights = {}
    for name, shape in _shapes_in_hugging_face_layout(architecture).items():
        stored[name] = torch.ones(shape) if len(shape) == 1 else 0.02 * torch.randn(shape, generator=generator)
    converted: Weights = family_of(architecture).to_tune(stored, **heads(architecture))
    return converted


def save_model(
    folder: Path, architecture: Architecture, weights: Mapping[str, torch.Tensor], tokenizer_files: Sequence[Path]
) -> None:
    """Writes a model folder in Hugging Face's layout.

    Args:
        folder: Made if it is not there.
        architecture: Its ``torch_dtype`` is what the weights are stored as.
        weights: Under torchtune's names.
        tokenizer_files: Copied, under the names that the family gives them.
    """
    folder.mkdir(parents=True, exist_ok=True)
    dtype = getattr(torch, architecture.torch_dtype)
    stored: Weights = family_of(architecture).to_hf(dict(weights), **heads(architecture))
    save_file(
        {name: weight.detach().to("cpu", dtype).contiguous() for name, weight in stored.items()},
        folder / "model.safetensors",
        metadata={"format": "pt"},
    )
    write_architecture(folder, architecture)
    for name, file in zip(family_of(architecture).tokenizer_files, tokenizer_files, strict=True):
        shutil.copyfile(file, folder / name)


def copy_model(model: ModelFolder, folder: Path) -> None:
    """Puts the files of a model into another folder; by links, which take no room, where the file system has them."""
    folder.mkdir(parents=True, exist_ok=True)
    index = model.folder / INDEX
    files = (model.config_file, *model.weight_files, *model.tokenizer_files)
    for file in (*files, index) if index.is_file() else files:
        try:
            os.link(file.resolve(), folder / file.name)
        except OSError:
            shutil.copyfile(file, folder / file.name)


def heads(architecture: Architecture) -> dict[str, int]:
    """What torchtune's conversions have to know of a model."""
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
        if architecture.model_type == "qwen2":
            shapes |= {
                f"{prefix}.self_attn.q_proj.bias": (hidden,),
                f"{prefix}.self_attn.k_proj.bias": (key_value,),
                f"{prefix}.self_attn.v_proj.bias": (key_value,),
            }
    return shapes
