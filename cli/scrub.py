"""``curate scrub``: personal data alone."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.output import Json, print_json, print_table, progress

if TYPE_CHECKING:
    from curation.pii import ScrubbedFile
    from schemas.config import PIIConfig


_MODES = "One of placeholder, surrogate and remove."
_MODELS = "One of embedded, none, spacy:NAME, gliner:PATH and transformers:PATH."
_REGIONS = "An ISO 3166 code, such as DE; US, GB, CA, AU and IN if none is given."


def register(app: typer.Typer) -> None:
    """Adds this command to the command line."""
    app.command()(scrub)


def scrub(
    source: Annotated[
        Path, typer.Argument(metavar="IN", readable=False, help="Rows of id and text: .jsonl, .csv or .parquet.")
    ],
    target: Annotated[Path, typer.Argument(metavar="OUT", help="The same, scrubbed, with the spans that were masked.")],
    mode: Annotated[str, typer.Option(help=_MODES)] = "placeholder",
    model: Annotated[str, typer.Option(help=_MODELS)] = "embedded",
    keep: Annotated[list[str] | None, typer.Option(help="A text that is never masked; may be given often.")] = None,
    region: Annotated[
        list[str] | None,
        typer.Option(help=f"A region whose telephone numbers are known; may be given often. {_REGIONS}"),
    ] = None,
    language: Annotated[
        str, typer.Option(help="The language of the texts, as a BCP 47 tag. Names are looked for in English alone.")
    ] = "en",
    key: Annotated[Path | None, typer.Option(help="The key's file for surrogates; made if it is missing.")] = None,
    workers: Annotated[int | None, typer.Option(min=1, help="Processes; one a core if not given.")] = None,
    keep_map: Annotated[
        Path | None,
        typer.Option(help="Keep a way back to the originals in this file, encrypted. Not kept unless asked for."),
    ] = None,
    restore: Annotated[
        Path | None, typer.Option(help="Put back the originals of this map: IN is what was scrubbed then.")
    ] = None,
    map_key: Annotated[
        Path | None, typer.Option(help="The map's own key; made if it is missing. Else from EMOCURATE_MAP_KEY.")
    ] = None,
    show: Annotated[bool, typer.Option("--show", help="Show every change on this screen.")] = False,
    as_json: Json = False,
) -> None:
    """Mask personal data in texts, outside a workspace.

    OUT has a row for each of IN: id, text (scrubbed), spans (start, end, label, score, source; in code points of the
    text as it came) and residual_risk. It makes texts safer, not anonymous: a person must still read them.
    """
    from curation.languages import scrub_warnings
    from curation.pii import check_scrub, map_key_of_environment, read_key, restore_file, scrub_file
    from curation.rows import check_apart
    from schemas.errors import UsageError

    if keep_map is not None and restore is not None:
        raise UsageError("--keep-map and --restore do not go together", mend="Give one of them.")
    if restore is not None:
        check_apart([map_key], [target])
        own = read_key(map_key) if map_key is not None else map_key_of_environment()
        rows = restore_file(source, target, restore, own)
        if as_json:
            print_json({"rows": rows, "restored": str(target)})
        else:
            typer.echo(f"{rows:,} rows with their originals: {target}. Nothing in it is scrubbed.")
        return
    config = _config(mode, model, keep, region)
    check_scrub(source, target, config, language=language, keep_map=keep_map, keys=[key, map_key])
    own_map = None  # and only now are keys made
    if keep_map is not None:
        own_map = (keep_map, read_key(map_key, make=True) if map_key is not None else map_key_of_environment())
    result = scrub_file(
        source,
        target,
        config,
        key=read_key(key, make=True) if key is not None else None,
        language=language,
        workers=workers,
        keep_map=own_map,
        show=_print_change if show and not as_json else None,
        progress=progress(as_json or show),
    )
    if as_json:
        print_json(result)
    else:
        _print(result, target)
    for warning in scrub_warnings(language, result.rows):
        typer.echo(warning, err=True)


def _config(mode: str, model: str, keep: list[str] | None, region: list[str] | None) -> "PIIConfig":
    from pydantic import ValidationError

    from schemas.config import PIIConfig
    from schemas.errors import UsageError

    values: dict[str, Any] = {"mode": mode, "model": model, "keep": keep or []}
    if region:
        values["regions"] = region
    try:
        return PIIConfig.model_validate(values)
    except ValidationError as error:
        options = {"mode": ("--mode", _MODES), "model": ("--model", _MODELS), "regions": ("--region", _REGIONS)}
        option, mend = options[str(error.errors()[0]["loc"][0])]
        raise UsageError("has a value that is not known", field=option, mend=mend) from None


def _print(result: "ScrubbedFile", target: Path) -> None:
    rows = [[label, count] for label, count in result.spans.items()]
    if rows:
        print_table("What was masked", ["label", "spans"], rows)
    risks = ", ".join(f"{count:,} {level}" for level, count in result.residual_risk.items()) or "none"
    typer.echo(f"{result.rows:,} rows, {result.changed:,} changed, in {result.seconds:.1f} s: {target}")
    typer.echo(f"What may still say of whom a row speaks: {risks}")


def _print_change(before: dict[str, Any], after: dict[str, Any]) -> None:
    """Prints a row with what was masked struck out, what stands there now, and who found it."""
    from rich.console import Console
    from rich.text import Text

    if not after["spans"]:
        return
    line, done = Text(f"{before['id']}: ", style="bold"), 0
    for span in after["spans"]:
        line.append(before["text"][done : span["start"]], style="not bold")
        line.append(before["text"][span["start"] : span["end"]], style="red strike not bold")
        line.append(after["text"][span["shown_start"] : span["shown_end"]], style="green not bold")
        line.append(f"({span['source']} {span['score']:.2f})", style="dim not bold")
        done = span["end"]
    line.append(before["text"][done:], style="not bold")
    Console(highlight=False).print(line)
