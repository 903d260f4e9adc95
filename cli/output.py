"""What commands print: tables, progress bars, and JSON for programs."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Annotated, Any

import typer
from pydantic import BaseModel
from pydantic_core import to_jsonable_python

from curation.progress import Advance, Progress, silent

Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON, for programs.")]


def print_json(result: BaseModel | dict[str, Any] | list[Any]) -> None:
    """Prints a result as indented JSON on standard output; dates, paths and models in it as pydantic writes them."""
    typer.echo(json.dumps(to_jsonable_python(result), indent=2, ensure_ascii=False))


def print_table(title: str, head: list[str], rows: list[list[Any]], total: list[Any] | None = None) -> None:
    """Prints a table; columns after the first are numbers where their values are."""
    from rich.console import Console
    from rich.table import Table

    table = Table(title=title, title_justify="left", title_style="bold", show_footer=total is not None)
    for place, name in enumerate(head):
        numbers = bool(rows) and all(isinstance(row[place], int | float) for row in rows)
        footer = _shown(total[place]) if total is not None else ""
        table.add_column(name, justify="right" if numbers else "left", overflow="fold", footer=footer)
    for row in rows:
        table.add_row(*map(_shown, row))
    # A log or a file has no width of its own; a table folded at 80 columns is hard to read there.
    Console(width=None if sys.stdout.isatty() else 140, highlight=False, markup=False).print(table)


def _shown(value: Any) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{value:,.1f}" if isinstance(value, float) else str(value)


def progress(quiet: bool = False) -> Progress:
    """Progress bars on standard error; none where it is not a terminal, or for ``--json``."""
    if quiet or not sys.stderr.isatty():
        return silent
    return _bars


def pace(done: float, total: float | None, seconds: float) -> str:
    """How many a second, and how long it takes for the rest; empty as long as nothing is done."""
    if not done or not seconds:
        return ""
    rate = done / seconds
    shown = f"{rate:,.0f}/s" if rate >= 10 else f"{rate:.1f}/s"
    return shown if total is None else f"{shown} {timedelta(seconds=round((total - done) / rate))}"


@contextmanager
def _bars(name: str, total: int | None) -> Iterator[Advance]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, ProgressColumn, Task, TextColumn
    from rich.progress import Progress as Bars
    from rich.text import Text

    class Pace(ProgressColumn):
        """Since the start: chunks come in bursts, of which two in a moment say nothing of the next."""

        def render(self, task: Task) -> Text:
            return Text(pace(task.completed, task.total, task.elapsed or 0.0))

    columns = (
        TextColumn("{task.description:<12}"),
        BarColumn(),
        MofNCompleteColumn(),
        Pace(),
    )
    with Bars(*columns, console=Console(stderr=True)) as bars:
        task = bars.add_task(name, total=total)
        yield lambda done: bars.advance(task, done)
        done = bars.tasks[0].completed
        bars.update(task, total=done, completed=done)
