"""``curate init``, ``presets`` and ``schema``: a workspace, and what can be said in it."""

from pathlib import Path
from typing import Annotated

import typer

from cli.output import Json, print_json, print_table


def register(app: typer.Typer) -> None:
    """Adds these commands to the command line."""
    app.command()(init)
    app.command()(presets)
    app.command()(schema)


def init(
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="The folder to make.")],
    example: Annotated[bool, typer.Option("--example", help="Fill it with the synthetic example.")] = False,
) -> None:
    """Make a workspace: a folder with a curate.yaml to fill in, or with the whole example.

    Example: `curate init demo --example`, then `curate -C demo build-dataset`.
    """
    from curation import init as make

    workspace = make(directory, example=example)
    typer.echo(f"Made {workspace.config_file}.")
    if not example:
        typer.echo("Put your files into sources/, say in curate.yaml what they are, and run `curate build-dataset`.")


def presets(as_json: Json = False) -> None:
    """List the presets: known corpora whose layout and licence need not be described."""
    from curation.sources import list_presets

    found = list_presets()
    if as_json:
        print_json([preset._asdict() for preset in found])
        return
    rows = [[preset.name, preset.entry["license"], preset.about] for preset in found]
    print_table("Presets", ["preset", "licence", "what it is for"], rows)


def schema(
    name: Annotated[str | None, typer.Argument(help="One of the names that `curate schema` lists.")] = None,
) -> None:
    """Print the JSON Schema of an item, a decision, curate.yaml or a manifest.

    Example: `curate schema qa-pair`; without a name it prints all of them.
    """
    from schemas import json_schemas
    from schemas.errors import UsageError

    known = json_schemas()
    if name is not None and name not in known:
        raise UsageError(f"there is no schema '{name}'", mend=f"The schemas are: {', '.join(known)}.")
    print_json(known[name] if name else known)
