"""``helplines.yaml`` of a workspace: the lines that a bundle may show, each compared with its source by a person.

The table that comes with the code (``curation.helplines``) says of every entry whether anybody has compared it with the
organisation's page. A number in a crisis reply that nobody has checked can do more harm than none. So the lines of one
country are written into the workspace, where a person compares, corrects and dates them; a bundle takes only those, and
without a crisis line or an emergency number among them there is no bundle.
"""

from datetime import date
from pathlib import Path
from typing import NamedTuple

import yaml
from pydantic import Field, ValidationError, model_validator

from curation.helplines import Helpline, table
from curation.triage import LEVELS, Level
from curation.workspace import Workspace, write_whole
from curation.yaml_text import read_yaml
from schemas.errors import Refused, UsageError, YamlError
from schemas.items import Strict

HELPLINES = "helplines.yaml"

_HEAD = """\
# The helplines that a bundle shows to somebody in danger. For each of them:
#   1. open the page in `source`, compare name, numbers, hours and languages, and correct them here;
#   2. write the day into `checked`, as 2026-11-24. It counts for a year. A line without it is not shown.
# Write your name into `checked_by`. Lines of your own go in the same way. Lines of purpose `suicide` and `emergency`
# are shown at every level of risk, others at the levels of `levels`.
"""

_SHOWN = ("id", "name", "country", "numbers", "text", "chat", "hours", "languages", "audience", "purpose", "source")
_ABUSE: tuple[Level, ...] = ("abuse_now",)


class Line(Helpline):
    """A helpline with the levels of risk at which it is shown."""

    levels: tuple[Level, ...] = ()
    """For a line that is neither for suicide nor for emergencies."""

    def is_for(self, level: Level) -> bool:
        """Whether the line is shown to somebody at ``level``."""
        return self.purpose != "other" or level in self.levels


class HelplineFile(Strict):
    """``helplines.yaml``."""

    country: str = Field(pattern=r"^[A-Z]{2}$")
    """ISO 3166 code: where the users are."""
    checked_by: str | None = None
    """Who compared the lines with their sources."""
    lines: tuple[Line, ...]

    @model_validator(mode="after")
    def _reachable(self) -> "HelplineFile":
        for line in self.lines:
            if line.country != self.country:
                raise ValueError(f"line '{line.id}' is of {line.country}, and the file is for {self.country}")
            if not (line.numbers or line.text or line.chat):
                raise ValueError(f"line '{line.id}' has no number and no chat")
        return self


class Confirmed(NamedTuple):
    """What a bundle may show."""

    country: str
    checked_by: str
    lines: tuple[Line, ...]
    """Those for suicide first, then emergency numbers, then the others."""


def write_helplines(workspace: Workspace, country: str) -> Path:
    """Writes the lines of a country into the workspace, for a person to check. Returns the file.

    Raises:
        UsageError: If the table has no line of the country, or the file is there already.
    """
    file = workspace.root / HELPLINES
    if file.exists():
        mend = "Correct it, or remove it to begin again."
        raise UsageError("is there already", file=HELPLINES, mend=mend)
    entries = [_proposed(entry) for entry in table().entries if entry.country == country]
    if not entries:
        countries = ", ".join(sorted({entry.country for entry in table().entries} - {"EU", "INT"}))
        raise UsageError(f"no helpline of '{country}' is known", field="country", mend=f"There are: {countries}.")
    lines = [line for line in entries if line.purpose != "other" or line.levels]
    shown = [
        {**line.model_dump(mode="json", include={*_SHOWN, "levels"}, exclude_defaults=True), "checked": None}
        for line in lines
    ]
    content = {"country": country, "checked_by": None, "lines": shown}
    write_whole(file, _HEAD + yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=120))
    return file


def _proposed(entry: Helpline) -> Line:
    """An entry of the table as a line that nobody has confirmed for this workspace yet."""
    about = (entry.audience or "").casefold()
    levels = _ABUSE if entry.purpose == "other" and ("abuse" in about or "violence" in about) else ()
    return Line(**entry.model_dump(exclude={"checked"}), levels=levels)


def confirmed_helplines(workspace: Workspace, today: date) -> Confirmed:
    """The lines of ``helplines.yaml`` that a person has compared with their sources within a year.

    Raises:
        YamlError: If the file does not hold.
        Refused: If there is none, nobody signed it, or no crisis line or emergency number in it is checked.
    """
    path = workspace.root / HELPLINES
    if not path.is_file():
        raise Refused(
            "no helplines were confirmed, and a bundle must be able to show some",
            file=HELPLINES,
            mend="Run `curate helplines US` (or your country), compare each line with its source and date it.",
        )
    read = _read(path)
    lines = [line for line in read.lines if line.is_verified(today)]
    if not any(line.purpose != "other" for line in lines):
        raise Refused(
            f"no crisis line or emergency number of '{read.country}' was compared with its source within the last year",
            file=HELPLINES,
            field="checked",
            mend="Compare each line with the page in `source` and write the day into `checked`.",
        )
    if not (read.checked_by or "").strip():
        raise Refused(
            "nobody says who checked the lines", file=HELPLINES, field="checked_by", mend="Write a name into it."
        )
    order = ("suicide", "emergency", "other")
    return Confirmed(
        read.country, (read.checked_by or "").strip(), tuple(sorted(lines, key=lambda one: order.index(one.purpose)))
    )


def _read(path: Path) -> HelplineFile:
    located = read_yaml(path, HELPLINES)
    try:
        return HelplineFile.model_validate(located.value)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        loc = tuple(part for part in first["loc"] if isinstance(part, int | str))
        message = first["msg"].removeprefix("Value error, ")
        raise YamlError(
            message[:1].lower() + message[1:],
            file=HELPLINES,
            row=located.line(located.known(loc)),
            field=".".join(map(str, loc)) or None,
            mend=f"The levels are {', '.join(LEVELS)}." if "levels" in loc else "Correct it there.",
        ) from None
