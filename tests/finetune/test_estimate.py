"""What a run takes is known before it is begun."""

import pytest

from finetune.architecture import Architecture, RopeScaling
from finetune.config import MethodName, resolve_config
from finetune.estimate import count_parameters, memory_of

LLAMA_1B = Architecture(
    vocab_size=128_256,
    hidden_size=2048,
    intermediate_size=8192,
    num_hidden_layers=16,
    num_attention_heads=32,
    num_key_value_heads=8,
    max_position_embeddings=131_072,
    rope_scaling=RopeScaling(),
    torch_dtype="bfloat16",
)
LONGEST_PASS = 4 * 2048


def test_parameters_are_those_of_the_published_model() -> None:
    assert count_parameters(LLAMA_1B, resolve_config("full")) == (1_235_814_400, 1_235_814_400)
    every, learning = count_parameters(LLAMA_1B, resolve_config("lora"))
    assert every - learning == 1_235_814_400
    assert 0.03 < learning / every < 0.04


@pytest.mark.parametrize(("method", "gib"), [("full", 24), ("lora", 12), ("qat-lora", 12)])
def test_the_1b_shape_fits_the_gpu_it_is_meant_for(method: MethodName, gib: int) -> None:
    config = resolve_config(method, {"precision": "bf16", "activation_checkpointing": True})
    memory = memory_of(LLAMA_1B, config, LONGEST_PASS)
    assert memory.total < 0.9 * gib * 2**30
    kept = resolve_config(method, {"precision": "bf16", "activation_checkpointing": False})
    assert memory_of(LLAMA_1B, kept, LONGEST_PASS).activations > 5 * memory.activations
