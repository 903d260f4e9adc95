"""Files of texts that a command takes and gives, outside a workspace: JSON lines, CSV or Parquet, by their ending.

They are read by the readers of the sources, so that what is wrong with a file is said in the same words everywhere. In
a build a faulty row goes to quarantine; here it is refused, since there is none.
"""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from curation.sources.arrow import read_parquet
from curation.sources.delimited import Dialect, read_delimited
from curation.sources.jsonl import read_jsonl
from curation.sources.record import WHOLE_RECORD, Read
from curation.sources.text import has_lone_surrogate
from schemas.errors import CurateError, UsageError

ENDINGS = (".jsonl", ".csv", ".parquet")

Row = dict[str, Any]

_ALL_COLUMNS = (".",)
_FIELDS = ("id", "text", "spans", "turns")
"""What the commands look at; nothing else of a Parquet file is read."""
_MEND = "Every row needs the fields id and text."


def ending_of(file: Path) -> str:
    """The ending of a file, which says how it is laid out.

    Raises:
        UsageError: If it is none of :data:`ENDINGS`.
    """
    ending = file.suffix.lower()
    if ending not in ENDINGS:
        raise UsageError(
            f"the ending '{file.suffix}' is not known", file=file, mend=f"Use one of {', '.join(ENDINGS)}."
        )
    return ending


def check_apart(read: Sequence[Path | None], written: Sequence[Path | None]) -> None:
    """Sees that no file is written that is read as well, and none twice. What is not given is None.

    Raises:
        UsageError: If one is.
    """
    sources, targets = ([file for file in files if file is not None] for files in (read, written))
    for place, target in enumerate(targets):
        if any(_is_same(target, source) for source in sources):
            raise UsageError("is both read and written", file=target, mend="Give the result a name of its own.")
        if any(_is_same(target, other) for other in targets[:place]):
            raise UsageError("is written twice", file=target, mend="Give each result a name of its own.")


def _is_same(one: Path, other: Path) -> bool:
    return one.resolve() == other.resolve() or (one.exists() and other.exists() and one.samefile(other))


def read_rows(file: Path, *, turns: bool = False) -> Iterator[tuple[int, Row]]:
    """Yields each row's place, counted from 1, and the row: an ``id`` (a text or a whole number), a ``text``, and more.

    Args:
        file: The file.
        turns: Whether a row may have ``turns`` in the place of its text; what they hold is not looked at.

    Raises:
        UsageError: If its ending is not known.
        CurateError: If the file or a row cannot be read, or it has none. It names the row and the field.
    """
    for read in _reads(file):
        if read.fault is not None:
            field = None if read.fault.field == WHOLE_RECORD else read.fault.field
            raise CurateError(read.fault.message, file=file, row=read.row, field=field, mend=read.fault.mend)
        yield read.row, _checked(read.record, file, read.row, turns)


def _reads(file: Path) -> Iterator[Read]:
    ending = ending_of(file)
    if ending == ".parquet":
        return read_parquet(file, str(file), _FIELDS, where_there=True)
    if ending == ".csv":
        return read_delimited(file, str(file), "utf-8", Dialect(",", quoting=True), _ALL_COLUMNS)
    return read_jsonl(file, str(file), "utf-8")


def _checked(row: Any, file: Path, number: int, turns: bool) -> Row:
    def fault(what: str, field: str, mend: str = _MEND) -> CurateError:
        return CurateError(what, file=file, row=number, field=field, mend=mend)

    if not isinstance(row, dict):
        raise CurateError("is no JSON object", file=file, row=number, mend='A row is {"id": ..., "text": ...}.')
    found, text = row.get("id"), row.get("text")
    if found is None or found == "":
        raise fault("is missing", "id")
    if isinstance(found, bool) or not isinstance(found, str | int):
        raise fault("is neither a text nor a whole number", "id")
    _check_whole(str(found), "id", fault)
    if turns and row.get("turns") is not None:
        return row
    if not isinstance(text, str):
        raise fault("is missing" if text is None else "is not a text", "text")
    _check_whole(text, "text", fault)
    return row


def _check_whole(value: str, field: str, fault: Callable[[str, str, str], CurateError]) -> None:
    if not value.isascii() and has_lone_surrogate(value):
        raise fault("has half of a surrogate pair", field, "Write the character whole.")
