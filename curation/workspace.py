"""The workspace on disk: a folder with a ``curate.yaml``, found from anywhere inside it, as git finds a repository."""

import errno
import glob
import hashlib
import json
import os
import re
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from schemas.errors import ConfigError, CurateError, UsageError, of_system

CONFIG_NAME = "curate.yaml"


@dataclass(frozen=True)
class Workspace:
    """The places of one workspace.

    Args:
        root: The folder that holds ``curate.yaml``.
    """

    root: Path

    @classmethod
    def find(cls, start: Path | str = ".") -> "Workspace":
        """Finds the workspace that ``start`` lies in.

        Raises:
            ConfigError: If neither ``start`` nor a folder above it holds a ``curate.yaml``.
        """
        start = Path(start).resolve()
        if not start.is_dir():
            raise ConfigError("there is no such folder", file=start, mend="Give -C the folder of a workspace.")
        for folder in (start, *start.parents):
            if (folder / CONFIG_NAME).is_file():
                return cls(folder)
        raise ConfigError(
            f"no {CONFIG_NAME} here or in a folder above",
            file=start,
            mend="Run `curate init DIR` to make a workspace, or name one with -C DIR.",
        )

    @property
    def config_file(self) -> Path:
        return self.root / CONFIG_NAME

    @property
    def sources(self) -> Path:
        return self.root / "sources"

    @property
    def generated(self) -> Path:
        return self.root / "generated"

    @property
    def builds(self) -> Path:
        return self.root / "builds"

    @property
    def exports(self) -> Path:
        return self.root / "exports"

    @property
    def releases(self) -> Path:
        return self.root / "releases"

    @property
    def runs(self) -> Path:
        return self.root / "runs"

    @property
    def bundles(self) -> Path:
        return self.root / "bundles"

    @property
    def evaluations(self) -> Path:
        return self.root / "evaluations"

    @property
    def private(self) -> Path:
        """``.curate``: the cache (unscrubbed text), the ledger and keys. Made if missing, for its owner alone."""
        folder = self.root / ".curate"
        folder.mkdir(mode=0o700, exist_ok=True)
        return folder

    @property
    def folders(self) -> tuple[Path, ...]:
        """The folders of the workspace in which nothing of the user's own making belongs, and that of the sources."""
        made = (self.builds, self.exports, self.releases, self.runs, self.evaluations, self.bundles)
        return (self.sources, self.generated, *made, self.private)

    @property
    def cache(self) -> Path:
        return self.private / "cache"

    @property
    def ledger(self) -> Path:
        return self.private / "reviews.sqlite"

    @property
    def withdrawals(self) -> Path:
        """The tombstones of what was withdrawn."""
        return self.private / "withdrawals.jsonl"

    def relative(self, path: Path) -> str:
        """``path`` as messages and manifests name it: relative to the workspace, links as they are."""
        return Path(os.path.relpath(path, self.root)).as_posix()


@contextmanager
def whole_folder(final: Path, *, replace: bool = False) -> Iterator[Path]:
    """Yields a folder beside ``final`` to write into, and renames it to ``final`` when all went well.

    A reader sees the whole folder or none, and of a folder that is replaced the old one or the new one. What a killed
    process left beside it is cleared away.

    Args:
        final: The folder to make.
        replace: Whether a folder that stands there is replaced.

    Raises:
        CurateError: If ``final`` is there and is not to be replaced, or cannot be written there.
    """
    mark = f".{final.name}.{os.getpid()}.{secrets.token_hex(4)}"
    partial, old = final.parent / f"{mark}.partial", final.parent / f"{mark}.old"
    with _named(final, partial):
        final.parent.mkdir(parents=True, exist_ok=True)
        _clear_left_overs(final)
        if final.exists() and not replace:
            raise CurateError("is there already", file=final, mend="Give another name, or remove it.")
        partial.mkdir()
        try:
            yield partial
            if replace and final.exists():
                final.rename(old)
            try:
                partial.rename(final)
            except OSError:
                if old.exists():
                    old.rename(final)
                raise
            shutil.rmtree(old, ignore_errors=True)
        finally:
            shutil.rmtree(partial, ignore_errors=True)


