"""The report of the last build with where its review stands, and what changed since the build before it."""

from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from markupsafe import Markup

from annotations.policy import STATES
from annotations.status import ReviewStatus, status
from annotations.status_page import shown_numbers
from curation import Workspace, open_build
from curation.build import REPORT
from curation.pages import page_environment
from curation.report.charts import chart
from curation.since import drift, drift_html, page_with
from curation.workspace import write_whole


class Report(NamedTuple):
    """Where the page lies, of which build it tells, and with which it compares that, if there is another."""

    path: Path
    build_id: str
    against: str | None


def write_report(workspace: Workspace, *, against: str | None = None) -> Report:
    """Writes ``builds/report.html``: the page of the last build, the state of its review, and the drift.

    Both change while a build stands, so they are no part of it. The page has scrubbed texts alone.

    Args:
        workspace: Where the build is.
        against: The build to compare with; where it is not given, the last other one that was made.

    Raises:
        CurateError: If there is no build, its page was altered, or the ledger is broken.
    """
    build = open_build(workspace)
    changed = drift(workspace, build, against)
    review = review_html(status(workspace), datetime.now(UTC))
    page = workspace.builds / REPORT
    write_whole(page, page_with(build, {"review": review, "drift": drift_html(changed)}))
    return Report(page, build.manifest.build_id, changed.before.build_id if changed else None)


def review_html(found: ReviewStatus, when: datetime) -> Markup:
    """Where the review stands, as a part of the page: numbers and aliases alone.

    Args:
        found: Where it stands.
        when: When that was.
    """
    environment = page_environment("annotations")
    environment.filters.update(shown_numbers())
    backlog = chart(
        "Items by level of risk, and where they stand",
        [*STATES],
        [(one.level, [one.states[state] for state in STATES]) for one in found.backlog],
    )
    return Markup(
        environment.get_template("report.html.j2").render(status=found, states=STATES, backlog=backlog, when=when)
    )
