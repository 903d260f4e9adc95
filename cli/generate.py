"""``curate generate``."""

from typing import TYPE_CHECKING, Annotated

import typer

from cli.output import Json, print_json, print_table, progress
from curation.workspace import Workspace

if TYPE_CHECKING:
    from schemas.generation import GeneratePlan, GenerateResult


def register(app: typer.Typer) -> None:
    """Adds this command to the command line."""
    app.command()(generate)


def generate(
    context: typer.Context,
    source_id: Annotated[str, typer.Argument(metavar="SOURCE_ID", help="A source of curate.yaml that has `texts`.")],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be sent, to whom and how much; send nothing.")
    ] = False,
    retry: Annotated[
        bool, typer.Option("--retry", help="Try the passages again whose answers could not be used.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Make questions and answers of books, each with the passage that it can be checked against.

    With `by: extraction` these are the books' own glossaries and review questions, and nothing is sent anywhere. With
    `by: endpoint` a language model is asked about each passage, through the server that `base_url` names: there is no
    default. A run that was killed, or whose budget was spent, goes on when you run the command again, and pays for
    nothing twice. `curate build-dataset` takes the records in as those of any other source.

    Example: `curate generate openstax --dry-run`, then `curate generate openstax`.
    """
    from curation.generate import generate as make
    from curation.generate import plan_of

    workspace = Workspace.find(context.obj)
    if dry_run:
        plan = plan_of(workspace, source_id, progress=progress(as_json))
        if as_json:
            print_json(plan)
        else:
            _print_plan(plan)
        return
    result = make(workspace, source_id, retry=retry, progress=progress(as_json))
    if as_json:
        print_json(result)
    else:
        _print_result(result)
    if result.remaining:
        raise typer.Exit(1)


def _print_plan(plan: "GeneratePlan") -> None:
    typer.echo(f"{plan.to_ask:,} of {plan.passages:,} passages would be sent to {plan.host}, under {plan.license}.")
    typer.echo(f"They are scrubbed: {plan.masked:,} stretches are masked. Read them as they would be sent: {plan.file}")
    typer.echo(f"At most about {plan.tokens:,} tokens, if each is answered at once. Nothing was sent.")


def _print_result(result: "GenerateResult") -> None:
    texts = f"{result.documents:,} text{'s' * (result.documents != 1)}"
    typer.echo(f"{texts}, {result.passages:,} passages, {result.items:,} records: {result.folder}")
    if result.by == "endpoint":
        rows = [
            ["answered", result.answered, f"{result.reused:,} before this run, {result.empty:,} hold nothing to ask"],
            ["quarantined", result.quarantined, f"{result.folder}/quarantine.jsonl"],
            ["remaining", result.remaining, "the budget is spent" if result.remaining else ""],
        ]
        print_table("Passages", ["where to", "passages", ""], rows)
        typer.echo(f"{result.requests:,} requests and {result.tokens:,} tokens for this source so far")
    if result.reasons:
        title = "Why passages are in quarantine" if result.by == "endpoint" else "What of the books was left out"
        print_table(title, ["reason", "count"], [[reason, count] for reason, count in result.reasons.items()])
    _print_coverage(result)
    if result.remaining:
        typer.echo(
            "Raise generate.max_requests or max_tokens and run the same command: it goes on from here.", err=True
        )


def _print_coverage(result: "GenerateResult") -> None:
    coverage = result.coverage
    for title, mix in (("asked for", coverage.types), ("answered for", coverage.readers)):
        if mix:
            typer.echo(
                f"Questions by what is {title}: " + ", ".join(f"{name} {count:,}" for name, count in mix.items())
            )
    bare = [topic for topic in coverage.topics if not topic.questions]
    if result.by == "endpoint" and bare and len(bare) < len(coverage.topics):
        rows = [[topic.file, topic.section, topic.passages] for topic in bare[:20]]
        print_table("Sections that no question was made of", ["text", "section", "passages"], rows)
        if len(bare) > 20:
            typer.echo(f"and {len(bare) - 20:,} more; --json lists all")
    typer.echo(f"{coverage.near_duplicates:,} records say what another says; the build takes them out")
