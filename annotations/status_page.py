"""Where the review stands, as one HTML page that opens offline: for the wall of the office, or the weekly mail."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from annotations.own_files import check_place
from annotations.policy import STATES
from annotations.status import ReviewStatus
from curation.pages import page_environment
from curation.workspace import Workspace, write_whole
from schemas.errors import UsageError


def write_status_page(workspace: Workspace, status: ReviewStatus, file: Path) -> None:
    """Writes the page. It holds numbers and aliases, and no text of an item.

    Raises:
        UsageError: If the file's ending is not .html, or it lies where no page belongs.
    """
    if file.suffix != ".html":
        raise UsageError("the ending is not .html", file=file, mend="Name the file so.")
    check_place(workspace, file, "a page")
    write_whole(file, status_html(status, datetime.now(UTC)))


def status_html(status: ReviewStatus, when: datetime) -> str:
    """The page's text.

    Args:
        status: Where the review stands.
        when: When that was.
    """
    environment = page_environment("annotations")
    environment.filters.update(shown_numbers())
    return environment.get_template("status.html.j2").render(status=status, states=STATES, when=when)


def shown_numbers() -> dict[str, Callable[[float | None], str]]:
    """How a template shows a share or a number that may not be known."""
    return {
        "percent": lambda share: "–" if share is None else f"{share:.0%}",
        "number": lambda value: "–" if value is None else f"{value:,.1f}",
    }
