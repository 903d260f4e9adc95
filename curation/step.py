"""What a step is: a pure function from a table to a table of the same length, and what its result depends on."""

import hashlib
import sys
import unicodedata
from importlib.metadata import version
from typing import ClassVar, Protocol

import pyarrow as pa

from curation.code import code_hash
from curation.table import FAULT
from curation.workspace import canonical_json
from schemas.config import Section

FAULT_COLUMN = pa.field("fault", FAULT)


class RowStep(Protocol):
    """A step that looks at one row at a time.

    Called with a table that has the columns ``reads``, it returns one of as many rows with the columns ``writes`` and
    a column ``fault``: null for a row that goes on, and what is wrong with one that goes into quarantine. A row's
    result depends on that row's ``reads`` and on ``config`` alone, so that it can be kept and used again. Steps after
    deduplication find no faults: a row that stands for others cannot leave.
    """

    name: ClassVar[str]
    reads: ClassVar[tuple[str, ...]]
    writes: ClassVar[pa.Schema]
    libraries: ClassVar[tuple[str, ...]]
    """The distributions whose versions its result depends on, such as ``ftfy``."""

    @property
    def config(self) -> Section: ...

    def __call__(self, rows: pa.Table) -> pa.Table: ...


def fingerprint(step: RowStep) -> str:
    """A hash of all that a step's results depend on beside the rows: name, configuration, code and libraries."""
    return digest(
        {
            "step": step.name,
            "config": step.config.model_dump(mode="json"),
            "code": code_hash(type(step).__module__),
            "libraries": library_versions(*step.libraries),
        }
    )


def library_versions(*libraries: str) -> dict[str, str]:
    """The versions of these distributions, of Python, and of the Unicode tables that it knows."""
    python = {"python": ".".join(map(str, sys.version_info[:2])), "unicode": unicodedata.unidata_version}
    return python | {library: version(library) for library in libraries}


def digest(value: object) -> str:
    """SHA-256 of the canonical JSON of ``value``, as hexadecimal digits."""
    return hashlib.sha256(canonical_json(value).encode()).hexdigest()
