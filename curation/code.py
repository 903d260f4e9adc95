"""Which of this project's files a module's results depend on, found by following its imports."""

import ast
import hashlib
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOMS = ("schemas", "curation")
_BESIDE = Path(__file__).parent.parent
NO_DATA = {"__pycache__", "example"}
"""Folders in a package that hold no data of its modules; a wheel has the example workspace in one."""


@cache
def code_hash(module: str) -> str:
    """SHA-256 over a module's source, all that it imports from this project, and the data files beside them.

    Imports inside functions count. The same code gives the same hash wherever it is installed.
    """
    found = hashlib.sha256()
    for name, file in sorted(code_files(module).items()):
        found.update(name.encode() + b"\0" + file.read_bytes() + b"\0")
    return found.hexdigest()


def code_files(module: str) -> dict[str, Path]:
    """The files behind :func:`code_hash`, by module, or by package and file name for data."""
    files: dict[str, Path] = {}
    waiting = [module]
    while waiting:
        name = waiting.pop()
        if name in files:
            continue
        file = _source(name)
        if file is None:
            continue
        files[name] = file
        package = name if file.name == "__init__.py" else name.rpartition(".")[0]
        for data in _data_in(file.parent):
            files[f"{package}/{data.relative_to(file.parent).as_posix()}"] = data
        waiting += _imports(file)
    return files


def _data_in(folder: Path) -> Iterator[Path]:
    """The files that the modules of a folder may read: changing one changes results as changing code does."""
    for path in folder.iterdir():
        if path.name.startswith(".") or path.name in NO_DATA:
            continue
        if path.is_dir() and not (path / "__init__.py").exists():
            yield from _data_in(path)
        elif path.is_file() and path.suffix not in (".py", ".pyc", ".md"):
            yield path


def _imports(file: Path) -> Iterator[str]:
    """The modules of this project that a file imports: ``from a import b`` means ``a.b`` where that is a module."""
    for module, name in _imported(file.read_text(encoding="utf-8")):
        inner = f"{module}.{name}"
        yield inner if name and _source(inner) is not None else module


@cache
def _imported(source: str) -> tuple[tuple[str, str], ...]:
    """The imports from this project in a file's text, as (module, name in it, or nothing). Steps share most files."""
    found: list[tuple[str, str]] = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found += [(alias.name, "") for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            found += [(node.module, alias.name) for alias in node.names]
    return tuple((module, name) for module, name in found if module.split(".")[0] in ROOMS)


def _source(module: str) -> Path | None:
    """The file of a module, without importing it; None for a name that is a function or a class."""
    if module.split(".")[0] not in ROOMS:  # a step of somebody else's, which is imported by now
        return Path(sys.modules[module].__file__ or "")
    path = _BESIDE.joinpath(*module.split("."))
    return next((file for file in (path / "__init__.py", path.with_suffix(".py")) if file.is_file()), None)
