"""LoRA here, packed and filled up, beside torchtune's own recipe: tokens a second on the same conversations.

    python -m benchmarks.finetune EXPORT --model FOLDER [--batch-size 4 8 16] [--skip-recipe] [--conversations 64]
        [--rounds 2] [--rank 64] [--out FILE]

EXPORT is what `curate export` writes, FOLDER a Llama 3.2 model. Tokens are those of the conversations, filling not
counted, divided by the time of forward, backward and optimiser steps; loading, saving and a first pass, which warms up,
are left out. The rounds alternate and the best of each counts: other work on the machine can only slow one down. A step
has 32 conversations whatever the size of its passes. It runs with `--device cuda` too, which was not tried: no GPU was
at hand.
"""

import argparse
import logging
import runpy
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple

import torch

import finetune.compat  # noqa: F401  before the recipe: it needs the patches
from finetune.assemble import assemble
from finetune.batches import batches
from finetune.config import FinetuneConfig, resolve_config
from finetune.data import Sample, read_conversations, tokenise
from finetune.devices import World
from finetune.models import ModelFolder, open_model
from finetune.plan import count_steps, planned
from finetune.tokenizer import open_chat
from finetune.train import Progress, make_optimizer, train

STEP = 32
"""Conversations that an optimiser step learns from, as in the published recipe: 8 passes of 4."""
PACKED = "here, packed"


class Timing(NamedTuple):
    """What a run over the conversations took."""

    seconds: float
    cpu_seconds: float


class Clock:
    """Times a stretch of work, by the wall and by the processor."""

    def __enter__(self) -> "Clock":
        self._wall, self._cpu = time.perf_counter(), time.process_time()
        return self

    def __exit__(self, *error: object) -> None:
        self.timing = Timing(time.perf_counter() - self._wall, time.process_time() - self._cpu)


def ours(model: ModelFolder, samples: list[Sample], config: FinetuneConfig) -> Timing:
    """One epoch of this project's loop."""
    network = assemble(model, "lora", config, World(device=config.device))
    optimizer, pad_id = make_optimizer(network, config), open_chat(model).pad_id
    with Clock() as clock:
        for _ in train(network, optimizer, Progress(), samples, [], config, pad_id=pad_id):
            pass
    return clock.timing


def recipe(model: ModelFolder, lines: list[str], config: FinetuneConfig) -> Timing:
    """One epoch of ``lora_finetune_single_device``, as published for 1B but for shape, data, device and precision."""
    import torchtune
    from omegaconf import OmegaConf

    # The recipes are files to run, not a package to import.
    source = Path(torchtune.__file__).parents[1] / "recipes" / "lora_finetune_single_device.py"
    recipe_class = runpy.run_path(str(source))["LoRAFinetuneRecipeSingleDevice"]
    shape, lora = model.architecture, config.lora
    assert lora is not None
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data.jsonl"
        data.write_text("".join(lines), encoding="utf-8")
        settings = {
            "output_dir": folder,
            "model": {
                "_component_": "torchtune.models.llama3_2.lora_llama3_2",
                "lora_attn_modules": list(lora.attention_modules),
                "apply_lora_to_mlp": lora.mlp,
                "lora_rank": lora.rank,
                "lora_alpha": lora.alpha,
                "lora_dropout": lora.dropout,
                "vocab_size": shape.vocab_size,
                "num_layers": shape.num_hidden_layers,
                "num_heads": shape.num_attention_heads,
                "num_kv_heads": shape.num_key_value_heads,
                "embed_dim": shape.hidden_size,
                "intermediate_dim": shape.intermediate_size,
                "max_seq_len": shape.max_position_embeddings,
            },
            "tokenizer": {
                "_component_": "torchtune.models.llama3.llama3_tokenizer",
                "path": str(model.tokenizer_files[0]),
                "max_seq_len": None,
            },
            "checkpointer": {
                "_component_": "torchtune.training.FullModelHFCheckpointer",
                "checkpoint_dir": str(model.folder),
                "checkpoint_files": [file.name for file in model.weight_files],
                "recipe_checkpoint": None,
                "output_dir": folder,
                "model_type": "LLAMA3_2",
            },
            "dataset": {
                "_component_": "torchtune.datasets.chat_dataset",
                "source": "json",
                "data_files": str(data),
                "conversation_column": "messages",
                "conversation_style": "openai",
                "split": "train",
                "packed": False,
            },
            "optimizer": {
                "_component_": "torch.optim.AdamW",
                "fused": True,
                "weight_decay": config.weight_decay,
                "lr": config.learning_rate,
            },
            "lr_scheduler": {
                "_component_": "torchtune.training.lr_schedulers.get_cosine_schedule_with_warmup",
                "num_warmup_steps": 1,
            },
            "loss": {"_component_": "torchtune.modules.loss.CEWithChunkedOutputLoss"},
            "metric_logger": {"_component_": "torchtune.training.metric_logging.DiskLogger", "log_dir": folder},
            "batch_size": config.batch_size,
            "gradient_accumulation_steps": config.gradient_accumulation,
            "clip_grad_norm": config.clip_gradient_norm,
            "epochs": 1,
            "max_steps_per_epoch": None,
            "seed": 0,
            "shuffle": True,
            "resume_from_checkpoint": False,
            "save_adapter_weights_only": False,
            "compile": False,
            "device": config.device,
            "dtype": "bf16" if config.device == "cuda" else "fp32",
            "enable_activation_checkpointing": False,
            "enable_activation_offloading": False,
        }
        run = recipe_class(OmegaConf.create(settings))
        run.setup(OmegaConf.create(settings))
        run.save_checkpoint = lambda epoch: None
        with Clock() as clock:
            run.train()
        run.cleanup()
    return clock.timing


