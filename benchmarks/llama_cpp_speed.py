"""llama.cpp on the same shape; run by ``benchmarks.device`` in a Python that has llama-cpp-python and gguf.

python llama_cpp_speed.py make DIR                              # DIR/q4_0.gguf and DIR/q4_k_m.gguf, random weights
python llama_cpp_speed.py speed FILE fa|no-fa repack|no-repack  # figures as a line of JSON
"""

import ctypes
import json
import sys
import time
from pathlib import Path

import gguf
import llama_cpp
import numpy as np

LAYERS, WIDTH, INNER, HEADS, KV_HEADS, VOCABULARY = 16, 2048, 8192, 32, 8, 128256
THREADS = 2


def make(folder: Path) -> None:
    """Random weights in F16, quantised by llama.cpp itself."""
    plain = folder / "f16.gguf"
    writer = gguf.GGUFWriter(plain, "llama")
    writer.add_context_length(131072)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(LAYERS)
    writer.add_feed_forward_length(INNER)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(KV_HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_freq_base(500_000.0)
    writer.add_rope_dimension_count(WIDTH // HEADS)
    writer.add_vocab_size(VOCABULARY)
    writer.add_tokenizer_model("none")
    random = np.random.default_rng(0)

    def weight(name: str, *shape: int) -> None:
        values = random.standard_normal(shape, dtype=np.float32) * np.float32(0.02)
        writer.add_tensor(name, values.astype(np.float16))

    def ones(name: str) -> None:
        writer.add_tensor(name, np.ones(WIDTH, dtype=np.float32))

    weight("token_embd.weight", VOCABULARY, WIDTH)
    ones("output_norm.weight")
    for layer in range(LAYERS):
        at = f"blk.{layer}."
        ones(f"{at}attn_norm.weight")
        ones(f"{at}ffn_norm.weight")
        weight(f"{at}attn_q.weight", WIDTH, WIDTH)
        weight(f"{at}attn_k.weight", KV_HEADS * WIDTH // HEADS, WIDTH)
        weight(f"{at}attn_v.weight", KV_HEADS * WIDTH // HEADS, WIDTH)
        weight(f"{at}attn_output.weight", WIDTH, WIDTH)
        weight(f"{at}ffn_gate.weight", INNER, WIDTH)
        weight(f"{at}ffn_up.weight", INNER, WIDTH)
        weight(f"{at}ffn_down.weight", WIDTH, INNER)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    kinds = {"q4_0": llama_cpp.LLAMA_FTYPE_MOSTLY_Q4_0, "q4_k_m": llama_cpp.LLAMA_FTYPE_MOSTLY_Q4_K_M}
    for name, kind in kinds.items():
        options = llama_cpp.llama_model_quantize_default_params()
        options.ftype, options.nthread = kind, THREADS
        failed = llama_cpp.llama_model_quantize(
            str(plain).encode(), str(folder / f"{name}.gguf").encode(), ctypes.byref(options)
        )
        assert not failed, name
    plain.unlink()


def speed(file: Path, attention: bool, repack: bool) -> dict[str, float]:
    """Tokens a second, measured as those of ExecuTorch are."""
    llama_cpp.llama_backend_init()
    load = llama_cpp.llama_model_default_params()
    load.use_extra_bufts = repack
    begun = time.perf_counter()
    model = llama_cpp.llama_model_load_from_file(str(file).encode(), load)
    options = llama_cpp.llama_context_default_params()
    options.n_ctx = options.n_batch = options.n_ubatch = 2048
    options.n_threads = options.n_threads_batch = THREADS
    options.flash_attn_type = int(attention)
    context = llama_cpp.llama_init_from_model(model, options)
    figures = {"load, s": time.perf_counter() - begun}
    memory = llama_cpp.llama_get_memory(context)
    random = np.random.default_rng(0)

    def seconds(tokens: int, position: int) -> float:
        llama_cpp.llama_memory_seq_rm(memory, 0, position, -1)
        batch = llama_cpp.llama_batch_init(tokens, 0, 1)
        batch.n_tokens = tokens
        for i, token in enumerate(random.integers(0, VOCABULARY, tokens)):
            batch.token[i], batch.pos[i], batch.n_seq_id[i] = int(token), position + i, 1
            batch.seq_id[i][0], batch.logits[i] = 0, i == tokens - 1
        begun = time.perf_counter()
        failed = llama_cpp.llama_decode(context, batch)
        llama_cpp.llama_synchronize(context)
        taken = time.perf_counter() - begun
        llama_cpp.llama_batch_free(batch)
        assert not failed, failed
        return taken

    seconds(16, 0)
    for size in (128, 512):
        figures[f"prefill {size}"] = size / min(seconds(size, 0) for _ in range(3))
    for depth in (0, 128, 512):
        if depth:
            seconds(depth, 0)
        else:
            llama_cpp.llama_memory_seq_rm(memory, 0, 0, -1)
        figures[f"decode {depth}"] = 1 / min(seconds(1, depth + step) for step in range(24))
    return figures


if __name__ == "__main__":
    what, place, *rest = sys.argv[1:]
    if what == "make":
        make(Path(place))
        print("{}")
    else:
        print(json.dumps(speed(Path(place), rest[0] == "fa", rest[1] == "repack")))
