"""``curate build-dataset``, ``report`` and ``trace``."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.output import Json, print_json, print_table, progress
from curation.workspace import Workspace, write_whole

if TYPE_CHECKING:
    from curation import Build
    from schemas.manifest import BuildManifest, WorkReport


def register(app: typer.Typer) -> None:
    """Adds these commands to the command line."""
    app.command("build-dataset")(build_dataset)
    app.command()(report)
    app.command()(trace)


def build_dataset(
    context: typer.Context,
    engine: Annotated[
        str,
        typer.Option(help="What runs the steps: `local` (the cores of this machine) or `ray`; both give one build."),
    ] = "local",
    workers: Annotated[int | None, typer.Option(min=1, help="Processes; one a core if not given.")] = None,
    ray_address: Annotated[
        str | None,
        typer.Option(
            metavar="HOST:PORT",
            help="With `--engine ray`: the cluster to use, or `auto` on a node of it. **Texts go to its memory before "
            "they are scrubbed.** Without it Ray is started on this machine, listens to it alone, and ends with the "
            "build.",
        ),
    ] = None,
    to: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS",
            help="Also copy the build into this folder, such as `s3://bucket/builds`: scrubbed text alone, the "
            "manifest last, every file read back and compared.",
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Build the dataset of curate.yaml: load, validate, clean, deduplicate, scrub, triage, split.

    The same sources, configuration and code give the same build, byte for byte. A build that was killed goes on where
    it was when you run the command again; after a change only the rows that changed are computed.

    Sources may lie in object stores (`path: s3://bucket/key` in curate.yaml). `--engine ray --ray-address HOST:PORT`
    runs the steps on the nodes of a cluster, with the same result; it checks first that they have the same code.
    """
    from curation import build_dataset as build
    from curation import open_build
    from curation.languages import build_warnings

    workspace = Workspace.find(context.obj)
    result = build(
        workspace, engine=engine, workers=workers, ray_address=ray_address, to=to, progress=progress(as_json)
    )
    for warning in build_warnings(result.manifest):
        typer.echo(warning, err=True)
    if as_json:
        print_json(result)
        return
    _print_funnel(result.manifest)
    _print_reasons(open_build(workspace, result.manifest.build_id))
    _print_work(result.work)
    state = "stood already, unchanged" if result.work.existed else "is done"
    typer.echo(f"Build {result.manifest.build_id} {state}: {result.folder}")
    typer.echo(f"Report: {result.report}")
    if result.copy_at is not None:
        typer.echo(f"Copy: {result.copy_at}, compared file by file")


def _print_funnel(manifest: "BuildManifest") -> None:
    """Records of each source, what each step took out, and what is left."""
    lossy = [step.step for step in manifest.steps if step.removed or step.quarantined]
    rows = []
    for source in manifest.sources:
        lost = {step.step: step.removed + step.quarantined for step in source.steps}
        rows.append([source.source_id, source.records, *(-lost[step] for step in lossy), source.items])
    lost = {step.step: step.removed + step.quarantined for step in manifest.steps}
    total = ["all", manifest.records, *(-lost[step] for step in lossy), manifest.items]
    print_table(f"{manifest.name}: from records to items", ["source", "records", *lossy, "items"], rows, total)


def _print_reasons(build: "Build") -> None:
    """What was removed, and what is in quarantine."""
    rows = [list(one) for one in build.taken_out()]
    if rows:
        print_table("What was taken out, and why", ["step", "where to", "field", "reason", "records"], rows)
    if any(field for _, _, field, _, _ in rows):
        typer.echo(f"Where each of the quarantined stands, and its mend: {build.folder / 'quarantine.jsonl'}")


def _print_work(work: "WorkReport") -> None:
    if work.existed:
        return
    rows = [[step.step, step.rows, step.computed, step.reused, step.cpu_seconds] for step in work.steps]
    print_table("Work done in this run", ["step", "rows", "computed", "reused", "CPU s"], rows)


def report(
    context: typer.Context,
    against: Annotated[
        str | None, typer.Option(metavar="BUILD_ID", help="The build to compare with; else the last other one.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Write the last build's report with where its review stands and what changed, and open it in a browser.

    The page is `builds/report.html`: one file that opens offline and has scrubbed texts alone. It opens by itself if
    this is a terminal. `builds/ID/report.html` is the part of it that belongs to the build and never changes.
    """
    from annotations import write_report

    written = write_report(Workspace.find(context.obj), against=against)
    if as_json:
        print_json({"build_id": written.build_id, "report": str(written.path), "against": written.against})
        return
    typer.echo(written.path)
    if sys.stdout.isatty():
        typer.launch(str(written.path))


def trace(
    context: typer.Context,
    item_id: Annotated[str, typer.Argument(metavar="ITEM_ID", help="The id of an item or of a removed row.")],
    prov: Annotated[
        Path | None, typer.Option(help="Also write it as W3C PROV-O (JSON-LD) to this file; it has no text.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Tell an item's story: its source and row, what each step changed, the decisions on it, and what holds it now.

    Example: `curate trace forum-faadf7976b42 --prov trail.jsonld`. It reads the source again and shows the text before
    personal data was masked, on this screen alone.
    """
    from annotations.own_files import check_place
    from cli.story import print_story
    from exports import prov_json
    from exports import trace as tell

    workspace = Workspace.find(context.obj)
    if prov is not None:
        check_place(workspace, prov, "a trail")
    story = tell(workspace, item_id)
    if prov is not None:
        write_whole(prov, json.dumps(prov_json(story), indent=2) + "\n")
    if as_json:
        print_json(story)
    else:
        print_story(story)
