"""A fine-tuning run from beginning to end: an export and a base model in, ``runs/<run>/`` out.

The folder appears whole or not at all:

    config.yaml            method, and the configuration with every default filled in
    metrics.jsonl          a line an optimiser step
    examples.jsonl         a line a conversation: its item, and whether it was trained on; no text
    checkpoint/            the fine-tuned model in Hugging Face's layout
    adapter.safetensors    the LoRA adapters alone, under torchtune's names
    manifest.json          written last
"""

import hashlib
import json
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import yaml

from curation.workspace import Workspace, canonical_json, new_place, whole_folder
from finetune.config import FinetuneConfig, MethodName, resolve_config
from finetune.manifest import (
    MANIFEST,
    BaseModelInfo,
    ExampleCounts,
    ExportInfo,
    RunManifest,
    RunResult,
    sha256s,
)
from schemas.errors import ConfigError, CurateError

if TYPE_CHECKING:
    from finetune.compat import Llama3Tokenizer
    from finetune.data import ExportManifest, Sample
    from finetune.models import ModelFolder, Weights
    from finetune.train import StepMetrics

_VERSIONED = ("emocurate", "torch", "torchao", "torchtune", "safetensors")


class TrainingData(NamedTuple):
    """An export, read and tokenised.

    Args:
        export: Its manifest.
        system_prompt: What most training conversations begin with.
        train: Every conversation of the training split.
        validation: Those of the validation split that have a token to predict.
    """

    export: "ExportManifest"
    system_prompt: str | None
    train: "list[Sample]"
    validation: "list[Sample]"


def finetune(
    workspace: Workspace,
    *,
    data: Path,
    method: MethodName = "lora",
    model: Path | Literal["tiny"],
    run: str | None = None,
    config: Mapping[str, Any] | None = None,
    on_step: Callable[[int, int, float], None] | None = None,
) -> RunResult:
    """Fine-tunes a Llama 3.2 model on an export and writes ``runs/<run>/``.

    On the CPU of one machine the same export, model and configuration give the same losses and the same weights.

    Args:
        workspace: Where the run goes.
        data: An export in torchtune's format.
        method: ``lora`` or ``full``.
        model: A Hugging Face folder of a Llama 3.2 model, or ``tiny`` for the built-in random one.
        run: The run's name; by default method and fingerprint.
        config: Keys of ``FinetuneConfig`` that shall differ from the method's published defaults.
        on_step: Called after each step with its number (from 1), the number of steps, and the loss.

    Raises:
        MissingExtra: If torch or torchtune is not installed.
        ConfigError: If a key of ``config`` or the run's name does not hold.
        CurateError: If the export or the model is incomplete or damaged, or the run exists.
    """
    settings = resolve_config(method, config)
    if run is not None:
        new_place(workspace.runs, run, "run")
    with _base_model(model) as base:
        from finetune.tokenizer import load_tokenizer

        tokenizer = load_tokenizer(base.tokenizer_file, base.architecture.vocab_size)
        length = min(settings.max_sequence_length, base.architecture.max_position_embeddings)
        examples = _read_data(data, tokenizer, length)
        base_info = BaseModelInfo(
            name="tiny" if model == "tiny" else base.folder.resolve().name, fingerprint=base.fingerprint()
        )
        fingerprint = _fingerprint(method, settings, base_info.fingerprint, examples.export.fingerprint)
        if run is None:
            run = f"{method}-{fingerprint[:8]}"
            new_place(workspace.runs, run, "run")
        with whole_folder(workspace.runs / run) as out:
            steps = _train_into(out, method, settings, base, examples, tokenizer.pad_id, on_step)
            (out / "config.yaml").write_text(
                yaml.safe_dump({"method": method, **settings.model_dump(mode="json")}, sort_keys=False)
            )
            manifest = RunManifest(
                run=run,
                fingerprint=fingerprint,
                method=method,
                base_model=base_info,
                export=ExportInfo(
                    path=workspace.relative(data),
                    fingerprint=examples.export.fingerprint,
                    build_id=examples.export.build_id,
                    ledger_head=examples.export.ledger_head,
                ),
                system_prompt=examples.system_prompt,
                examples=_write_examples(out / "examples.jsonl", examples, settings),
                seed=settings.seed,
                steps=len(steps),
                tokens=steps[-1].tokens,
                first_loss=steps[0].loss,
                last_loss=steps[-1].loss,
                validation_loss=steps[-1].validation_loss,
                versions={name: version(name) for name in _VERSIONED},
                files=sha256s(out),
            )
            (out / MANIFEST).write_text(manifest.model_dump_json(indent=2) + "\n", encoding="utf-8")
    return RunResult(path=workspace.runs / run, manifest=manifest)


