"""``curate export``."""

from pathlib import Path
from typing import Annotated

import typer

from cli.output import Json, print_json
from curation.workspace import Workspace


def register(app: typer.Typer) -> None:
    """Adds this command to the command line."""
    app.command()(export)


def export(
    context: typer.Context,
    format: Annotated[
        str, typer.Option(help="The layout: torchtune, sharegpt, alpaca, openai or parquet.")
    ] = "torchtune",
    tokenizer: Annotated[
        Path | None, typer.Option(help="The model's tokenizer.model or tokenizer.json, to count tokens with.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Write the approved items, and only these, as training files.

    Example: `curate export --format sharegpt` writes exports/sharegpt/ with a file for each part, and items.csv, which
    tells which item each row comes from. What every conversation begins with is export.system_prompt and
    export.crisis_policy in curate.yaml.
    """
    from exports import export as write

    workspace = Workspace.find(context.obj)
    result = write(workspace, format, tokenizer=tokenizer)
    if as_json:
        print_json(result)
        return
    parts = ", ".join(f"{count:,} {part}" for part, count in result.examples.items())
    typer.echo(f"Exported {parts} to {workspace.root / result.folder}")
    for part, counted in (result.tokens or {}).items():
        typer.echo(f"{part}: {counted.tokens:,} tokens, the longest conversation {counted.longest:,}")
    if result.left_out:
        rest = ", ".join(f"{count:,} {state}" for state, count in result.left_out.items())
        typer.echo(f"Not exported: {rest}.")
