"""The shape of a model, read from Hugging Face's ``config.json`` or Meta's ``params.json``, written as the former."""

import json
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from schemas.errors import CurateError

META_CONFIG = "params.json"

_UNSUPPORTED = "This toolkit trains Llama 3.2 text models (1B, 3B and smaller ones of the same shape) and Qwen 2.5."


class RopeScaling(BaseModel):
    """Llama 3.1's scaling of rotary frequencies, with the values of Llama 3.2.

    Only the factor may differ from them: torchtune and ExecuTorch both have the rest built in.
    """

    model_config = ConfigDict(frozen=True)

    rope_type: Literal["llama3"] = "llama3"
    factor: Literal[32] = 32
    low_freq_factor: Literal[1] = 1
    high_freq_factor: Literal[4] = 4
    original_max_position_embeddings: Literal[8192] = 8192


class Architecture(BaseModel):
    """What of ``config.json`` decides how the model is built; names are Hugging Face's."""

    model_config = ConfigDict(frozen=True)

    model_type: Literal["llama", "qwen2"] = "llama"
    hidden_act: Literal["silu"] = "silu"
    attention_bias: Literal[False] = False
    mlp_bias: Literal[False] = False
    vocab_size: int = Field(gt=256)
    hidden_size: int = Field(gt=0)
    intermediate_size: int = Field(gt=0)
    num_hidden_layers: int = Field(gt=0)
    num_attention_heads: int = Field(gt=0)
    num_key_value_heads: int = Field(gt=0)
    max_position_embeddings: int = Field(gt=0)
    rms_norm_eps: float = 1e-5
    rope_theta: float = 500_000.0
    rope_scaling: RopeScaling | None = None
    tie_word_embeddings: bool = True
    torch_dtype: Literal["float32", "bfloat16", "float16"] = "float32"

    @model_validator(mode="before")
    @classmethod
    def _old_names(cls, config: dict[str, Any]) -> dict[str, Any]:
        """Understands what transformers 5 writes: ``dtype``, and one ``rope_parameters`` for all about RoPE."""
        config = dict(config)
        if "dtype" in config:
            config.setdefault("torch_dtype", config["dtype"])
        if isinstance(config.get("rope_parameters"), dict):
            config.setdefault("rope_theta", config["rope_parameters"].get("rope_theta", 500_000.0))
            config.setdefault("rope_scaling", config["rope_parameters"])
        return config

    @model_validator(mode="after")
    def _heads_divide(self) -> "Architecture":
        if self.hidden_size % self.num_attention_heads or self.num_attention_heads % self.num_key_value_heads:
            raise ValueError("hidden_size must divide by the attention heads, and those by the key/value heads")
        if (self.rope_scaling is None) != (self.model_type == "qwen2"):
            raise ValueError("rope_scaling is that of Llama 3.2, and of no other model")
        return self

    @property
    def head_dim(self) -> int:
        """Width of an attention head."""
        return self.hidden_size // self.num_attention_heads


def read_architecture(folder: Path) -> Architecture:
    """Reads ``config.json`` in ``folder``.

    Raises:
        CurateError: If it is missing, not JSON, or of a model that is not of Llama 3.2's kind; names the key.
    """
    file = folder / "config.json"
    if not file.is_file() and (folder / META_CONFIG).is_file():
        return _metas(folder / META_CONFIG)
    if not file.is_file():
        raise CurateError(
            "the model's config.json is missing",
            file=file,
            mend="Give the folder of a Hugging Face model, as `hf download meta-llama/Llama-3.2-1B-Instruct "
            "--local-dir DIR` makes it, or `tiny` for the built-in random model.",
        )
    try:
        config = json.loads(file.read_text(encoding="utf-8"))
    except (ValueError, UnicodeDecodeError) as error:
        raise CurateError("not a JSON file", file=file, mend="Download the model again.") from error
    try:
        architecture = Architecture.model_validate(config)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        key = ".".join(str(part) for part in first["loc"]) or None
        raise CurateError(f"unsupported model: {first['msg']}", file=file, field=key, mend=_UNSUPPORTED) from error
    if config.get("head_dim") not in (None, architecture.head_dim):
        raise CurateError(
            "unsupported model: head_dim is not hidden_size / heads", file=file, field="head_dim", mend=_UNSUPPORTED
        )
    return architecture


def _metas(file: Path) -> Architecture:
    """Llama 3.2's shape as Meta writes it; what its file leaves out is the same for 1B and 3B."""
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
        hidden, multiple = found["dim"], found["multiple_of"]
        inner = int(found.get("ffn_dim_multiplier", 1.0) * int(8 * hidden / 3))
        return Architecture(
            vocab_size=found["vocab_size"],
            hidden_size=hidden,
            intermediate_size=multiple * -(-inner // multiple),
            num_hidden_layers=found["n_layers"],
            num_attention_heads=found["n_heads"],
            num_key_value_heads=found["n_kv_heads"],
            max_position_embeddings=131_072,
            rms_norm_eps=found["norm_eps"],
            rope_theta=found["rope_theta"],
            rope_scaling=RopeScaling(),
            torch_dtype="bfloat16",
        )
    except (ValueError, KeyError, TypeError) as error:  # pydantic's is a ValueError
        raise CurateError("not the params.json of a Llama 3.2 model", file=file, mend=_UNSUPPORTED) from error


def write_architecture(folder: Path, architecture: Architecture) -> None:
    """Writes ``config.json`` so that Hugging Face's libraries build the same model from it.

    Token ids of Llama come from the vocabulary: its last 256 are Llama 3's special tokens in their own order.
    """
    base = architecture.vocab_size - 256
    particular = {
        "llama": {
            "architectures": ["LlamaForCausalLM"],
            "bos_token_id": base,
            "eos_token_id": [base + 1, base + 8, base + 9],
        },
        "qwen2": {"architectures": ["Qwen2ForCausalLM"], "use_sliding_window": False},
    }[architecture.model_type]
    config = {
        **architecture.model_dump(mode="json", exclude_none=True),
        **particular,
        "head_dim": architecture.head_dim,
        "initializer_range": 0.02,
        "use_cache": True,
    }
    (folder / "config.json").write_text(json.dumps(config, indent=2, sort_keys=True) + "\n", encoding="utf-8")
