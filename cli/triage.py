"""``curate triage``."""

from pathlib import Path
from typing import Annotated

import typer

from cli.output import Json, print_json, print_table, progress


def register(app: typer.Typer) -> None:
    """Adds this command to the command line."""
    app.command()(triage)


def triage(
    context: typer.Context,
    source: Annotated[
        Path, typer.Argument(metavar="IN", readable=False, help="Texts: .jsonl, .csv or .parquet with id and text.")
    ],
    target: Annotated[Path, typer.Argument(metavar="OUT", help="The verdicts: .jsonl, .csv or .parquet.")],
    rules_only: Annotated[
        bool, typer.Option("--rules-only", help="Without the trained model: some 50 times as fast, and misses more.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Recognise risk in texts, for the order in which people read them.

    Writes id, level, history and evidence for every text. Phrases recognise it, and a small model beside them: its
    evidence has the rule `level/model`. It never drops, approves, scores or diagnoses, and `none` means that nothing
    was recognised, not that there is no risk.
    """
    from curation.triage import triage_file

    folder: Path = context.obj
    result = triage_file(folder / source, folder / target, model=not rules_only, progress=progress(as_json))
    if as_json:
        print_json(result)
        return
    print_table("Texts by level", ["level", "texts"], [[level, count] for level, count in result.levels.items()])
    typer.echo(f"{result.records:,} texts, {result.history:,} with a history: {target}")
