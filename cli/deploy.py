"""``curate helplines``, ``curate deploy`` and ``curate chat``."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple

import typer

from cli.output import Json, print_json
from cli.stopping import leave_interrupts_to_the_command
from curation.workspace import Workspace
from schemas.errors import CurateError

if TYPE_CHECKING:
    from deploy import Chat
    from deploy.bundle import OnStage
    from deploy.chat import Reply
    from deploy.export_pte import Elapsed
    from deploy.safety import Help


def register(app: typer.Typer) -> None:
    """Adds these commands to the command line."""
    app.command()(helplines)
    app.command()(deploy)
    app.command()(chat)


def helplines(
    context: typer.Context,
    country: Annotated[str, typer.Argument(help="Where the users are: an ISO 3166 code, such as US or GB.")],
    as_json: Json = False,
) -> None:
    """Write the crisis lines of a country to helplines.yaml, for you to check.

    Example: `curate helplines GB`. A bundle shows them to somebody in danger, so a person has to compare each with its
    source first and write the day beside it. `deploy` takes the lines that were checked within a year, and refuses
    (exit 3) without any.
    """
    from deploy.safety import write_helplines

    workspace = Workspace.find(context.obj)
    file = write_helplines(workspace, country.upper())
    if as_json:
        print_json({"file": workspace.relative(file)})
        return
    typer.echo(
        f"{workspace.relative(file)}: compare each line with its source, then write the day and your name in it."
    )


def deploy(
    context: typer.Context,
    run: Annotated[str, typer.Argument(help="A run in runs/.")],
    name: Annotated[str | None, typer.Option(help="The bundle's name; the run's if not given.")] = None,
    max_context: Annotated[int | None, typer.Option(help="Tokens of conversation and reply together.")] = None,
    weights: Annotated[
        Literal["8da4w", "bf16", "fp32"],
        typer.Option(help="How weights are stored: 8da4w for phones; bf16 or fp32 to compare with."),
    ] = "8da4w",
    full_logits: Annotated[
        bool,
        typer.Option(
            "--full-logits", help="Logits of all positions: for `evaluate`, which is faster with it; not for phones."
        ),
    ] = False,
    as_json: Json = False,
) -> None:
    """Quantise a run, export it to ExecuTorch and bundle it for a phone in bundles/.

    Example: `curate deploy first --max-context 2048`. It takes some ten minutes for a model of a billion parameters.
    Needs checked helplines (`curate helplines`). A bundle whose model is not the one that was trained, within rounding,
    is refused (exit 3); `parity.json` in it says how near it came.
    """
    from deploy import deploy as bundle

    workspace = Workspace.find(context.obj)
    with _stages(as_json) as shown:
        result = bundle(
            workspace,
            run,
            name=name,
            max_context=max_context,
            weights=weights,
            full_logits=full_logits,
            on_stage=shown.on_stage,
            on_time=shown.on_time,
        )
    if as_json:
        print_json(result)
        return
    decode = result.parity.decode
    typer.echo(f"Bundle {result.manifest.name}: model.pte of {result.model_bytes / 2**20:,.1f} MiB in {result.path}")
    typer.echo(
        f"Parity over {result.parity.prompts} prompts: same likeliest token in {decode.top1:.1%}, divergence "
        f"{decode.mean_kl:.2g} nats"
    )
    here = workspace.relative(result.path)
    if full_logits:
        typer.echo(f"For evaluation, not for a phone. Next: `curate evaluate runs/{run} {here} --data BENCHMARKS`")
    else:
        typer.echo(f"Next: `curate chat {here}`")


def chat(
    context: typer.Context,
    bundle: Annotated[Path, typer.Argument(help="A bundle's folder, or the name of one in bundles/.")],
    message: Annotated[str | None, typer.Option("--message", "-m", help="Say this, print the reply and leave.")] = None,
    temperature: Annotated[float | None, typer.Option(min=0, help="0 for the same reply every time.")] = None,
    max_new_tokens: Annotated[int | None, typer.Option(min=1, help="The longest reply.")] = None,
    seed: Annotated[int | None, typer.Option(help="Makes a drawn reply repeatable.")] = None,
    speed: Annotated[bool, typer.Option("--speed", help="Tell tokens a second after each reply.")] = False,
    as_json: Json = False,
) -> None:
    """Talk to a bundle as the phone would run it. Nothing leaves this machine, and nothing is written.

    Example: `curate chat first`, or `curate chat first -m "I cannot sleep."`. An empty line or Ctrl-D ends it, Ctrl-C
    the reply. `--json` prints a line of JSON a reply, to each line of standard input or to `-m`. It is a program, not a
    counsellor: in a crisis call your local emergency number or crisis line.
    """
    from deploy import Chat

    folder = bundle if bundle.is_dir() else Workspace.find(context.obj).bundles / bundle
    options = {"temperature": temperature, "max_new_tokens": max_new_tokens, "seed": seed}
    model = Chat(folder)
    until = model.safety.valid_until
    if until < date.today():  # an old line is shown all the same: it is more than none
        old = f"curate: the helplines of this bundle were good until {until} and may have changed."
        typer.echo(f"{old} Check them again (`curate helplines`) and deploy anew.", err=True)
    conversation = _Conversation(model, options, speed, as_json)
    if message is not None:
        error = conversation.say(message)
        if error is not None:
            raise error
        return
    leave_interrupts_to_the_command()
    conversation.go_on()


class _Conversation(NamedTuple):
    chat: "Chat"
    options: dict[str, Any]
    speed: bool
    as_json: bool

    def go_on(self) -> None:
        """Answers each line of standard input until an empty one."""
        while True:
            try:
                said = input("you> " if sys.stdin.isatty() else "")
            except (EOFError, KeyboardInterrupt):
                return
            if not said.strip():
                return
            try:
                error = self.say(said)
            except KeyboardInterrupt:  # ends this reply, not the conversation
                typer.echo()
                continue
            if error is not None and not self.as_json:  # a message that is too long, say; the conversation goes on
                typer.echo(f"curate: {error}", err=True)

    def say(self, message: str) -> CurateError | None:
        """Prints help, if somebody may be in danger, and then the model's reply. Returns what the model failed with."""
        reply = self.chat.reply(message, **self.options)
        error, said = None, []
        if reply.help is not None and not self.as_json:
            _show_help(reply.help)
        try:
            for piece in reply:
                said.append(piece)
                if not self.as_json:
                    sys.stdout.write(piece)
                    sys.stdout.flush()
        except CurateError as failed:
            error = failed
        except BaseException:
            if self.as_json:  # the helplines reach whoever reads this, whatever ended the reply
                broken = CurateError("the reply was broken off")
                typer.echo(json.dumps(_as_json("".join(said), reply, broken), ensure_ascii=False))
            raise
        if self.as_json:
            typer.echo(json.dumps(_as_json("".join(said), reply, error), ensure_ascii=False))
            return error
        sys.stdout.write("\n")
        if self.speed and reply.tokens_per_second is not None:
            typer.echo(
                f"[{reply.tokens} tokens, {reply.tokens_per_second:.1f} a second, the first after "
                f"{reply.first_seconds:.2f} s]",
                err=True,
            )
        return error


