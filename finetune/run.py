"""A fine-tuning run from beginning to end: an export and a base model in, ``runs/<run>/`` out.

run.json               what the run was begun with, written first
config.yaml            method, and the configuration with every default filled in
metrics.jsonl          a line an optimiser step
steps/                 checkpoints, to go on from (``finetune.checkpoint``)
examples.jsonl         a line a conversation: its item, and whether it was trained on; no text
samples.jsonl          replies to fixed prompts before and after
metrics.svg            losses and learning rate over steps
checkpoint/            the fine-tuned model in Hugging Face's layout, adapters merged
adapter/               the adapter alone (``finetune.adapter``)
base/                  the base model as it was, where deployment needs it apart (qat-lora)
manifest.json          written last: a folder that has one is whole
"""

import fcntl
import json
import os
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from curation.workspace import Workspace, new_place, whole_folder
from finetune.config import FinetuneConfig, MethodName, resolve_config
from finetune.job import Job, ModelChoice, open_job
from finetune.manifest import BEGUN, MANIFEST, RunManifest, RunResult, is_unfinished
from schemas.errors import CurateError

if TYPE_CHECKING:
    import torch

    from finetune.devices import World
    from finetune.network import Network
    from finetune.train import Progress, StepMetrics

OnStep = Callable[["StepMetrics", int], None]
"""Called after each step with what it measured, and the number of steps."""


def finetune(
    workspace: Workspace,
    *,
    data: Path,
    method: MethodName = "lora",
    model: ModelChoice,
    run: str | None = None,
    config: Mapping[str, Any] | None = None,
    on_step: OnStep | None = None,
) -> RunResult:
    """Fine-tunes a model on an export and writes ``runs/<run>/``.

    On the CPU of one machine the same export, model and configuration give the same losses and the same weights,
    interrupted or not. Under ``torchrun`` every process calls this, and all work on the same run.

    Args:
        workspace: Where the run goes.
        data: An export in torchtune's format.
        method: ``full``, ``lora`` or ``qat-lora``.
        model: The folder of a Llama 3.2 or Qwen 2.5 model, or ``tiny`` for the built-in random one.
        run: The run's name; by default method and fingerprint.
        config: Keys of ``FinetuneConfig`` that shall differ from the method's published defaults.
        on_step: Progress; called in the first process.

    Raises:
        MissingExtra: If torch or torchtune is not installed.
        ConfigError: If a key of ``config`` or the run's name does not hold.
        CurateError: If the export or the model is incomplete or damaged, the run exists, the loss is no longer a
            number, or a checkpoint cannot be written. Checkpoints from before stay, and the run can go on from them.
    """
    settings = resolve_config(method, config)
    if run is not None and not (workspace.runs / run / BEGUN).is_file():
        new_place(workspace.runs, run, "run")
    with open_job(method, settings, model, data) as job, _world(settings) as world:
        run = run or f"{method}-{job.fingerprint[:8]}"
        if world.rank == 0:
            _begin(workspace, run, job, model)
        world.wait()
        return _train_to_the_end(workspace, run, job, world, on_step)


def resume(workspace: Workspace, run: str, *, on_step: OnStep | None = None) -> RunResult:
    """Goes on with a run that was interrupted, from its newest whole checkpoint, to where it would have ended.

    Raises:
        CurateError: If there is no such run, it has ended, or its export or model is no longer what it was.
    """
    folder = workspace.runs / run
    if not is_unfinished(folder):
        ended = (folder / MANIFEST).is_file()
        raise CurateError(
            "the run has ended already" if ended else f"there is no run '{run}'",
            file=workspace.relative(folder if ended else workspace.runs),
            mend="Only an interrupted run can go on.",
        )
    begun = json.loads((folder / BEGUN).read_text(encoding="utf-8"))
    model: ModelChoice = "tiny" if begun["model"] == "tiny" else workspace.root / begun["model"]
    settings = FinetuneConfig.model_validate(begun["config"])
    with open_job(begun["method"], settings, model, workspace.root / begun["data"]) as job, _world(settings) as world:
        if job.fingerprint != begun["fingerprint"]:
            raise CurateError(
                "the export or the model is no longer what the run was begun with",
                file=workspace.relative(folder),
                mend="Put it back, or begin another run.",
            )
        return _train_to_the_end(workspace, run, job, world, on_step)


def _world(settings: FinetuneConfig) -> "AbstractContextManager[World]":
    from finetune.devices import world

    return world(settings.device)