def filling(samples: list[Sample], config: FinetuneConfig) -> float:
    """Tokens of filled passes over tokens of the conversations: what packing can give at most, attention aside."""
    steps = [planned(number, samples, config) for number in range(1, count_steps(len(samples), config) + 1)]
    passes = [batch for step in steps for batch in batches(step.samples, config, pad_id=0)]
    return sum(batch.tokens.numel() for batch in passes) / sum(len(sample.ids) - 1 for sample in samples)


def main() -> None:
    """Parses, measures, prints a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("export", type=Path)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--conversations", type=int, default=64, help="at like distances from all of the export")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--rank", type=int, default=64, help="of the adapters; alpha is twice that")
    parser.add_argument(
        "--batch-size", type=int, nargs="+", default=[4], help="conversations of a filled pass; a step has 32 always"
    )
    parser.add_argument("--skip-recipe", action="store_true", help="measure only what packing gives")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    logging.disable(logging.WARNING)

    model = open_model(options.model)
    config = resolve_config(
        "lora",
        {
            "device": options.device,
            "activation_checkpointing": False,
            "lora": {"rank": options.rank, "alpha": 2 * options.rank},
        },
    )
    every = read_conversations(options.export, "train")
    conversations = every[:: max(1, len(every) // options.conversations)][: options.conversations]
    samples = tokenise(conversations, open_chat(model), config.max_sequence_length)
    lines = [conversation.model_dump_json() + "\n" for conversation in conversations]
    tokens = sum(len(sample.ids) for sample in samples)
    contestants: dict[str, Callable[[], Timing]] = {}
    fillings: dict[str, float] = {}
    for size in options.batch_size:
        accumulation = max(1, STEP // size)
        filled = config.model_copy(update={"packing": False, "batch_size": size, "gradient_accumulation": accumulation})
        if not options.skip_recipe:
            contestants[f"torchtune's recipe, passes of {size}"] = partial(recipe, model, lines, filled)
        contestants[f"here, filled up, passes of {size}"] = partial(ours, model, samples, filled)
        fillings |= dict.fromkeys([*contestants][len(fillings) :], filling(samples, filled))
    # Of at most 2,048 tokens: about as many as filled passes of 4 hold.
    packed = config.model_copy(update={"batch_size": 1, "gradient_accumulation": STEP})
    contestants[PACKED] = partial(ours, model, samples, packed)
    ours(model, samples[:2], packed)  # warms up
    timings: dict[str, list[Timing]] = {name: [] for name in contestants}
    for _ in range(options.rounds):
        for name, work in contestants.items():
            timings[name].append(work())
    table = [
        f"{len(samples)} conversations, {tokens:,} tokens; {options.device}, {torch.get_num_threads()} threads; "
        f"the best of {options.rounds} alternating rounds.",
        "",
        "| | tokens of passes | tokens a second | tokens a CPU second | packed is faster by |",
        "|---|---|---|---|---|",
    ]
    best = min(timing.cpu_seconds for timing in timings[PACKED])
    for name, measured in timings.items():
        seconds, cpu = (min(values) for values in zip(*measured, strict=True))
        table.append(
            f"| {name} | x{fillings.get(name, 1.0):.2f} | {tokens / seconds:,.0f} | {tokens / cpu:,.0f} "
            f"| x{cpu / best:.2f} |"
        )
    text = "\n".join(table) + "\n"
    print(text)
    if options.out:
        options.out.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
