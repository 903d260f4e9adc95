"""What a step is: a pure function from a table to a table of the same length, and what its result depends on."""

import hashlib
import inspect
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import ClassVar, Protocol

import pyarrow as pa

from curation.table import FAULT
from curation.workspace import canonical_json
from schemas.config import Section

FAULT_COLUMN = pa.field("fault", FAULT)


class RowStep(Protocol):
    """A step that looks at one row at a time.

    Called with a table that has the columns ``reads``, it returns one of as many rows with the columns ``writes`` and
    a column ``fault``: null for a row that goes on, and what is wrong with one that goes into quarantine. A row's
    result depends on that row's ``reads`` and on ``config`` alone, so that it can be kept and used again.
    """

    name: ClassVar[str]
    reads: ClassVar[tuple[str, ...]]
    writes: ClassVar[pa.Schema]
    code: ClassVar[tuple[str, ...]]
    """The modules and packages that its result depends on, such as ``curation.cleaning``."""
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
            "code": [code_hash(name) for name in step.code],
            "libraries": {library: version(library) for library in step.libraries},
        }
    )


def digest(value: object) -> str:
    """SHA-256 of the canonical JSON of ``value``, as hexadecimal digits."""
    return hashlib.sha256(canonical_json(value).encode()).hexdigest()


@cache
def code_hash(module: str) -> str:
    """SHA-256 over a module's file, or over all files of a package, data files as well."""
    import importlib

    source = inspect.getsourcefile(importlib.import_module(module))
    assert source is not None, f"{module} has no source file"
    path = Path(source)
    files = sorted(path.parent.rglob("*")) if path.name == "__init__.py" else [path]
    found = hashlib.sha256()
    for file in files:
        if file.is_file() and "__pycache__" not in file.parts:
            found.update(file.relative_to(path.parent).as_posix().encode() + b"\0" + file.read_bytes() + b"\0")
    return found.hexdigest()
