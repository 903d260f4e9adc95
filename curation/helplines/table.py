"""The table of help organisations, read from ``helplines.yaml`` and validated."""

from datetime import date
from functools import cache
from importlib.resources import files

import yaml
from pydantic import Field

from schemas.items import Strict


class Helpline(Strict):
    """One organisation and how it is reached. A number that several lines share stands with each of them."""

    id: str = Field(pattern=r"^[a-z0-9-]+$")
    name: str
    country: str = Field(pattern=r"^([A-Z]{2}|INT)$")
    """ISO 3166 code; ``EU`` for numbers that Europe has in common, ``INT`` for organisations of no one country."""
    numbers: tuple[str, ...] = ()
    """Numbers to call or to send a message to, as they are dialled."""
    vanity: tuple[str, ...] = ()
    """The same numbers as they are written with letters, such as ``1-800-273-TALK``."""
    sites: tuple[str, ...] = ()
    """Domains; their subdomains count as well."""
    emails: tuple[str, ...] = ()
    source: str = Field(pattern=r"^https?://")
    checked: date | None = None
    """When a person last compared the entry with its source."""


class Table(Strict):
    """All of ``helplines.yaml``."""

    version: int
    entered: date
    """When the entries that were never checked were written down."""
    entries: tuple[Helpline, ...]


@cache
def table() -> Table:
    """The table that comes with this version of the code."""
    text = files("curation.helplines").joinpath("helplines.yaml").read_text(encoding="utf-8")
    return Table.model_validate(yaml.safe_load(text))