@contextmanager
def _named(final: Path, partial: Path) -> Iterator[None]:
    """Where ``final`` cannot be made, the error names it, or the folder that bars it, and not what is written beside.

    Raises:
        CurateError: If the operating system refused it.
    """
    try:
        yield
    except OSError as error:
        named = Path(os.fsdecode(error.filename)) if error.filename else None
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)  # such an error names no file
        if not (full if named is None else named.is_relative_to(partial) or final.is_relative_to(named)):
            raise
        place = final
        if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            place = next((one for one in final.parents if one.is_dir()), final.parent)
        elif named is not None and final.is_relative_to(named):
            place = named
        raise of_system(error, place) from None


_LEFT_OVER = re.compile(r"\.(?P<pid>\d+)\.[0-9a-f]{8}\.(partial|old)")


def _clear_left_overs(final: Path) -> None:
    """Removes what processes that no longer run left of ``final``, and puts back the old folder they had set aside."""
    for path in final.parent.glob(f".{final.name}.*"):
        found = _LEFT_OVER.fullmatch(path.name.removeprefix(f".{final.name}"))
        if found is None or is_running(int(found["pid"])):
            continue
        if path.suffix == ".old" and not final.exists():
            path.rename(final)
        else:
            shutil.rmtree(path, ignore_errors=True)


def is_running(pid: int) -> bool:
    """Whether there is a process of this number."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def new_place(folder: Path, name: str, what: str) -> Path:
    """Where a new run or bundle called ``name`` goes.

    Raises:
        UsageError: If the name is none, or is taken.
    """
    if not _NAME.fullmatch(name):
        mend = "Use letters, digits, dots, dashes and underscores."
        raise UsageError(f"'{name}' is no name for a {what}", field="name", mend=mend)
    if (folder / name).exists():
        raise UsageError(f"the {what} exists already", file=f"{folder.name}/{name}", mend="Give another name.")
    return folder / name


def sha256_of(file: Path) -> str:
    """SHA-256 of a file's content, as hexadecimal digits."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


@contextmanager
def whole_file(path: Path, mode: int = 0o600) -> Iterator[Path]:
    """Yields a file beside ``path`` to write into, with its ending, and puts it in its place when all went well.

    A reader sees the old file or the new one, never a part. What a killed process left beside it is cleared away.

    Args:
        path: The file to make; its folder is made where it is missing.
        mode: Who may read it: its owner alone, unless more is given (of which the process's mask takes away).

    Raises:
        CurateError: If it cannot be written there.
    """
    partial = path.with_name(f".{path.stem}.{os.getpid()}.{secrets.token_hex(4)}{path.suffix}")
    with _named(path, partial):
        path.parent.mkdir(parents=True, exist_ok=True)
        _clear_left_over_files(path)
        os.close(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode))
        try:
            yield partial
            partial.replace(path)
        finally:
            partial.unlink(missing_ok=True)


_LEFT_OVER_FILE = re.compile(r"(?P<pid>\d+)\.[0-9a-f]{8}")


def _clear_left_over_files(final: Path) -> None:
    """Removes what processes that no longer run left of ``final``: it may hold texts that nobody scrubbed."""
    start, end = f".{final.stem}.", final.suffix
    for path in final.parent.glob(f"{glob.escape(start)}*{glob.escape(end)}"):
        found = _LEFT_OVER_FILE.fullmatch(path.name.removeprefix(start).removesuffix(end))
        if found is not None and not is_running(int(found["pid"])):
            with suppress(OSError):  # another user's, perhaps
                path.unlink()


def write_whole(path: Path, text: str) -> None:
    """Writes ``text`` to ``path``, which its owner alone may read, as :func:`whole_file` does."""
    with whole_file(path) as partial, partial.open("w", encoding="utf-8") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())


def canonical_json(value: object) -> str:
    """One spelling for one value: sorted keys, no spaces, Unicode as it is. Hashes are taken of this."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
