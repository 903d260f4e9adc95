"""``curate deploy`` and ``curate chat``."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.output import Json, print_json
from curation.workspace import Workspace
from schemas.errors import CurateError, UsageError

if TYPE_CHECKING:
    from deploy import Chat


def register(app: typer.Typer) -> None:
    """Adds these commands to the command line."""
    app.command()(deploy)
    app.command()(chat)


def deploy(
    context: typer.Context,
    run: Annotated[str, typer.Argument(help="A run in runs/.")],
    name: Annotated[str | None, typer.Option(help="The bundle's name; the run's if not given.")] = None,
    max_context: Annotated[int | None, typer.Option(help="Tokens of conversation and reply together.")] = None,
    as_json: Json = False,
) -> None:
    """Quantise a run, export it to ExecuTorch and bundle it for a phone in bundles/.

    Example: `curate deploy first --max-context 2048`. It takes some minutes for a model of a billion
    parameters. The bundle records how near the exported model comes to
    the trained one.
    """
    from deploy import deploy as bundle

    workspace = Workspace.find(context.obj)
    result = bundle(workspace, run, name=name, max_context=max_context, on_stage=_tell)
    if as_json:
        print_json(result)
        return
    typer.echo(f"Bundle {result.manifest.name}: model.pte of {result.model_bytes / 2**20:,.1f} MiB in {result.path}")
    typer.echo(f"Next: `curate chat {workspace.relative(result.path)}`")


def chat(
    context: typer.Context,
    bundle: Annotated[Path, typer.Argument(help="A bundle's folder, or the name of one in bundles/.")],
    message: Annotated[str | None, typer.Option("--message", "-m", help="Say this, print the reply and leave.")] = None,
    temperature: Annotated[float | None, typer.Option(min=0, help="0 for the same reply every time.")] = None,
    max_new_tokens: Annotated[int | None, typer.Option(min=1, help="The longest reply.")] = None,
    seed: Annotated[int | None, typer.Option(help="Makes a drawn reply repeatable.")] = None,
    as_json: Json = False,
) -> None:
    """Talk to a bundle as the phone would run it. Nothing leaves this machine, and nothing is written.

    Example: `curate chat first`, or `curate chat first -m "I cannot sleep."`. An empty line or Ctrl-D ends it.
    It is a program, not a counsellor: in a crisis call your local
    emergency number or crisis line.
    """
    from deploy import Chat

    folder = bundle if bundle.is_dir() else Workspace.find(context.obj).bundles / bundle
    conversation = Chat(folder)
    options = {"temperature": temperature, "max_new_tokens": max_new_tokens, "seed": seed}
    if message is not None:
        pieces = conversation.reply(message, **options)  # type: ignore[arg-type]
        if as_json:
            print_json({"reply": "".join(pieces)})
        else:
            _stream(pieces)
        return
    if as_json:
        raise UsageError("--json needs a message to answer", field="--json", mend="Give one with --message.")
    _talk(conversation, options)


def _tell(stage: str) -> None:
    if sys.stderr.isatty():
        typer.echo(f"{stage} ...", err=True)


def _talk(conversation: "Chat", options: dict[str, float | int | None]) -> None:
    while True:
        try:
            said = input("you> " if sys.stdin.isatty() else "")
        except (EOFError, KeyboardInterrupt):
            return
        if not said.strip():
            return
        try:
            _stream(conversation.reply(said, **options))  # type: ignore[arg-type]
        except KeyboardInterrupt:  # ends this reply, not the conversation
            typer.echo()
        except CurateError as error:  # a message that is too long, say; the conversation goes on
            typer.echo(f"curate: {error}", err=True)


def _stream(pieces: Iterator[str]) -> None:
    for piece in pieces:
        sys.stdout.write(piece)
        sys.stdout.flush()
    sys.stdout.write("\n")
