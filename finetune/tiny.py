"""A tiny random model of Llama 3.2's shape, to try and test everything that works on the real one.

It knows nothing and says nothing sensible. What it shares with Llama-3.2-1B-Instruct is the layout on disk, the tied
embeddings, grouped-query attention, scaled RoPE and the special tokens, so the code that loads it is the code that
loads the real one.
"""

from pathlib import Path

from finetune.architecture import Architecture, RopeScaling
from finetune.bpe import TINY_RANKS, TINY_TOKENIZER

# Widths are multiples of 32, the group size in which weights are quantised for the phone.
TINY_ARCHITECTURE = Architecture(
    vocab_size=TINY_RANKS + 256,
    hidden_size=128,
    intermediate_size=256,
    num_hidden_layers=2,
    num_attention_heads=4,
    num_key_value_heads=2,
    max_position_embeddings=4096,
    rope_scaling=RopeScaling(),
    tie_word_embeddings=True,
)


def make_tiny_model(folder: Path, seed: int = 0) -> None:
    """Writes a random two-layer model in Hugging Face's layout; the same seed gives the same bytes.

    Raises:
        MissingExtra: If the packages for training are not installed.
    """
    import finetune.compat  # noqa: F401  first, because it raises MissingExtra
    from finetune.models import random_weights, save_model

    save_model(folder, TINY_ARCHITECTURE, random_weights(TINY_ARCHITECTURE, seed), [TINY_TOKENIZER])
