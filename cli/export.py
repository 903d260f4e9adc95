"""``curate export``."""

from typing import Annotated

import typer

from cli.output import Json, print_json
from curation.workspace import Workspace


def register(app: typer.Typer) -> None:
    """Adds this command to the command line."""
    app.command()(export)


def export(
    context: typer.Context,
    format: Annotated[str, typer.Option(help="The layout of the training files.")] = "torchtune",
    as_json: Json = False,
) -> None:
    """Write the approved items, and only these, as training files.

    Example: `curate export --format torchtune` writes exports/torchtune/ with a file for each part.
    """
    from exports import export as write

    workspace = Workspace.find(context.obj)
    result = write(workspace, format)
    if as_json:
        print_json(result)
        return
    parts = ", ".join(f"{count:,} {part}" for part, count in result.examples.items())
    typer.echo(f"Exported {parts} to {workspace.root / result.folder}")
    if result.left_out:
        rest = ", ".join(f"{count:,} {state}" for state, count in result.left_out.items())
        typer.echo(f"Not exported: {rest}.")
