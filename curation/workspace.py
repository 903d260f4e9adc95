"""The workspace on disk: a folder with a ``curate.yaml``, found from anywhere inside it, as git finds a repository."""

import json
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from schemas.errors import ConfigError

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
    def builds(self) -> Path:
        return self.root / "builds"

    @property
    def exports(self) -> Path:
        return self.root / "exports"

    @property
    def runs(self) -> Path:
        return self.root / "runs"

    @property
    def bundles(self) -> Path:
        return self.root / "bundles"

    @property
    def private(self) -> Path:
        """``.curate``: the cache (unscrubbed text), the ledger and keys. Readable by its owner alone."""
        folder = self.root / ".curate"
        if not folder.is_dir():
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return folder

    @property
    def cache(self) -> Path:
        return self.private / "cache"

    @property
    def ledger(self) -> Path:
        return self.private / "reviews.sqlite"

    def relative(self, path: Path) -> str:
        """``path`` as messages and manifests name it: relative to the workspace, links as they are."""
        return Path(os.path.relpath(path, self.root)).as_posix()


@contextmanager
def whole_folder(final: Path, *, replace: bool = False) -> Iterator[Path]:
    """Yields a folder beside ``final`` to write into, and renames it to ``final`` when all went well.

    A reader sees the whole folder or none. What a killed process left beside it is never mistaken for ``final``.

    Args:
        final: The folder to make.
        replace: Whether a folder that stands there is replaced.
    """
    final.parent.mkdir(parents=True, exist_ok=True)
    partial, old = (final.parent / f".{final.name}.{secrets.token_hex(4)}.{what}" for what in ("partial", "old"))
    partial.mkdir()
    try:
        yield partial
        if replace and final.exists():
            final.rename(old)
        partial.rename(final)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)


def write_whole(path: Path, text: str) -> None:
    """Writes ``text`` to ``path`` so that a reader sees the old file or the new one, never a part."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, partial = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as out:
            out.write(text)
            out.flush()
            os.fsync(out.fileno())
        Path(partial).replace(path)
    except BaseException:
        Path(partial).unlink(missing_ok=True)
        raise


def canonical_json(value: object) -> str:
    """One spelling for one value: sorted keys, no spaces, Unicode as it is. Hashes are taken of this."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
