"""What every HTML page of the project is made with: a template beside its module, checked and escaped."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jinja2 import Environment


def page_environment(package: str) -> "Environment":
    """An environment for the templates in ``package``: text is escaped, and a name that is not given is an error.

    The macros of ``curation/dots.html.j2`` and ``curation/report/charts.html.j2`` can be imported from any of them.
    """
    from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined

    return Environment(
        loader=ChoiceLoader([PackageLoader(package, ""), PackageLoader("curation", "")]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
