"""``curate``: where the command line starts, and where every error becomes one line and an exit code."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from cli import (
    build,
    dedup,
    deploy,
    evaluate,
    export,
    finetune,
    generate,
    release,
    review,
    scrub,
    study,
    triage,
    workspace,
)
from cli.stopping import INTERRUPTED, TERMINATED, begin, listen, say_stopped
from schemas.errors import CurateError, UsageError, fault_told, of_system

app = typer.Typer(
    name="curate",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    help="""Turns raw counselling text into an on-device model, every training example of it signed off by a clinician.

    **The way through:** `init` makes a workspace, `build-dataset` cleans, deduplicates and scrubs its sources,
    `review` takes clinicians' decisions, `release` publishes what they approved, `export` writes it as training files,
    `finetune` trains on it, `evaluate` and `study` judge the model, `deploy` bundles it for a phone and `chat` talks to
    the bundle. `generate` makes a source from textbooks.

    **Exit codes:** 0 done, 1 failed, 2 wrong usage, 3 refused by a gate, 130 stopped by Ctrl-C, 143 stopped by SIGTERM.
    Ctrl-C ends a command in order; a second one ends it at once.""",
)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"curate {version('emocurate')}")
        raise typer.Exit


@app.callback()
def start(
    context: typer.Context,
    directory: Annotated[
        Path, typer.Option("-C", metavar="DIR", help="Work in this folder instead of the current one.")
    ] = Path(),
    _: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and leave.")
    ] = False,
) -> None:
    try:
        os.chdir(directory)
    except OSError as error:
        raise UsageError(f"cannot work there: {error.strerror}", file=directory, mend="Give -C a folder.") from None
    context.obj = Path()
    begin(context.invoked_subcommand or "")


for group in (workspace, generate, build, scrub, dedup, triage, export, release, finetune, evaluate, deploy):
    group.register(app)
app.add_typer(review.app, name="review")
app.add_typer(study.app, name="study")


def main() -> None:
    """Runs the command line. No traceback reaches the user unless ``CURATE_DEBUG`` is set."""
    listen()
    try:
        app()
    except SystemExit as leaving:
        if leaving.code in (INTERRUPTED, TERMINATED):
            say_stopped()
        raise
    except KeyboardInterrupt:  # came where the library of the command line does not see it
        say_stopped()
        sys.exit(INTERRUPTED)
    except CurateError as error:
        _say(str(error))
        sys.exit(error.exit_code)
    except Exception as error:
        if os.environ.get("CURATE_DEBUG"):
            raise
        _say(_fault(error))
        sys.exit(1)


def _fault(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return str(of_system(error))
    return f"a fault of the program: {fault_told(error)}. Set CURATE_DEBUG=1 to see all of it, and report it."


def _say(line: str) -> None:
    print(f"curate: {line}", file=sys.stderr)
