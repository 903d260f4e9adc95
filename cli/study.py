"""``curate study``: people compare models, blind."""

from pathlib import Path
from typing import Annotated

import typer

from cli.output import Json, print_json, print_table, progress
from curation.workspace import Workspace

app = typer.Typer(no_args_is_help=True, help="People compare models' replies, blind to which model is which.")

Name = Annotated[str, typer.Argument(help="The study's name.")]


@app.command()
def new(
    context: typer.Context,
    name: Name,
    prompts: Annotated[Path, typer.Option(help='JSONL lines {"id", "text"}, or a text file with a prompt a line.')],
    model: Annotated[list[str], typer.Option(help="`tiny`, runs/NAME, bundles/NAME or a folder; at least two.")],
    rater: Annotated[list[str], typer.Option(help="alias or alias:group, such as s-01:student; again for more.")],
    seed: Annotated[int, typer.Option(help="Of the drawing of the replies.")] = 0,
    as_json: Json = False,
) -> None:
    """Have models reply to prompts and lay out who will compare what.

    Example: `curate study new pilot --prompts prompts.jsonl --model runs/first --model bundles/first
    --rater s-01:student --rater p-01:professional`. Next: `curate review serve`, then `curate study push pilot`.
    """
    from annotations.study import parse_raters, read_prompts
    from deploy.study import new_study

    folder = new_study(
        Workspace.find(context.obj),
        name,
        prompts=read_prompts(prompts),
        models=model,
        raters=parse_raters(rater),
        seed=seed,
        progress=progress(as_json),
    )
    if as_json:
        print_json({"path": str(folder)})
        return
    typer.echo(f"Study {name} in {folder}. Read replies.jsonl before anybody else does: it is what raters will read.")


@app.command()
def push(context: typer.Context, name: Name, as_json: Json = False) -> None:
    """Send each rater's comparisons to the review server; safe to run again."""
    from annotations.study import push_study

    pushed = push_study(Workspace.find(context.obj), name, progress=progress(as_json))
    if as_json:
        print_json(pushed)
        return
    rows = [[alias, pushed.accounts[alias], link] for alias, link in pushed.links.items()]
    print_table("Raters", ["rater", "logs in as", "works on"], rows)
    typer.echo(
        f"{pushed.added:,} comparisons sent, {pushed.kept:,} there already. Passwords: .curate/label-studio.json"
    )


@app.command()
def pull(context: typer.Context, name: Name, as_json: Json = False) -> None:
    """Take back what raters have answered so far."""
    from annotations.study import pull_study

    pulled = pull_study(Workspace.find(context.obj), name, progress=progress(as_json))
    if as_json:
        print_json(pulled)
        return
    print_table("Answers", ["rater", "comparisons"], [[alias, count] for alias, count in pulled.by_rater.items()])
    typer.echo(f"{pulled.answered:,} of {pulled.asked:,} answered, {pulled.withdrawn:,} left out by raters.")


@app.command()
def report(context: typer.Context, name: Name, as_json: Json = False) -> None:
    """Lift the blind and write the results and their page.

    Means with intervals over raters, Wilcoxon's test by rater, Bradley-Terry strengths of the preferences, agreement.
    """
    from annotations.study import analyse_study

    analysed = analyse_study(Workspace.find(context.obj), name)
    if as_json:
        print_json(analysed)
        return
    rows = [[one.first, one.second, one.first_preferred, one.ties, one.second_preferred]
            for one in analysed.results.preferred if one.group == "everybody"]  # fmt: skip
    print_table("Preferred", ["first", "second", "first preferred", "both alike", "second preferred"], rows)
    typer.echo(f"All results: {analysed.path}")


@app.command()
def power(
    difference: Annotated[float, typer.Option(help="The smallest difference in points worth finding.")] = 0.5,
    deviation: Annotated[float, typer.Option(help="Standard deviation of raters' differences; a pilot tells.")] = 0.8,
    preferred: Annotated[float, typer.Option(help="The smallest share of raters preferring one model.")] = 0.65,
    chance: Annotated[float, typer.Option("--power", help="Chance to find the effect if it is there.")] = 0.8,
    level: Annotated[float, typer.Option(help="Chance to find one that is not there.")] = 0.05,
    as_json: Json = False,
) -> None:
    """Say how many raters a study needs, before it begins (Noether 1987)."""
    from annotations.study import power as estimate

    found = estimate(difference, deviation=deviation, preferred=preferred, power=chance, level=level)
    if as_json:
        print_json(found)
        return
    typer.echo(
        f"{found.raters_for_difference:,} raters to find {difference:g} points on a scale (Wilcoxon), "
        f"{found.raters_for_preference:,} to find that {preferred:.0%} prefer one model (sign test)."
    )
