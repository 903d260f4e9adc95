"""``curate release``, ``diff`` and ``withdraw``: what goes out, what changed, and what is taken back."""

import sys
from typing import Annotated

import typer

from cli.output import Json, print_json, print_table
from curation.workspace import Workspace


def register(app: typer.Typer) -> None:
    """Adds these commands to the command line."""
    app.command()(release)
    app.command()(diff)
    app.command()(withdraw)


def release(
    context: typer.Context,
    version: Annotated[str | None, typer.Argument(help="Such as 1.0.0; above the last one.")] = None,
    check: Annotated[bool, typer.Option("--check", help="Ask the gate alone, and write nothing.")] = False,
    as_json: Json = False,
) -> None:
    """Release the approved items as a Hugging Face dataset repository, if the gate lets them through.

    `curate release 1.0.0` writes releases/1.0.0/: data, card, datasheet, licences, checksums, changelog. The gate lists
    every reason against it with its mend, and the exit code is 3. What only you can say of the dataset stands in the
    section `release` of curate.yaml; `curate release --check` tells what is missing.
    """
    from exports import reasons
    from exports import release as make
    from exports.publishing.release import ReleaseRefused
    from schemas.errors import UsageError

    workspace = Workspace.find(context.obj)
    try:
        if check:
            found = reasons(workspace)
            if found:
                raise ReleaseRefused(found)
            if as_json:
                print_json({"reasons": []})
            else:
                typer.echo("The gate finds nothing against a release.")
            return
        if version is None:
            raise UsageError("no version is named", mend="Give one, such as 1.0.0, or --check to ask the gate alone.")
        result = make(workspace, version)
    except ReleaseRefused as refused:
        if as_json:
            print_json({"reasons": [one.model_dump() for one in refused.reasons]})
            sys.exit(refused.exit_code)
        raise
    if as_json:
        print_json(result)
        return
    parts = ", ".join(f"{count:,} {part}" for part, count in result.manifest.parts.items())
    typer.echo(f"Released {version}: {parts}. {workspace.root / result.folder}")
    _print_changes(result.changes)


def diff(
    context: typer.Context,
    before: Annotated[str, typer.Argument(metavar="V1", help="A version.")],
    after: Annotated[str, typer.Argument(metavar="V2", help="Another version.")],
    as_json: Json = False,
) -> None:
    """Show what changed between two releases: items in, out, edited, with the reasons. No text is shown.

    Example: `curate diff 1.0.0 1.1.0`; `--json` lists every item.
    """
    from exports import diff as compare

    found = compare(Workspace.find(context.obj), before, after)
    if as_json:
        print_json(found)
        return
    typer.echo(f"{before}: {found.items_before:,} items; {after}: {found.items_after:,} items")
    _print_changes(found.counts)


def _print_changes(counts: dict[str, dict[str, int]]) -> None:
    rows = [[change, reason, number] for change, reasons in counts.items() for reason, number in reasons.items()]
    if rows:
        print_table("Changes", ["items", "because it", "how many"], rows)


def withdraw(
    context: typer.Context,
    item_id: Annotated[str | None, typer.Argument(metavar="ITEM_ID", help="The item, or a removed record.")] = None,
    source: Annotated[str | None, typer.Option(help="All of a source, by its id.")] = None,
    why: Annotated[str, typer.Option(help="`consent`, `licence` or `error`.")] = "consent",
    as_json: Json = False,
) -> None:
    """Take an item or a source out of all that follows, and name what holds it already.

    With an item go the records that were removed as its duplicates, and the items that hold one of its texts word for
    word. What stays is a tombstone without text. Releases and models that were made before are named, not changed.
    """
    from exports import withdraw as take_out
    from schemas.errors import UsageError

    if why not in ("consent", "licence", "error"):
        raise UsageError(f"'{why}' is no reason", field="why", mend="Give consent, licence or error.")
    result = take_out(Workspace.find(context.obj), item_id, source=source, why=why)  # type: ignore[arg-type]
    if as_json:
        print_json(result)
        return
    what = f"source '{result.source_id}', {len(result.item_ids):,} items" if result.source_id else result.item_ids[0]
    typer.echo(f"Withdrawn: {what}." if result.number else f"Withdrawn before: {what}.")
    for other, reason in result.because.items():
        typer.echo(f"  with it {other}: {reason}")
    for other in result.alike:
        typer.echo(f"  alike, and stays: {other}. If it is the same person's, withdraw it as well.")
    for one in result.holders:
        typer.echo(f"  {one.kind} {one.name} holds {len(one.items):,} of it")
    if any(one.kind == "export" for one in result.holders):
        typer.echo("Run `curate export` again: the files in exports/ are as they were.")
    typer.echo("The source file, old builds and the ledger on this machine still hold the text: see docs/auditor.md.")
