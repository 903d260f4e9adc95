"""A copy of a build's page with what the build cannot know put in its place."""

import re
from collections.abc import Mapping

from markupsafe import Markup

from curation.build import REPORT, Build
from curation.pages import page_environment
from curation.since.drift import Drift
from schemas.errors import CurateError


def page_with(build: Build, parts: Mapping[str, Markup]) -> str:
    """The page of a build with parts of its own put in.

    Args:
        build: Whose page is copied.
        parts: What stands in a place: ``review`` or ``drift``. It may hold no script: the page would not run it.

    Raises:
        CurateError: If the page is not the one that the build was made with, or has no such place.
    """
    page = build.file(REPORT).read_text(encoding="utf-8")
    for place, part in parts.items():
        # No text of an item can stand for these marks: in it, `<` is written as `&lt;`.
        found = re.search(f"<!--since:{place}-->.*?<!--/since:{place}-->", page, flags=re.DOTALL)
        if found is None:
            raise CurateError(
                f"has no place for '{place}': an earlier version made it",
                file=f"{build.folder.parent.name}/{build.folder.name}/{REPORT}",
                mend="Run `curate build-dataset`.",
            )
        page = page[: found.start()] + str(part) + page[found.end() :]
    return page


def drift_html(found: Drift | None) -> Markup:
    """What changed since another build, as a part of the page; ``None`` where there is no other."""
    environment = page_environment("curation.since")
    environment.filters["share"] = lambda share: f"{100 * share:.1f}"
    return Markup(environment.get_template("drift.html.j2").render(drift=found))
