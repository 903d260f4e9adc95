"""``curate review``: the queue as a file and on a server, decisions, where the review stands, and the agreement."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.output import Json, print_json, print_table, progress
from curation.workspace import Workspace

if TYPE_CHECKING:
    from annotations.coefficients import Estimate
    from annotations.queue import Pulled, Pushed

app = typer.Typer(
    no_args_is_help=True, help="Review items on a sheet or a server: decisions into the ledger, progress, agreement."
)


@app.command()
def sheet(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="A .csv or .jsonl file to write.")],
    limit: Annotated[int | None, typer.Option(min=1, help="At most so many items.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
) -> None:
    """Write the items that wait for a decision into a file, the risky ones first.

    Fill in `verdict` (accept, edit or reject; an edit needs edited_question, edited_answer or edited_turns) and take
    the file in with `curate review decide FILE --reviewer NAME`.
    """
    from annotations import write_sheet

    written = write_sheet(Workspace.find(context.obj), file, limit=limit, force=force)
    typer.echo(f"{written:,} items wait for a decision: {file}")


@app.command()
def decide(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(readable=False, help="The sheet with its verdicts filled in.")],
    reviewer: Annotated[str | None, typer.Option(help="Who decided, where the rows do not say.")] = None,
    as_json: Json = False,
) -> None:
    """Take the decisions of a file into the ledger: all of them, or none if one is wrong."""
    from annotations import decide as take

    taken = take(Workspace.find(context.obj), file, reviewer=reviewer)
    if as_json:
        print_json(taken._asdict())
        return
    typer.echo(
        f"{taken.written:,} decisions written, {taken.known:,} known already, "
        f"{taken.undecided:,} rows without a verdict."
    )


@app.command()
def status(
    context: typer.Context,
    html: Annotated[Path | None, typer.Option(metavar="FILE", help="Write it as an HTML page, too.")] = None,
    as_json: Json = False,
) -> None:
    """Show how many items are approved, rejected, disputed, stale or waiting, by risk; and the time left."""
    from annotations import status as look
    from annotations import write_status_page

    workspace = Workspace.find(context.obj)
    found = look(workspace)
    if html is not None:
        write_status_page(workspace, found, html)
    if as_json:
        print_json(found)
        return
    rows = [[one.level, one.items, *one.states.values()] for one in found.backlog]
    print_table("Review", ["risk", "items", *found.counts], rows, total=["all", found.items, *found.counts.values()])
    if found.reviewers:
        people = [
            [one.reviewer, one.role, one.decided, one.open, _percent(one.accepts), _hours(one.hours_left)]
            for one in found.reviewers
        ]
        print_table("Reviewers", ["reviewer", "role", "decided", "open", "accepts", "hours left"], people)
    if found.disputes:
        disputes = ", ".join(f"{what} {number}" for what, number in found.disputes.items())
        typer.echo(f"In dispute: {disputes}. `curate review adjudicate` sends them to the adjudicator.")
    pace = "" if found.hours_left is None else f", {_hours(found.hours_left)} hours at the pace so far"
    typer.echo(f"{found.decisions_left:,} decisions left{pace}.")
    if found.agreement.value is not None:
        typer.echo(f"Agreement on the verdict (alpha): {_of(found.agreement)} over {found.twice:,} items.")
    if html is not None:
        typer.echo(f"The page: {html}")


@app.command()
def verify(context: typer.Context, as_json: Json = False) -> None:
    """Prove that the ledger is whole: its chain of hashes, and that every export and run finds its decisions in it."""
    from annotations import verify as prove

    proved = prove(Workspace.find(context.obj))
    if as_json:
        print_json(proved)
        return
    typer.echo(f"The chain of {proved.decisions:,} decisions is whole; its head is {proved.head}.")
    if proved.anchors:
        typer.echo(f"It holds every decision that these were made after: {', '.join(proved.anchors)}.")


@app.command()
def agreement(context: typer.Context, as_json: Json = False) -> None:
    """Show how far reviewers agree: on the verdict, each scale and flag, with the consensus, and over time.

    Krippendorff's alpha and Fleiss' and Cohen's kappa, with the 95 % interval of a bootstrap over the items.
    """
    from annotations import agreement as measure
    from annotations.agreement import WINDOW

    report = measure(Workspace.find(context.obj))
    if as_json:
        print_json(report)
        return
    typer.echo(f"{report.decisions:,} decisions; {report.items:,} texts were decided on by two reviewers or more.")
    print_table(
        "Agreement",
        ["what was asked", "items", "agree %", "alpha (95 %)", "Fleiss' kappa (95 %)"],
        [[one.name, one.items, _percent(one.observed), _of(one.alpha), _of(one.fleiss)] for one in report.measures],
    )
    print_table(
        "Reviewers beside the consensus",
        ["reviewer", "decisions", "accepts %", "compared", "same verdict %", "kappa (95 %)", "scales above the others"],
        [
            [
                one.reviewer,
                one.decisions,
                _percent(one.accepts),
                one.compared,
                _percent(one.verdict),
                _of(one.kappa),
                ", ".join(f"{name} {above:+.1f}" for name, above in one.scales.items()),
            ]
            for one in report.reviewers
        ],
    )
    if not report.drift:
        typer.echo(f"Too few items to tell a drift: it takes {2 * WINDOW} that two reviewers or more decided on.")
        return
    print_table(
        "Over time",
        ["until", "items", "alpha of the verdict (95 %)", "accepts %"],
        [
            [
                f"{one.end:%Y-%m-%d %H:%M}",
                one.items,
                _of(one.alpha),
                ", ".join(f"{who} {_percent(share)}" for who, share in one.accepts.items()),
            ]
            for one in report.drift
        ],
    )


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{share:.0%}"


def _hours(hours: float | None) -> str:
    return "-" if hours is None else f"{hours:,.1f}"


def _of(estimate: "Estimate") -> str:
    if estimate.value is None:
        return "-"
    if estimate.low is None:
        return f"{estimate.value:.2f}"
    return f"{estimate.value:.2f} ({estimate.low:.2f} to {estimate.high:.2f})"


@app.command()
def serve(
    context: typer.Context,
    url: Annotated[
        str | None, typer.Option(metavar="URL", help="Use this server of the team's; LABEL_STUDIO_API_KEY has its key.")
    ] = None,
    stop: Annotated[bool, typer.Option("--stop", help="Stop the workspace's own server.")] = False,
    as_json: Json = False,
) -> None:
    """Start the workspace's own Label Studio, in the background, or take a server of the team's.

    It listens on this machine alone and reports to nobody. The first time it is installed, in an environment of its
    own that all workspaces share; later it is ready in seconds. Accounts for all reviewers in curate.yaml are made.
    """
    from annotations import serve as start
    from annotations import stop as end

    workspace = Workspace.find(context.obj)
    if stop:
        stopped = end(workspace)
        if as_json:
            print_json({"stopped": stopped})
        else:
            typer.echo("Stopped." if stopped else "It was not running.")
        return
    served = start(workspace, url=url, say=lambda line: typer.echo(line, err=True))
    if as_json:
        print_json(served)
        return
    typer.echo(f"Label Studio {served.version or ''} {'is ready' if served.started else 'runs'}: {served.url}")
    if served.accounts:
        print_table(
            "Accounts", ["reviewer", "logs in as"], [[alias, email] for alias, email in served.accounts.items()]
        )
        typer.echo(f"The passwords stand in {served.file}. Send the items with `curate review push`.")
    else:
        typer.echo("Name reviewers in curate.yaml (review.reviewers), and run this again for their accounts.")


@app.command()
def push(context: typer.Context, as_json: Json = False) -> None:
    """Send each reviewer the items that wait for them, the risky ones first; take back what they have decided.

    Run it again at any time, after any interruption: what stands on the server is left, what is missing is sent.
    """
    from annotations import push as send

    _print_pushed(send(Workspace.find(context.obj), progress=progress(as_json)), as_json)


@app.command()
def adjudicate(context: typer.Context, as_json: Json = False) -> None:
    """Send the items on which reviewers disagree to the adjudicator, with all opinions and no names."""
    from annotations import adjudicate as send

    _print_pushed(send(Workspace.find(context.obj), progress=progress(as_json)), as_json)


@app.command()
def pull(context: typer.Context, as_json: Json = False) -> None:
    """Take what reviewers decided on the server into the ledger: new decisions alone, each once."""
    from annotations import pull as take_back

    pulled = take_back(Workspace.find(context.obj), progress=progress(as_json))
    if as_json:
        print_json(pulled)
        return
    _print_pulled(pulled)


def _print_pulled(pulled: "Pulled") -> None:
    typer.echo(f"{pulled.written:,} new decisions in the ledger, {pulled.known:,} known already.")
    if pulled.altered:
        typer.echo(f"{pulled.altered:,} decisions on tasks that were altered on the server do not count.")
    if pulled.foreign:
        typer.echo(f"{pulled.foreign:,} decisions by others than the task's reviewer do not count.")
    for held in pulled.held:
        typer.echo(f"Held back until {held.reviewer} mends it: {held.item_id}: {held.why}")


def _print_pushed(pushed: "Pushed", as_json: bool) -> None:
    if as_json:
        print_json(pushed)
        return
    _print_pulled(pushed.pulled)
    typer.echo(f"{pushed.added:,} tasks sent, {pushed.kept:,} were there, {pushed.retired:,} taken away.")
    for count, what in (
        (pushed.restored, "had been deleted on the server and were sent again"),
        (pushed.altered, "had been altered on the server; decisions on them do not count"),
        (pushed.surplus, "stood there twice"),
    ):
        if count:
            typer.echo(f"{count:,} {what}.")
    rows = [[alias, number, "\n".join(pushed.links.get(alias, []))] for alias, number in pushed.open.items()]
    print_table("Open", ["for", "items", "page"], rows)
