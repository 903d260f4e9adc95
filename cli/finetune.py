"""``curate finetune``."""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
import yaml

from cli.output import Json, print_json, print_table
from curation.workspace import Workspace
from schemas.errors import UsageError

if TYPE_CHECKING:
    from finetune.estimate import Estimate
    from finetune.run import OnStep
    from finetune.train import StepMetrics


def register(app: typer.Typer) -> None:
    """Adds this command to the command line."""
    app.command()(finetune)


def finetune(
    context: typer.Context,
    model: Annotated[
        str | None,
        typer.Option(help="The folder of a Llama 3.2 or Qwen 2.5 model (Hugging Face's or Meta's), or `tiny`: random."),
    ] = None,
    method: Annotated[
        str, typer.Option(help="`full` (all weights), `lora` (adapters) or `qat-lora` (adapters of the 4-bit model).")
    ] = "lora",
    data: Annotated[Path | None, typer.Option(help="The training files; exports/torchtune if not given.")] = None,
    run: Annotated[str | None, typer.Option(help="The run's name; by method and content if not given.")] = None,
    settings: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="A setting, such as learning_rate=2e-4.")
    ] = None,
    resume: Annotated[
        str | None, typer.Option(metavar="RUN", help="Go on with a run that was interrupted; all else is known.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what the run would take, and train nothing.")] = False,
    as_json: Json = False,
) -> None:
    """Fine-tune a model on the exported items and write the run to runs/.

    Example: `curate finetune --model tiny`, or `--model models/Llama-3.2-1B-Instruct --method qat-lora --set epochs=3`.
    On several GPUs: `torchrun --nproc-per-node 4 --no-python curate finetune ... --set device=cuda`.

    Settings: learning_rate, weight_decay, warmup_steps, batch_size, gradient_accumulation, epochs, max_steps,
    max_sequence_length, long_conversations, packing, clip_gradient_norm, evaluate_every, early_stop,
    checkpoint_every, keep_checkpoints, precision, activation_checkpointing, compile, seed, device, lora.rank,
    lora.alpha, lora.dropout, lora.attention_modules, lora.mlp. docs/fine-tuning.md says what they mean.
    """
    import finetune as room

    workspace = Workspace.find(context.obj)
    if resume is not None:
        _refuse_others(context, resume)
        with _bar(as_json) as on_step:
            result = room.resume(workspace, resume, on_step=on_step)
    else:
        if model is None:
            raise UsageError("no model is given", field="--model", mend="Name a folder, or `tiny`.")
        what: dict[str, Any] = {
            "data": data or workspace.exports / "torchtune",
            "method": method,
            "model": "tiny" if model == "tiny" else Path(model),
            "config": _parsed(settings or []),
        }
        if dry_run:
            _print_estimate(room.estimate(**what), as_json)
            return
        with _bar(as_json) as on_step:
            result = room.finetune(workspace, run=run, on_step=on_step, **what)
    if os.environ.get("RANK", "0") != "0":  # one of several processes speaks
        return
    if as_json:
        print_json(result)
        return
    manifest = result.manifest
    validation = ""
    if manifest.validation_loss is not None:
        validation = f", validation loss {manifest.first_validation_loss:.3f} -> {manifest.validation_loss:.3f}"
        validation += f" (after step {manifest.best_step})" if manifest.best_step != manifest.steps else ""
    typer.echo(
        f"Run {manifest.run}: {manifest.steps} steps on {manifest.examples.trained_on} examples, "
        f"loss {manifest.first_loss:.3f} -> {manifest.last_loss:.3f}{validation}"
    )
    typer.echo(f"Written to {result.path}. Next: `curate deploy {manifest.run}`")


def _refuse_others(context: typer.Context, resume: str) -> None:
    """Raises :class:`UsageError` if ``--resume`` does not stand alone; what else was written would not be heeded."""
    sources = [context.get_parameter_source(name) for name in context.params if name not in ("resume", "as_json")]
    if any(source is not None and source.name == "COMMANDLINE" for source in sources):
        raise UsageError(
            "a run goes on as it was begun", field="--resume", mend=f"Write `curate finetune --resume {resume}` alone."
        )


@contextmanager
def _bar(quiet: bool) -> "Iterator[OnStep | None]":
    """A bar with loss, tokens a second and time left, on standard error; none where that is not a terminal."""
    if quiet or not sys.stderr.isatty() or os.environ.get("RANK", "0") != "0":
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("fine-tuning"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("loss {task.fields[loss]}  {task.fields[speed]} tokens/s"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as bars:
        task = bars.add_task("", total=None, loss="-", speed="-")
        last = [time.monotonic(), 0.0]

        def on_step(metrics: "StepMetrics", total: int) -> None:
            now = time.monotonic()
            speed = (metrics.tokens_read - last[1]) / max(now - last[0], 1e-9) if last[1] else 0.0
            last[:] = now, metrics.tokens_read
            shown = f"{speed:,.0f}" if speed else "-"
            bars.update(task, total=total, completed=metrics.step, loss=f"{metrics.loss:.3f}", speed=shown)

        yield on_step


def _print_estimate(found: "Estimate", as_json: bool) -> None:
    if as_json:
        print_json(found)
        return
    gib = {name: size / 2**30 for name, size in found.memory.model_dump().items()}
    parts = ", ".join(f"{name} {size:.2f}" for name, size in gib.items())
    rows: list[list[Any]] = [
        ["model", f"{found.model}: {found.parameters:,} parameters, {found.learning:,} learn, {found.precision}"],
        [
            "conversations",
            f"{found.conversations:,} to train on, {found.left_out:,} left out, {found.validation:,} to validate",
        ],
        ["steps", f"{found.steps:,} ({found.epochs:g} epochs)"],
        [
            "tokens",
            f"{found.tokens:,} read, {found.trained_tokens:,} learned; {found.longest_pass:,} in the largest pass",
        ],
        ["memory", f"about {found.memory_total / 2**30:.2f} GiB: {parts}"],
        ["time", f"about {_duration(found.seconds)} on one device like this one"],
    ]
    print_table(f"{found.method}, dry run: nothing was trained", ["", "what it takes"], rows)


def _duration(seconds: float) -> str:
    if seconds == float("inf") or seconds == 0:
        return "an unknown time"
    minutes = seconds / 60
    return f"{seconds:.0f} s" if minutes < 2 else f"{minutes:.0f} min" if minutes < 120 else f"{minutes / 60:.1f} h"


def _parsed(settings: list[str]) -> dict[str, Any]:
    """``a.b=1`` as ``{"a": {"b": 1}}``; values as YAML reads them."""
    parsed: dict[str, Any] = {}
    for setting in settings:
        path, equals, value = setting.partition("=")
        if not equals:
            raise UsageError(f"'{setting}' has no value", field="--set", mend="Write --set key=value.")
        *outer, last = path.split(".")
        place = parsed
        for name in outer:
            place = place.setdefault(name, {})
            if not isinstance(place, dict):
                raise UsageError(f"'{setting}' and another --set exclude each other", field="--set", mend="Give one.")
        place[last] = _value(value)
    return parsed


def _value(text: str) -> Any:
    """YAML reads 2e-4 as a word, which nobody means by it here."""
    try:
        value = yaml.safe_load(text)
    except yaml.YAMLError:
        return text
    try:
        return float(value) if isinstance(value, str) else value
    except ValueError:
        return value
