"""What is wrong with one record: quarantined instead of dropped, with its place and the mend."""

from typing import NamedTuple

from schemas.items import Strict


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