def _begin(workspace: Workspace, run: str, job: Job, model: ModelChoice) -> None:
    """Makes the run's folder, with all that :func:`resume` has to know."""
    if is_unfinished(workspace.runs / run):
        raise CurateError(
            "the run was begun and is not finished",
            file=workspace.relative(workspace.runs / run),
            mend=f"Go on with `curate finetune --resume {run}`, or give another name.",
        )
    new_place(workspace.runs, run, "run")
    config = job.settings.model_dump(mode="json")
    begun = {
        "method": job.method,
        "model": "tiny" if model == "tiny" else os.path.relpath(model, workspace.root),
        "data": os.path.relpath(job.data.path, workspace.root),
        "config": config,
        "fingerprint": job.fingerprint,
    }
    with whole_folder(workspace.runs / run) as out:
        (out / BEGUN).write_text(json.dumps(begun, indent=2) + "\n", encoding="utf-8")
        (out / "config.yaml").write_text(yaml.safe_dump({"method": job.method, **config}, sort_keys=False))


def _train_to_the_end(workspace: Workspace, run: str, job: Job, world: "World", on_step: OnStep | None) -> RunResult:
    """Trains from the newest checkpoint, or the beginning, and writes what the run leaves."""
    import torch

    from finetune import checkpoint
    from finetune.assemble import assemble
    from finetune.results import Outcome, write_results
    from finetune.samples import replies
    from finetune.train import Progress, evaluate, make_optimizer

    folder, settings, data = workspace.runs / run, job.settings, job.data
    with _alone(folder, world), torch.random.fork_rng(devices=[]):
        network = assemble(job.base, job.method, settings, world)
        optimizer = make_optimizer(network, settings)
        before = replies(network, job.chat, data.system_prompt)
        first = evaluate(network, data.validation, settings, job.chat.pad_id, world)
        step = world.from_first(checkpoint.newest(folder) if world.rank == 0 else None)
        progress = Progress() if step is None else checkpoint.restore(folder, step, network, optimizer)
        _train(folder, network, optimizer, progress, job, world, on_step)
        taken = progress.best_step or progress.step
        if taken != progress.step:
            checkpoint.restore(folder, taken, network, optimizer)
        after = replies(network, job.chat, data.system_prompt)
        if world.rank == 0:
            learned = checkpoint.read_weights(folder, taken)
            outcome = Outcome(learned, taken, progress, before, after, first, world.size)
            write_results(workspace, run, job, outcome)
        world.wait()
    return RunResult(path=folder, manifest=RunManifest.model_validate_json((folder / MANIFEST).read_bytes()))


def _train(
    folder: Path,
    network: "Network",
    optimizer: "torch.optim.AdamW",
    progress: "Progress",
    job: Job,
    world: "World",
    on_step: OnStep | None,
) -> None:
    """Takes the steps that are left; writes a line of metrics for each, and checkpoints.

    Before the first checkpoint there is nothing to go on from, so a run that fails by then leaves nothing.
    """
    from finetune import checkpoint
    from finetune.plan import count_steps
    from finetune.train import train

    samples, settings = job.data.trainable, job.settings
    total = count_steps(len(samples), settings)
    steps = train(
        network, optimizer, progress, samples, job.data.validation, settings, pad_id=job.chat.pad_id, world=world
    )
    try:
        with _metrics_log(folder, progress.step, world) as write:
            began, before = time.monotonic(), progress.seconds
            for metrics in steps:
                progress.seconds = before + time.monotonic() - began
                write(metrics)
                last = metrics.step == total or bool(settings.early_stop and progress.worse >= settings.early_stop)
                if last or progress.best_step == metrics.step or metrics.step % settings.checkpoint_every == 0:
                    checkpoint.save(folder, network, optimizer, progress, world)
                    if world.rank == 0:
                        checkpoint.prune(folder, settings.keep_checkpoints, progress.best_step)
                if on_step and world.rank == 0:
                    on_step(metrics, total)
    except BaseException:
        if world.rank == 0 and not checkpoint.saved_steps(folder):
            shutil.rmtree(folder)
        raise


@contextmanager
def _metrics_log(folder: Path, done: int, world: "World") -> "Iterator[Callable[[StepMetrics], None]]":
    """``metrics.jsonl``, with the lines of steps that are taken again left out."""
    from finetune.results import METRICS

    if world.rank != 0:
        yield lambda metrics: None
        return
    file = folder / METRICS
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)[:done] if file.is_file() else []
    file.with_name(f".{METRICS}").write_text("".join(lines), encoding="utf-8")
    file.with_name(f".{METRICS}").rename(file)
    with file.open("a", encoding="utf-8") as log:

        def write(metrics: "StepMetrics") -> None:
            log.write(json.dumps(metrics._asdict()) + "\n")
            log.flush()  # a long run can be watched

        yield write


@contextmanager
def _alone(folder: Path, world: "World") -> Iterator[None]:
    """Keeps a second process away from the run."""
    if world.rank != 0:
        yield
        return
    with (folder / BEGUN).open("rb") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise CurateError(
                "another process works on this run", file=folder, mend="Wait for it, or end it first."
            ) from error
        yield
