"""The adapter as files of its own, ``adapter/`` in a run, under the names of Hugging Face's PEFT.

adapter_model.safetensors   rotary pairs in Hugging Face's order: for PEFT and transformers
adapter_config.json         rank, alpha, targets
meta.safetensors            the same names, rotary pairs in Meta's order: for ExecuTorch, which keeps that order
"""

import json
import re
from pathlib import Path

from safetensors.torch import save_file

from finetune.architecture import Architecture
from finetune.config import LoraOptions
from finetune.families import family_of
from finetune.models import Weights

ADAPTER = "adapter"
_PEFT = {"lora_a": "lora_A", "lora_b": "lora_B"}
_MODULES = {
    "attn.q_proj": "self_attn.q_proj",
    "attn.k_proj": "self_attn.k_proj",
    "attn.v_proj": "self_attn.v_proj",
    "attn.output_proj": "self_attn.o_proj",
    "mlp.w1": "mlp.gate_proj",
    "mlp.w2": "mlp.down_proj",
    "mlp.w3": "mlp.up_proj",
}


def save_adapter(
    folder: Path, learned: Weights, lora: LoraOptions, architecture: Architecture, base_model: str
) -> None:
    """Writes the adapter.

    Args:
        folder: Made if it is not there.
        learned: Under torchtune's names.
        lora: Its options.
        architecture: Of the base model.
        base_model: Its name.
    """
    folder.mkdir(parents=True, exist_ok=True)
    reorder = family_of(architecture).rows_to_hf
    as_meta, as_hf, targets = {}, {}, set()
    for name, weight in learned.items():
        layer, module, part = _parts(name)
        target = _MODULES[module]
        targets.add(target.split(".")[1])
        peft = f"base_model.model.model.layers.{layer}.{target}.{_PEFT[part]}.weight"
        as_meta[peft] = weight.float().contiguous()
        rows = {"attn.q_proj": architecture.num_attention_heads, "attn.k_proj": architecture.num_key_value_heads}
        turned = part == "lora_b" and module in rows
        as_hf[peft] = (reorder(as_meta[peft], rows[module]) if turned else as_meta[peft]).contiguous()
    save_file(as_hf, folder / "adapter_model.safetensors", {"format": "pt"})
    save_file(as_meta, folder / "meta.safetensors", {"format": "pt"})
    config = {
        "peft_type": "LORA",
        "task_type": "CAUSAL_LM",
        "base_model_name_or_path": base_model,
        "r": lora.rank,
        "lora_alpha": lora.alpha,
        "lora_dropout": lora.dropout,
        "target_modules": sorted(targets),
        "bias": "none",
        "inference_mode": True,
    }
    (folder / "adapter_config.json").write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")


def _parts(name: str) -> tuple[str, str, str]:
    """Layer, module and half of the adapter in ``layers.3.attn.q_proj.lora_a.weight``."""
    found = re.fullmatch(r"layers\.(\d+)\.(.+)\.(lora_[ab])\.weight", name)
    assert found is not None, name
    return found[1], found[2], found[3]