@contextmanager
def _base_model(model: Path | Literal["tiny"]) -> "Iterator[ModelFolder]":
    import finetune.compat  # noqa: F401  first, because it raises MissingExtra
    from finetune.models import open_model
    from finetune.tiny import make_tiny_model

    if model != "tiny":
        yield open_model(Path(model))
        return
    with tempfile.TemporaryDirectory(prefix="emocurate-") as folder:
        make_tiny_model(Path(folder))
        yield open_model(Path(folder))


def _read_data(folder: Path, tokenizer: "Llama3Tokenizer", length: int) -> TrainingData:
    from finetune.data import common_system_prompt, read_conversations, read_manifest, tokenise

    export = read_manifest(folder)
    conversations = read_conversations(folder, "train")
    if not conversations:
        raise CurateError(
            "nothing to train on", file=folder / "train.jsonl", mend="Approve some items, export again, then fine-tune."
        )
    train = tokenise(conversations, tokenizer, length)
    if not any(sample.is_trainable for sample in train):
        raise ConfigError(
            f"no assistant's word lies within {length} tokens", field="max_sequence_length", mend="Raise it."
        )
    validation = tokenise(read_conversations(folder, "validation"), tokenizer, length)
    return TrainingData(
        export, common_system_prompt(conversations), train, [sample for sample in validation if sample.is_trainable]
    )


def _train_into(
    out: Path,
    method: MethodName,
    settings: FinetuneConfig,
    base: "ModelFolder",
    examples: TrainingData,
    pad_id: int,
    on_step: Callable[[int, int, float], None] | None,
) -> "list[StepMetrics]":
    """Trains, and writes metrics, checkpoint and adapters into ``out``."""
    import torch

    from finetune.methods import METHODS
    from finetune.models import read_weights, save_model
    from finetune.train import train

    if settings.device == "cuda" and not torch.cuda.is_available():
        raise ConfigError("torch finds no GPU", field="device", mend="Use device cpu.")
    recipe = METHODS[method]
    steps = []
    with torch.random.fork_rng(devices=[]), (out / "metrics.jsonl").open("w", encoding="utf-8") as log:
        torch.manual_seed(settings.seed)
        network = recipe.prepare(base.architecture, read_weights(base), settings)
        trainable = [sample for sample in examples.train if sample.is_trainable]
        for step in train(network, trainable, examples.validation, settings, pad_id=pad_id, on_step=on_step):
            steps.append(step)
            log.write(json.dumps(step._asdict()) + "\n")
            log.flush()  # a long run can be watched
    save_model(out / "checkpoint", base.architecture, recipe.merged(network, settings), base.tokenizer_file)
    adapter = recipe.adapter(network)
    if adapter is not None:
        _save_adapter(out / "adapter.safetensors", adapter, settings)
    return steps


def _save_adapter(file: Path, adapter: "Weights", settings: FinetuneConfig) -> None:
    from safetensors.torch import save_file

    described = {"layout": "torchtune", "lora": settings.lora.model_dump(mode="json") if settings.lora else None}
    # One entry: safetensors writes several in an order that differs from run to run.
    metadata = {"adapter": canonical_json(described)}
    save_file({name: weight.contiguous() for name, weight in adapter.items()}, file, metadata)


def _write_examples(file: Path, examples: TrainingData, settings: FinetuneConfig) -> ExampleCounts:
    """Writes a line a conversation of the training split, and counts what became of them."""
    from finetune.train import reached

    trainable = [sample for sample in examples.train if sample.is_trainable]
    used = {id(sample) for sample in reached(trainable, settings)}
    with file.open("w", encoding="utf-8") as out:
        for sample in examples.train:
            record = {
                "item_id": sample.item_id,
                "content_hash": sample.content_hash,
                "trained_on": id(sample) in used,
                "tokens": len(sample.ids),
                "tokens_cut": sample.tokens_cut,
            }
            out.write(json.dumps(record, ensure_ascii=False) + "\n")
    return ExampleCounts(
        train=len(examples.train),
        trained_on=len(used),
        cut=sum(sample.tokens_cut > 0 and id(sample) in used for sample in trainable),
        too_long=len(examples.train) - len(trainable),
        not_reached=len(trainable) - len(used),
        validation=len(examples.validation),
    )


def _fingerprint(method: str, settings: FinetuneConfig, base: str, export: str) -> str:
    identity = {"method": method, "config": settings.model_dump(mode="json"), "base_model": base, "export": export}
    return hashlib.sha256(canonical_json(identity).encode()).hexdigest()
