"""A record as a reader hands it on, and the limits that hold for every format."""

from typing import Any, NamedTuple

from schemas.faults import Fault

MAX_FIELD_CHARS = 5_000_000
"""The longest text of one field that is read, in characters. Longer ones are dumps of data."""

MAX_LINE_CHARS = 20_000_000
"""The longest line that is read, in characters: what stands behind it on the line is skipped."""

MAX_DEPTH = 100
"""The deepest nesting of a JSON record."""

WHOLE_RECORD = "record"
"""The field that a fault names when it is in none: the record itself cannot be read."""


class Read(NamedTuple):
    """One record of a file: its place, and either what it holds or why it cannot be read.

    Args:
        row: The place in the file, from 1: the line of a file of lines, the record of any other.
        record: What stands there: an object, a list or any other JSON value.
        fault: Why it cannot be read; ``record`` is None then.
    """

    row: int
    record: Any
    fault: Fault | None = None


class RecordFault(Exception):
    """A record cannot be used. Raised while one record is looked at, and never leaves this package."""

    def __init__(self, field: str, message: str, mend: str) -> None:
        super().__init__(message)
        self.fault = Fault(field, message, mend)
