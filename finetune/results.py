"""What a run leaves when its last step is done: the model, the adapter, pictures and the trail."""

import json
import shutil
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

from curation.workspace import Workspace
from finetune import adapter, models
from finetune.checkpoint import STEPS
from finetune.job import Job
from finetune.manifest import MANIFEST, ExampleCounts, ExportInfo, Quantised, RunManifest, sha256s
from finetune.methods import METHODS, lora_options
from finetune.plan import reached
from finetune.plot import PLOT, plot_run
from finetune.qat import EMBEDDING_BITS
from finetune.samples import SAMPLES, write_samples
from finetune.train import Progress

CHECKPOINT = "checkpoint"
BASE = "base"
METRICS = "metrics.jsonl"
_VERSIONED = ("emocurate", "torch", "torchao", "torchtune", "safetensors")


class Outcome(NamedTuple):
    """What training gave.

    Args:
        learned: The parameters that learned, of the step that was taken; under torchtune's names.
        step: That step.
        progress: Where training ended.
        before: Replies to the fixed prompts before training.
        after: Likewise of the step that was taken.
        first_validation_loss: Before training.
        processes: How many trained together.
    """

    learned: models.Weights
    step: int
    progress: Progress
    before: list[str]
    after: list[str]
    first_validation_loss: float | None
    processes: int


def write_results(workspace: Workspace, run: str, job: Job, outcome: Outcome) -> RunManifest:
    """Completes ``runs/<run>/``; the manifest comes last, so whoever is killed before can do it again."""
    folder, settings = workspace.runs / run, job.settings
    for left_over in (CHECKPOINT, adapter.ADAPTER, BASE):
        shutil.rmtree(folder / left_over, ignore_errors=True)
    method, architecture = METHODS[job.method], job.base.architecture
    merged = method.merged(outcome.learned, models.read_weights(job.base), settings)
    models.save_model(folder / CHECKPOINT, architecture, merged, job.base.tokenizer_files)
    if method.has_adapter:
        options = lora_options(settings)
        adapter.save_adapter(folder / adapter.ADAPTER, outcome.learned, options, architecture, job.base_info.name)
    if settings.qat is not None:
        models.copy_model(job.base, folder / BASE)
    write_samples(folder / SAMPLES, outcome.before, outcome.after)
    metrics = [json.loads(line) for line in (folder / METRICS).read_text(encoding="utf-8").splitlines()]
    plot_run(folder / PLOT, metrics)
    at_step = {line["step"]: line for line in metrics}
    export = job.data.export
    manifest = RunManifest(
        run=run,
        fingerprint=job.fingerprint,
        method=job.method,
        base_model=job.base_info,
        export=ExportInfo(
            path=workspace.relative(job.data.path),
            fingerprint=export.fingerprint,
            build_id=export.build_id,
            ledger_head=export.ledger_head,
        ),
        system_prompt=job.data.system_prompt,
        examples=_write_examples(folder / "examples.jsonl", job, outcome.progress.step),
        lora=settings.lora,
        quantised=None
        if settings.qat is None
        else Quantised(group_size=settings.qat.group_size, embedding_bits=EMBEDDING_BITS),
        seed=settings.seed,
        processes=outcome.processes,
        steps=outcome.progress.step,
        tokens=outcome.progress.tokens,
        first_loss=metrics[0]["loss"],
        last_loss=metrics[-1]["loss"],
        best_step=outcome.step,
        first_validation_loss=outcome.first_validation_loss,
        validation_loss=at_step[outcome.step]["validation_loss"],
        seconds=round(outcome.progress.seconds, 1),
        versions={name: version(name) for name in _VERSIONED},
        files={path: digest for path, digest in sha256s(folder).items() if not path.startswith((f"{STEPS}/", "."))},
    )
    (folder / f".{MANIFEST}").write_text(manifest.model_dump_json(indent=2) + "\n", encoding="utf-8")
    (folder / f".{MANIFEST}").rename(folder / MANIFEST)
    return manifest


def _write_examples(file: Path, job: Job, steps: int) -> ExampleCounts:
    """Writes a line a conversation of the training split, and counts what became of them."""
    trainable = job.data.trainable
    used = {id(sample) for sample in reached(trainable, job.settings, steps)}
    with file.open("w", encoding="utf-8") as out:
        for sample in job.data.train:
            record = {
                "item_id": sample.item_id,
                "content_hash": sample.content_hash,
                "trained_on": id(sample) in used,
                "tokens": len(sample.ids),
                "tokens_cut": sample.tokens_cut,
            }
            out.write(json.dumps(record, ensure_ascii=False) + "\n")
    return ExampleCounts(
        train=len(job.data.train),
        trained_on=len(used),
        cut=sum(sample.tokens_cut > 0 and id(sample) in used for sample in trainable),
        too_long=len(job.data.train) - len(trainable),
        not_reached=len(trainable) - len(used),
        validation=len(job.data.validation),
    )
