"""``curate evaluate``."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.output import Json, print_json, print_table, progress
from curation.workspace import Workspace
from schemas.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from finetune.evaluation.judge import JudgePlan


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
    bertscore: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="With --export: BERTScore by the encoder in this folder (a BERT or RoBERTa that you have).",
        ),
    ] = None,
    bertscore_layer: Annotated[
        int | None, typer.Option(help="Whose hidden states are compared; known for encoders of 12 or 24 layers.")
    ] = None,
    bertscore_idf: Annotated[
        bool, typer.Option("--bertscore-idf", help="Rare words count more (IDF over the approved replies).")
    ] = False,
    judge: Annotated[
        str | None,
        typer.Option(
            metavar="URL", help="With --export: a language model's opinion, from this OpenAI-compatible server."
        ),
    ] = None,
    judge_model: Annotated[str | None, typer.Option(help="What that server calls the model.")] = None,
    judge_requests: Annotated[
        int | None, typer.Option(min=1, help="The most requests to that judge, over all runs here.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="With --judge: say what would be sent, and send nothing.")
    ] = False,
    limit: Annotated[int | None, typer.Option(min=1, help="Only the first of each, for trying.")] = None,
    name: Annotated[str | None, typer.Option(help="The evaluation's name; by its content if not given.")] = None,
    as_json: Json = False,
) -> None:
    """Ask models benchmarks and the approved test part, and compare them in one table.

    Example: `curate evaluate models/Llama-3.2-1B-Instruct runs/first bundles/first --data benchmarks --export
    exports/torchtune`. Nothing is downloaded: where data is missing, the message says what to put where. A killed
    evaluation goes on where it was when the command is given again. A bundle made with `curate deploy --full-logits`
    answers faster.

    Nothing is sent anywhere unless --judge names a server. Then each conversation of the test part goes there with the
    models' replies, scrubbed and without names; to another machine only what a release holds. The key is read from
    CURATE_API_KEY. What a judge says is an opinion and stands apart: such judges overrate replies, and miss what is
    unsafe in them (CounselBench).
    """
    from deploy.evaluation import BertScoreOptions, Judging
    from deploy.evaluation import evaluate as compare
    from finetune.evaluation.table import tables

    judging = None
    if judge is not None and judge_model is not None:
        from finetune.evaluation.judge import Judge

        named = Judge(base_url=judge, model=judge_model, max_requests=judge_requests)
        judging = Judging(named, announce=_announce(dry_run), send=not dry_run)
    elif judge is not None or judge_model is not None or judge_requests is not None or dry_run:
        raise UsageError("both are needed", field="--judge, --judge-model", mend="Name the server and its model.")
    if bertscore is None and (bertscore_layer is not None or bertscore_idf):
        raise UsageError("is missing", field="--bertscore", mend="Give the folder of an encoder.")
    workspace = Workspace.find(context.obj)
    result = compare(
        workspace,
        models,
        data=data,
        benchmarks=benchmark or ["commonsense-9"],
        export=export,
        bertscore=BertScoreOptions(bertscore, bertscore_layer, bertscore_idf) if bertscore else None,
        judging=judging,
        limit=limit,
        name=name,
        progress=progress(as_json),
    )
    if as_json:
        print_json(result)
        return
    for table in tables(result.evaluation):
        if table.warning:
            typer.echo(table.warning)
        print_table(table.title, table.head, [list(row) for row in table.rows])
        typer.echo(table.note)
    typer.echo(f"Written to {result.path}; table.html opens in a browser.")


def _announce(dry_run: bool) -> "Callable[[JudgePlan], None]":
    """Says on standard error what is sent, before it is: standard output is the table's."""
    verb = "would be sent" if dry_run else "are sent now"

    def announce(plan: "JudgePlan") -> None:
        replies = f"{plan.replies} {'reply' if plan.replies == 1 else 'replies'}"
        typer.echo(
            f"{plan.to_ask:,} of {plan.conversations:,} conversations of the test part, each with {replies}, {verb} to "
            f"{plan.host} ({plan.model}): at most about {plan.tokens:,} tokens. They are scrubbed ({plan.masked:,} "
            f"stretches are masked); read them as they are sent: {plan.file}",
            err=True,
        )

    return announce
