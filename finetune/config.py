"""What a fine-tuning run can be told, and the published values that hold when it is told nothing."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, get_args

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from schemas.errors import ConfigError, UsageError

MethodName = Literal["full", "lora", "qat-lora"]

_CONFIGS = Path(__file__).parent / "configs"


class LoraOptions(BaseModel):
    """Low-rank adapters (Hu et al., "LoRA", ICLR 2022): each adapted weight becomes W + alpha / rank * B A."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rank: int = Field(ge=1)
    """Rows of A and columns of B: capacity and memory of an adapter."""
    alpha: float = Field(gt=0)
    """Scale of the adapters, by custom twice the rank."""
    dropout: float = Field(0.0, ge=0, lt=1)
    attention_modules: tuple[Literal["q_proj", "k_proj", "v_proj", "output_proj"], ...] = Field(min_length=1)
    """Which projections of each attention block are adapted."""
    mlp: bool = True
    """Whether the three matrices of each feed-forward block are adapted."""


class QatOptions(BaseModel):
    """Quantisation that the model is trained under: what the phone's runtime does to weights and activations."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    group_size: Literal[32] = 32
    """Weights that share a scale. Deployment quantises in groups of 32; training for another size would be in vain."""


class FinetuneConfig(BaseModel):
    """How a run trains."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    learning_rate: float = Field(gt=0)
    """Highest rate of AdamW, after warm-up; it then falls along half a cosine to zero."""
    weight_decay: float = Field(ge=0)
    warmup_steps: int = Field(ge=0)
    """Steps of linear warm-up; a short run warms up for a tenth of its steps at most."""
    batch_size: int = Field(ge=1)
    """Conversations in a forward pass on one device; with packing, as many as fit into the same number of tokens."""
    gradient_accumulation: int = Field(ge=1)
    """An optimiser step learns from batch_size x gradient_accumulation conversations, on however many devices."""
    epochs: int = Field(ge=1)
    max_steps: int | None = Field(None, ge=1)
    """Ends the run earlier, or later, than the epochs do."""
    max_sequence_length: int = Field(ge=8)
    """Tokens that a conversation may have."""
    long_conversations: Literal["refuse", "drop", "cut"] = "refuse"
    """What happens to those that have more: nothing is trained, they are left out, or their end is."""
    packing: bool = True
    """Whether conversations lie end to end in a forward pass; otherwise shorter ones are filled up. Same losses."""
    clip_gradient_norm: float = Field(gt=0)
    evaluate_every: int | None = Field(None, ge=1)
    """Steps between evaluations on the validation split; at the end of each epoch if not given."""
    early_stop: int | None = Field(None, ge=1)
    """Ends the run when so many evaluations in a row were no better than the best."""
    checkpoint_every: int = Field(100, ge=1)
    """Steps between checkpoints; one is also written at each best evaluation and after the last step."""
    keep_checkpoints: int = Field(2, ge=1)
    """How many of the newest are kept, beside the best."""
    precision: Literal["fp32", "bf16"] | None = None
    """Of weights that do not learn and of computation; bf16 on a GPU that has it, else fp32, if not given."""
    activation_checkpointing: bool | None = None
    """Computes activations twice to keep fewer of them; on a GPU, if not given."""
    compile: bool = False
    """Whether torch.compile compiles the layers."""
    seed: int = Field(0, ge=0, lt=2**31)
    """Of the adapters' first values, the order of conversations and dropout."""
    device: Literal["cpu", "cuda"] = "cpu"
    lora: LoraOptions | None = None
    qat: QatOptions | None = None


def resolve_config(method: MethodName, overrides: Mapping[str, Any] | None = None) -> FinetuneConfig:
    """The method's published defaults with ``overrides`` laid over them; ``lora`` is merged key by key.

    Raises:
        ConfigError: If the method is unknown, or a key or value does not hold; names the key.
    """
    if method not in get_args(MethodName):
        raise UsageError(
            f"there is no method '{method}'", field="method", mend=f"Choose one of {', '.join(get_args(MethodName))}."
        )
    values: dict[str, Any] = yaml.safe_load((_CONFIGS / f"{method}.yaml").read_text(encoding="utf-8"))
    for key, value in (overrides or {}).items():
        if key == "lora" and isinstance(value, Mapping) and isinstance(values.get("lora"), dict):
            value = values["lora"] | dict(value)
        values[key] = value
    try:
        config = FinetuneConfig.model_validate(values)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        key = ".".join(str(part) for part in first["loc"])
        if first["type"] != "extra_forbidden":
            raise ConfigError(first["msg"], field=key, mend="docs/fine-tuning.md explains the settings.") from error
        inner: dict[Any, type[BaseModel]] = {"lora": LoraOptions, "qat": QatOptions}
        known = inner.get(first["loc"][0], FinetuneConfig).model_fields
        mend = f"The keys {'beside it ' if len(first['loc']) > 1 else ''}are {', '.join(known)}."
        raise ConfigError("there is no such setting", field=key, mend=mend) from error
    if (config.lora is None) != (method == "full") or (config.qat is None) != (method != "qat-lora"):
        raise ConfigError(
            f"method '{method}' and these options do not go together",
            field="qat" if config.qat and method != "qat-lora" else "lora",
            mend="Use method lora for adapters, qat-lora for adapters of a quantised model.",
        )
    return config
