"""Measures a model of Llama-3.2-1B's shape, with random weights, as the phone would run it, and llama.cpp beside it.

    python -m benchmarks.device --work DIR --tokenizer tokenizer.model                  # makes, exports, measures
    python -m benchmarks.device --work DIR --llama /path/to/python --rounds 3           # llama.cpp in the same rounds

``--llama`` names a Python that has llama-cpp-python and gguf. What was made in DIR (10 GB) is used again. Every figure
is the fastest of several in a process of its own; runtimes take turns in each round, and the medians over rounds are
printed. On a machine that does something else, only their ratios mean anything.
"""

import argparse
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

PREFILLS = (128, 512)
DEPTHS = (0, 128, 512)
STEPS = 24
CONTEXT = 2048
ROOT = Path(__file__).parent.parent
LLAMA_SETTINGS = [
    (quant, attention, repack)
    for quant in ("q4_0", "q4_k_m")
    for attention in ("fa", "no-fa")
    for repack in ("repack", "no-repack")
]

Figures = dict[str, float]


def make_checkpoint(folder: Path, tokenizer: Path) -> None:
    """Random weights of the shape, in bfloat16, as Llama's are before training."""
    import torch
    from safetensors.torch import save_file

    from finetune.architecture import Architecture, RopeScaling, write_architecture
    from finetune.models import _shapes_in_hugging_face_layout

    shape = Architecture(
        vocab_size=128256,
        hidden_size=2048,
        intermediate_size=8192,
        num_hidden_layers=16,
        num_attention_heads=32,
        num_key_value_heads=8,
        max_position_embeddings=131072,
        rope_scaling=RopeScaling(),
        torch_dtype="bfloat16",
    )
    folder.mkdir(parents=True, exist_ok=True)
    generator = torch.Generator().manual_seed(0)
    weights = {}
    for name, size in _shapes_in_hugging_face_layout(shape).items():
        made = torch.empty(size, dtype=torch.bfloat16)
        weights[name] = made.fill_(1) if len(size) == 1 else made.normal_(0, 0.02, generator=generator)
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    write_architecture(folder, shape)
    shutil.copyfile(tokenizer, folder / "tokenizer.model")


def export(checkpoint: Path, pte: Path) -> Figures:
    """Exports as ``curate deploy`` does, with the comparison in float32 before; what it cost."""
    from deploy.bundle import EAGER_PROMPTS
    from deploy.export_pte import export_pte
    from deploy.manifest import Quantisation
    from deploy.prompts import prompts
    from deploy.tokenizer import DeviceTokenizer
    from deploy.trained import Trained

    tokenizer = DeviceTokenizer(checkpoint / "tokenizer.model")
    asked = prompts(tokenizer, tokenizer.chat_format(None), CONTEXT)[:EAGER_PROMPTS]
    begun = time.monotonic()
    eager = export_pte(Trained(weights=checkpoint), pte, context=CONTEXT, quantisation=Quantisation(), prompts=asked)
    assert eager is not None
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return {
        "MiB of .pte": pte.stat().st_size / 2**20,
        "export, CPU s": used.ru_utime + used.ru_stime,
        "export, s": time.monotonic() - begun,
        "export, GB at most": used.ru_maxrss * 1024 / 1e9,
        "largest difference of a logit": eager.max_abs_logit_difference,
    }


def measure_pte(pte: Path) -> Figures:
    """Load, memory and speeds of a .pte in this process."""
    import torch

    from deploy.memory import resident
    from deploy.runtime import PteModel, load_runtime

    load_runtime()
    begun = time.perf_counter()
    model = PteModel(pte)
    figures: Figures = {"load, s": time.perf_counter() - begun}

    def seconds(tokens: int, position: int) -> float:
        inputs = (torch.randint(0, model.vocab_size, (1, tokens)), torch.tensor([position]))
        begun = time.perf_counter()
        model.execute(inputs)
        return time.perf_counter() - begun

    seconds(16, 0)
    for size in PREFILLS:
        figures[f"prefill {size}"] = size / min(seconds(size, 0) for _ in range(3))
    for depth in DEPTHS:
        figures[f"decode {depth}"] = 1 / min(seconds(1, depth + step) for step in range(STEPS))
    figures["process, MB"] = resident() / 1e6
    return figures


def in_process(command: list[str]) -> Figures:
    """The figures that another process prints as its last line."""
    done = subprocess.run(
        command, capture_output=True, text=True, check=True, cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)}
    )
    read: Figures = json.loads(done.stdout.strip().rsplit("\n", 1)[-1])
    return read


def rounds(work: Path, llama: str | None, times: int) -> dict[str, dict[str, list[float]]]:
    """All figures of all runtimes, those that take turns in each round."""
    script = str(Path(__file__).parent / "llama_cpp_speed.py")
    found: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for _ in range(times):
        runs = {"ExecuTorch": [sys.executable, "-m", "benchmarks.device", "--pte", str(work / "model.pte")]}
        if llama is not None:
            for quant, attention, repack in LLAMA_SETTINGS:
                command = [llama, script, "speed", str(work / f"{quant}.gguf"), attention, repack]
                runs[f"llama.cpp {quant} {attention} {repack}"] = command
        for name, command in runs.items():
            for figure, value in in_process(command).items():
                found[name][figure].append(value)
            print(name, {figure: round(values[-1], 1) for figure, values in found[name].items()}, file=sys.stderr)
    return found


def table(found: dict[str, dict[str, list[float]]]) -> str:
    """The medians as Markdown; of llama.cpp's settings also the best in each column."""
    columns = [*(f"prefill {size}" for size in PREFILLS), *(f"decode {depth}" for depth in DEPTHS)]
    rows: dict[str, list[float]] = {
        name: [statistics.median(figures[column]) for column in columns] for name, figures in found.items()
    }
    theirs = [row for name, row in rows.items() if name.startswith("llama.cpp")]
    if theirs:
        rows["llama.cpp, best of each"] = [max(column) for column in zip(*theirs, strict=True)]
        rows["ExecuTorch / that"] = [
            ours / best for ours, best in zip(rows["ExecuTorch"], rows["llama.cpp, best of each"], strict=True)
        ]
    lines = ["| tokens a second | " + " | ".join(columns) + " |", "|---" * (len(columns) + 1) + "|"]
    lines += [f"| {name} | " + " | ".join(f"{value:.2f}" for value in row) + " |" for name, row in rows.items()]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path)
    parser.add_argument("--tokenizer", type=Path, help="Llama 3's tokenizer.model, to make the checkpoint")
    parser.add_argument("--llama", help="a Python with llama-cpp-python and gguf")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--pte", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.pte:
        print(json.dumps(measure_pte(options.pte)))
        return
    checkpoint, pte = options.work / "checkpoint", options.work / "model.pte"
    if not (checkpoint / "tokenizer.model").is_file():
        make_checkpoint(checkpoint, options.tokenizer)
    if not pte.is_file():
        show(export(checkpoint, pte))
    if options.llama and not (options.work / "q4_k_m.gguf").is_file():
        in_process([options.llama, str(Path(__file__).parent / "llama_cpp_speed.py"), "make", str(options.work)])
    found = rounds(options.work, options.llama, options.rounds)
    show({name: statistics.median(found["ExecuTorch"][name]) for name in ("load, s", "process, MB")})
    print(table(found))


def show(figures: dict[str, Any]) -> None:
    for name, value in figures.items():
        print(f"{name}: {value:.4g}")


if __name__ == "__main__":
    main()
