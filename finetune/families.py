"""The families of models that can be trained, and in what they differ.

Llama 3.2 turns neighbouring values of a head against each other (rotary positions) in torchtune and in Meta's files,
and values half a head apart in Hugging Face's, so rows of q and k change places on the way. Qwen 2.5 keeps one order
everywhere.
"""

from collections.abc import Callable
from typing import NamedTuple

import torch

from finetune.architecture import Architecture
from finetune.compat import (
    TransformerDecoder,
    hf_to_tune,
    llama3_2,
    lora_llama3_2,
    lora_qwen2,
    qwen2,
    qwen2_hf_to_tune,
    qwen2_tune_to_hf,
    tune_to_hf,
)
from finetune.config import LoraOptions


class Family(NamedTuple):
    """What is particular to a family.

    Args:
        plain: torchtune's builder.
        with_lora: torchtune's builder with adapters.
        to_tune: Weights from Hugging Face's names and order.
        to_hf: And back.
        rows_to_hf: Rows of a matrix that makes queries or keys, in Hugging Face's order, given the number of heads.
        tokenizer_files: The files that a model's folder has to hold for its tokenizer.
    """

    plain: Callable[..., TransformerDecoder]
    with_lora: Callable[..., TransformerDecoder]
    to_tune: Callable[..., dict[str, torch.Tensor]]
    to_hf: Callable[..., dict[str, torch.Tensor]]
    rows_to_hf: Callable[[torch.Tensor, int], torch.Tensor]
    tokenizer_files: tuple[str, ...]

    def build(self, architecture: Architecture, lora: LoraOptions | None) -> TransformerDecoder:
        """A decoder of this shape, its weights as torchtune first sets them."""
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
            "tie_word_embeddings": architecture.tie_word_embeddings,
        }
        if architecture.rope_scaling is not None:
            shape["scale_factor"] = architecture.rope_scaling.factor
        if lora is None:
            return self.plain(**shape)
        return self.with_lora(
            lora_attn_modules=list(lora.attention_modules),
            apply_lora_to_mlp=lora.mlp,
            lora_rank=lora.rank,
            lora_alpha=lora.alpha,
            lora_dropout=lora.dropout,
            **shape,
        )


def _half_a_head_apart(rows: torch.Tensor, heads: int) -> torch.Tensor:
    """Rows (heads * width, n): of each head first those with even numbers, then those with odd ones."""
    width = rows.shape[0] // heads
    return rows.view(heads, width // 2, 2, -1).transpose(1, 2).reshape(rows.shape)


_FAMILIES = {
    "llama": Family(llama3_2, lora_llama3_2, hf_to_tune, tune_to_hf, _half_a_head_apart, ("tokenizer.model",)),
    "qwen2": Family(
        qwen2, lora_qwen2, qwen2_hf_to_tune, qwen2_tune_to_hf, lambda rows, heads: rows, ("vocab.json", "merges.txt")
    ),
}


def family_of(architecture: Architecture) -> Family:
    """The family of a model."""
    return _FAMILIES[architecture.model_type]
