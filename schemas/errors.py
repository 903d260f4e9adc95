"""The errors a user can meet: what happened, where, and how to mend it.

A message names places (file, row, field), never the text of a record: these messages end up in terminals, logs and
bug reports.
"""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


class CurateError(Exception):
    """Something failed. The command line prints the message as one line and exits with ``exit_code``.

    Args:
        what: What happened, in a few words, without a record's text.
        file: The file it happened in.
        row: The record's place in that file, counted from 1.
        field: The field of the record, or the key of the configuration.
        mend: What the user can do about it.
    """

    exit_code = 1
    unit = "row"
    """What ``row`` counts."""

    def __init__(
        self,
        what: str,
        *,
        file: Path | str | None = None,
        row: int | None = None,
        field: str | None = None,
        mend: str | None = None,
    ) -> None:
        self.what, self.file, self.row, self.field, self.mend = what, file, row, field, mend
        super().__init__(str(self))

    def __str__(self) -> str:
        places = [
            str(self.file) if self.file is not None else None,
            f"{self.unit} {self.row}" if self.row is not None else None,
            f"field '{self.field}'" if self.field is not None else None,
        ]
        where = ", ".join(place for place in places if place)
        line = f"{where}: {self.what}" if where else self.what
        return f"{line}. {self.mend}" if self.mend else line

    def __reduce__(self) -> tuple[Any, ...]:
        """An error that a worker process raised reaches the user as it was, whatever it is made of."""
        return _made_again, (type(self), self.args), self.__dict__


def _made_again(kind: type[CurateError], args: tuple[str, ...]) -> CurateError:
    return kind.__new__(kind, *args)


class ConfigError(CurateError):
    """``curate.yaml`` or an option says something that cannot be done."""


class UsageError(ConfigError):
    """An option or an argument of a command cannot be what it is."""

    exit_code = 2


class YamlError(ConfigError):
    """``curate.yaml`` is wrong at a line."""

    unit = "line"


class MissingExtra(CurateError):
    """A part of the toolkit needs packages that are not installed."""

    def __init__(self, feature: str, extra: str) -> None:
        super().__init__(
            f"{feature} needs packages that are not installed", mend=f"In a checkout, run: pip install -e '.[{extra}]'"
        )


@contextmanager
def needs(extra: str, feature: str) -> Iterator[None]:
    """What is imported within comes with an extra.

    Raises:
        MissingExtra: If it is not installed.
    """
    try:
        yield
    except ModuleNotFoundError:
        raise MissingExtra(feature, extra) from None


class Refused(CurateError):
    """A gate said no: the work could be done, and must not be."""

    exit_code = 3


_NOT_ALLOWED, _FULL = (errno.EACCES, errno.EPERM, errno.EROFS), (errno.ENOSPC, errno.EDQUOT)


def of_system(error: OSError, file: Path | str | None = None) -> CurateError:
    """What the operating system refused, with the mend where one is known.

    Args:
        error: What it raised.
        file: How the user knows the file or folder, where that is not the one it names.
    """
    what = os.strerror(error.errno) if error.errno else str(error)
    mend = None
    if error.errno in _NOT_ALLOWED:
        mend = "Change its permissions, or those of the folder that it lies in."
    elif error.errno in _FULL:
        mend = "Make room on the disk."
    return CurateError(what, file=file or error.filename or "the system", mend=mend)


def fault_told(fault: BaseException) -> str:
    """A fault of the program by its type and place: its message could quote a record."""
    trace = fault.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f" at {Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace else ""
    return f"{type(fault).__name__}{place}"
