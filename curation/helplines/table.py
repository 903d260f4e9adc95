"""The table of help organisations, read from ``helplines.yaml`` and validated."""

from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from typing import Literal

import yaml
from pydantic import Field, model_validator

from schemas.errors import CurateError
from schemas.items import Strict

VALID_FOR = timedelta(days=365)
"""How long an entry counts as verified after a person has compared it with its source."""


class Helpline(Strict):
    """One organisation and how it is reached. A number that several lines share stands with each of them."""

    id: str = Field(pattern=r"^[a-z0-9-]+$")
    name: str
    country: str = Field(pattern=r"^([A-Z]{2}|INT)$")
    """ISO 3166 code; ``EU`` for numbers that Europe has in common, ``INT`` for organisations of no one country."""
    numbers: tuple[str, ...] = ()
    """Numbers to call, as they are dialled."""
    text: tuple[str, ...] = ()
    """Numbers to send a message to."""
    chat: str | None = None
    """The address of a chat."""
    vanity: tuple[str, ...] = ()
    """Numbers as they are written with letters, such as ``1-800-GAMBLER``."""
    former: tuple[str, ...] = ()
    """Numbers that were given up or replaced; they may still connect, but are no longer the ones to give."""
    former_note: str | None = None
    sites: tuple[str, ...] = ()
    """Domains; their subdomains count as well."""
    emails: tuple[str, ...] = ()
    hours: str | None = None
    languages: tuple[str, ...] = ()
    audience: str | None = None
    """Whom the line is for; anyone where it is not said."""
    purpose: Literal["suicide", "emergency", "other"] = "other"
    source: str = Field(pattern=r"^https?://")
    second: str | None = None
    """Another list that has one of the numbers: a key of :attr:`Table.seconds`."""
    checked: date | None = None
    """When a person last compared the entry with its source."""

    @property
    def dialled(self) -> tuple[str, ...]:
        """All numbers that a text may name it by, the former ones as well."""
        return (*self.numbers, *self.text, *self.vanity, *self.former)

    def is_verified(self, today: date) -> bool:
        """Whether a person has compared the entry with its source within :data:`VALID_FOR`."""
        return self.checked is not None and timedelta(0) <= today - self.checked <= VALID_FOR


class Table(Strict):
    """All of ``helplines.yaml``."""

    version: int
    entered: date
    """When the entries that were never checked were written down."""
    seconds: dict[str, str]
    entries: tuple[Helpline, ...]

    @model_validator(mode="after")
    def _named(self) -> "Table":
        for entry in self.entries:
            if entry.second is not None and entry.second not in self.seconds:
                raise ValueError(f"entry '{entry.id}' names '{entry.second}', which is not among the seconds")
        return self


@cache
def table() -> Table:
    """The table that comes with this version of the code."""
    text = files("curation.helplines").joinpath("helplines.yaml").read_text(encoding="utf-8")
    return Table.model_validate(yaml.safe_load(text))


def to_present(country: str, today: date, entries: tuple[Helpline, ...] | None = None) -> list[Helpline]:
    """The lines of a country that may be shown to a user as verified, those for suicide and emergencies first.

    Args:
        country: ISO 3166 code.
        today: The day on which they are shown.
        entries: The entries to choose from; the table's where they are not given.

    Raises:
        CurateError: If no person has compared a line of the country with its source within the last year. An unverified
            number in a crisis reply can do more harm than none: the caller has to say so instead of showing one.
    """
    of_country = [entry for entry in entries or table().entries if entry.country == country]
    shown = [entry for entry in of_country if entry.is_verified(today)]
    if not any(entry.purpose != "other" for entry in shown):
        raise CurateError(
            f"no crisis line or emergency number of '{country}' was compared with its source within the last year",
            file="curation/helplines/helplines.yaml",
            field="checked",
            mend="Compare the country's entries with the pages in `source` and write the day into `checked`.",
        )
    return sorted(shown, key=lambda entry: ("suicide", "emergency", "other").index(entry.purpose))
