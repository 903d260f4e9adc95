"""``curate finetune``."""

from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, Any

import typer
import yaml

from cli.output import Json, print_json, progress
from curation.progress import Advance
from curation.workspace import Workspace
from schemas.errors import UsageError


def register(app: typer.Typer) -> None:
    """Adds this command to the command line."""
    app.command()(finetune)


def finetune(
    context: typer.Context,
    model: Annotated[
        str, typer.Option(help="The folder of a Llama 3.2 model (Hugging Face layout), or `tiny`: random, for trying.")
    ],
    method: Annotated[str, typer.Option(help="`lora` (adapters) or `full` (all weights).")] = "lora",
    data: Annotated[Path | None, typer.Option(help="The training files; exports/torchtune if not given.")] = None,
    run: Annotated[str | None, typer.Option(help="The run's name; by method and content if not given.")] = None,
    settings: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="A setting, such as learning_rate=2e-4.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Fine-tune a model on the exported items and write the run to runs/.

    Example: `curate finetune --model tiny`, or `--model models/Llama-3.2-1B-Instruct --set epochs=3`. The settings are
    learning_rate, weight_decay, warmup_steps, batch_size, gradient_accumulation, epochs, max_steps,
    max_sequence_length, clip_gradient_norm, seed, device, lora.rank, lora.alpha, lora.dropout.
    """
    from finetune import finetune as train

    workspace = Workspace.find(context.obj)
    with ExitStack() as stack:
        bar: list[Advance] = []

        def on_step(step: int, total: int, loss: float) -> None:
            if not bar:  # how many steps there are is known with the first
                bar.append(stack.enter_context(progress(as_json)("fine-tuning", total)))
            bar[0](1)

        result = train(
            workspace,
            data=data or workspace.exports / "torchtune",
            method=method,  # type: ignore[arg-type]  # checked there, with a message that lists the methods
            model="tiny" if model == "tiny" else Path(model),
            run=run,
            config=_parsed(settings or []),
            on_step=on_step,
        )
    if as_json:
        print_json(result)
        return
    manifest = result.manifest
    validation = f", validation loss {manifest.validation_loss:.3f}" if manifest.validation_loss is not None else ""
    typer.echo(
        f"Run {manifest.run}: {manifest.steps} steps on {manifest.examples.trained_on} examples, "
        f"loss {manifest.first_loss:.3f} -> {manifest.last_loss:.3f}{validation}"
    )
    typer.echo(f"Written to {result.path}. Next: `curate deploy {manifest.run}`")


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
        place[last] = _value(value)
    return parsed


def _value(text: str) -> Any:
    """YAML reads 2e-4 as a word, which nobody means by it here."""
    try:
        return float(text) if "e" in text.lower() else yaml.safe_load(text)
    except (ValueError, yaml.YAMLError):
        return text
