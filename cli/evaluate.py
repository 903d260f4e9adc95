"""``curate evaluate``."""

from pathlib import Path
from typing import Annotated

import typer

from cli.output import Json, print_json, print_table, progress
from curation.workspace import Workspace


def register(app: typer.Typer) -> None:
    """Adds this command to the command line."""
    app.command()(evaluate)


def evaluate(
    context: typer.Context,
    models: Annotated[
        list[str],
        typer.Argument(
            metavar="MODEL...", help="`tiny`, runs/NAME, bundles/NAME or a model's folder; the first is the reference."
        ),
    ],
    data: Annotated[
        Path | None, typer.Option(help="The benchmarks' data, laid out as on the Hugging Face Hub.")
    ] = None,
    benchmark: Annotated[
        list[str] | None, typer.Option(help="A benchmark or suite; again for more. [default: commonsense-9]")
    ] = None,
    export: Annotated[
        Path | None, typer.Option(help="An export in torchtune's format, whose test part is asked as well.")
    ] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Only the first of each, for trying.")] = None,
    name: Annotated[str | None, typer.Option(help="The evaluation's name; by its content if not given.")] = None,
    as_json: Json = False,
) -> None:
    """Ask models benchmarks and the approved test part, and compare them in one table.

    Example: `curate evaluate models/Llama-3.2-1B-Instruct runs/first bundles/first --data benchmarks --export
    exports/torchtune`. Nothing is downloaded: where data is missing, the message says what to put where. A killed
    evaluation goes on where it was when the command is given again.
    """
    from deploy.evaluation import evaluate as compare
    from finetune.evaluation.table import tables

    workspace = Workspace.find(context.obj)
    result = compare(
        workspace,
        models,
        data=data,
        benchmarks=benchmark or ["commonsense-9"],
        export=export,
        limit=limit,
        name=name,
        progress=progress(as_json),
    )
    if as_json:
        print_json(result)
        return
    for table in tables(result.evaluation):
        print_table(table.title, table.head, [list(row) for row in table.rows])
        typer.echo(table.note)
    typer.echo(f"Written to {result.path}; table.html opens in a browser.")
