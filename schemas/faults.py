"""What is wrong with one record: quarantined instead of dropped, with its place and the mend."""

import re
from typing import NamedTuple

from schemas.items import Strict

_NUMBER = re.compile(r"(?<![\w'-])\d+(?:,\d+)*(?![\w'-])")
"""A number in a message (a row, a length) that would make a reason of its own of every record."""


class Fault(NamedTuple):
    """What is wrong with a record. ``message`` never quotes the record."""

    field: str
    message: str
    mend: str


class Quarantined(Strict):
    """One line of ``quarantine.jsonl``: a record that is not in the build, where it stands and how to mend it."""

    source_id: str
    file: str
    row: int
    record: str
    step: str
    field: str
    message: str
    mend: str

    @property
    def reason(self) -> str:
        """The message without what is of this record alone."""
        return _NUMBER.sub("N", self.message)
