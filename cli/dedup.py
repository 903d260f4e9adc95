"""``curate dedup``."""

from pathlib import Path
from typing import Annotated

import typer

from cli.output import Json, print_json, progress


def register(app: typer.Typer) -> None:
    """Adds this command to the command line."""
    app.command()(dedup)


def dedup(
    source: Annotated[
        Path, typer.Argument(metavar="IN", readable=False, help="Rows of id and text: .jsonl, .csv or .parquet.")
    ],
    out: Annotated[Path, typer.Argument(metavar="OUT", help="Where the removed texts go: id, kept_id, score, reason.")],
    grey: Annotated[
        Path | None,
        typer.Option(help="Where the pairs go that a person must decide: id, other_id, score, differences."),
    ] = None,
    threshold: Annotated[
        float, typer.Option(min=50, max=100, help="The least score of a pair of which one is removed.")
    ] = 80.0,
    grey_threshold: Annotated[
        float, typer.Option(min=50, max=100, help="The least score of a pair that is shown to a person.")
    ] = 70.0,
    terms: Annotated[
        bool, typer.Option("--terms/--no-terms", help="Use the lists of disorders, drugs, relations and opposites.")
    ] = True,
    model: Annotated[
        Path | None, typer.Option(help="The folder of a sentence-transformers model, which finds paraphrases as well.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Find the texts that say what another says, and the pairs that only a person can decide.

    A text goes only where no word that means something differs: another disorder, drug, dose, person or a `not` keeps
    both. IN is not changed. Example: `curate dedup texts.jsonl removed.jsonl --grey grey.csv`.
    """
    from curation.dedup import deduplicate_texts
    from curation.dedup.files import read_texts, write_rows
    from curation.garbage import without_collection
    from curation.rows import check_apart, ending_of
    from schemas.config import DedupConfig
    from schemas.errors import UsageError

    if grey_threshold > threshold:
        raise UsageError("is above --threshold", field="--grey-threshold", mend="Give a smaller number.")
    for file in (out, grey):
        if file is not None:
            ending_of(file)
    check_apart([source], [out, grey])
    config = DedupConfig(
        threshold=threshold, grey_threshold=grey_threshold, terms=terms, model=None if model is None else str(model)
    )
    with without_collection():
        texts = read_texts(source)
        found = deduplicate_texts(texts.ids, texts.texts, config, progress(as_json))
        removed, to_decide = found.removed(), found.grey()
        write_rows(out, ("id", "kept_id", "score", "reason"), (one._asdict() for one in removed))
        if grey is not None:
            rows = [
                {"id": one.id, "other_id": one.other_id, "score": one.score, "differences": "; ".join(one.words)}
                for one in to_decide
            ]
            write_rows(grey, ("id", "other_id", "score", "differences"), rows)
        summary = {
            "texts": len(texts.ids),
            "removed": len(removed),
            "exact": len(found.exact),
            "grey_pairs": len(to_decide),
            "removed_at": found.at_thresholds(),
            "out": str(out),
        }
    if as_json:
        print_json(summary)
        return
    typer.echo(f"{len(removed):,} of {len(texts.ids):,} texts say what another says: {out}")
    typer.echo(f"{len(found.exact):,} of them differ in case, spacing and punctuation alone")
    where = f": {grey}" if grey else "; --grey FILE writes them"
    typer.echo(f"{len(to_decide):,} pairs are alike and differ in a word that can mean something{where}")