def _as_json(said: str, reply: "Reply", error: CurateError | None) -> dict[str, Any]:
    speed = reply.tokens_per_second
    return {
        "reply": said,
        "help": reply.help.model_dump(mode="json") if reply.help else None,
        "ended": reply.ended,
        "tokens": reply.tokens,
        "tokens_per_second": round(speed, 2) if speed is not None else None,
        "error": str(error) if error is not None else None,
    }


def _show_help(help_: "Help") -> None:
    from deploy.safety.layer import as_text

    for line in as_text(help_):
        typer.echo(f"! {line}")
    sys.stdout.flush()


class _Shown(NamedTuple):
    on_stage: "OnStage | None"
    on_time: "Elapsed | None"


@contextmanager
def _stages(quiet: bool) -> Iterator[_Shown]:
    """A bar a stage on standard error, against an estimate of its time; none where it is not a terminal."""
    if quiet or not sys.stderr.isatty():
        yield _Shown(None, None)
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), TextColumn("{task.fields[about]}"))
    with Progress(*columns, console=Console(stderr=True)) as bars:

        def on_stage(words: str, seconds: float) -> None:
            for task in bars.tasks:
                bars.update(task.id, completed=task.total)
            minutes = f"{seconds / 60:.0f} min" if seconds > 90 else f"{seconds:.0f} s"
            bars.add_task(words, total=seconds, about=f"of about {minutes}")

        def on_time(elapsed: float) -> None:
            task = bars.tasks[-1]
            bars.update(task.id, completed=min(elapsed, 0.98 * (task.total or 0)))

        yield _Shown(on_stage, on_time)
        for task in bars.tasks:
            bars.update(task.id, completed=task.total)
