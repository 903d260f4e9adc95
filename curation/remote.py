"""Files and folders at addresses such as s3://bucket/key, through fsspec: fetched for a build, and handed over.

Credentials come from where the implementation of each kind of address finds them (its environment variables and
standard files), and never from ``curate.yaml``.
"""

import hashlib
import importlib.util
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from curation.step import digest
from curation.workspace import Workspace, sha256_of, whole_folder
from schemas.errors import ConfigError, CurateError, MissingExtra

_CHUNK_BYTES = 1 << 20
_EXTRAS = {"s3": "s3", "s3a": "s3"}
"""The extras that the implementations of some kinds of addresses come with."""


def is_remote(path: str) -> bool:
    """Whether ``path`` is an address and not a place on this machine's disk."""
    return "://" in path


def check_address(address: str, field: str = "path") -> None:
    """Raises ConfigError where an address, given as ``field``, holds what could be a secret: it stands in manifests and
    releases.
    """
    parts = urlsplit(address)
    if "@" in parts.netloc or parts.query:
        raise ConfigError(
            "holds a user, a password or a signature",
            field=field,
            mend="Give the plain address; credentials come from the environment or the standard files of its tool.",
        )


def fetched(address: str, workspace: Workspace) -> Path:
    """A copy of the file or folder as it is now, kept in ``.curate/fetched`` and fetched again when it has changed.

    Raises:
        CurateError: If it cannot be fetched.
    """
    store, path = _store(address)
    with _told(address):
        info = store.info(path)
        infos = store.find(path, detail=True).values() if info["type"] == "directory" else [info]
        version = digest(sorted(str(sorted(one.items())) for one in infos))[:16]
    home = _home(address, workspace)
    copy = home / version / PurePosixPath(path).name
    if not copy.exists():
        with whole_folder(home / version, replace=True) as partial, _told(address):
            store.get(path, str(partial / copy.name), recursive=info["type"] == "directory")
        for old in home.iterdir():
            if old.name != version:
                shutil.rmtree(old)
    return copy


def forget_fetched(addresses: list[str], workspace: Workspace) -> None:
    """Removes the copies of all but these: a text that left its source must leave this machine, too."""
    kept = {_home(address, workspace) for address in addresses}
    for home in (workspace.private / "fetched").glob("*"):
        if home not in kept:
            shutil.rmtree(home)


def check_target(address: str) -> None:
    """Raises CurateError where nothing can be copied to an address, before there is anything to copy."""
    check_address(address, "--to")
    _store(address)


def hand_over(folder: Path, sums: dict[str, str], manifest: str, address: str) -> None:
    """Copies a folder of files to an address. Its manifest goes last: where there is none, the copy is not whole.

    Object stores cannot rename, so a reader may see files without their manifest, and never a manifest without its
    files. Every file is read back and compared. A whole copy that stands there already is compared and left.

    Args:
        folder: What to copy.
        sums: The files and the SHA-256 of each, without the manifest.
        manifest: The name of the manifest.
        address: The folder that they go into.

    Raises:
        CurateError: If it cannot be written, or a file is not there as it was written.
    """
    store, path = _store(address)
    with _told(address):
        stands = store.exists(f"{path}/{manifest}")
        if not stands and "file" in store.protocol:
            store.makedirs(path, exist_ok=True)
        for name, expected in {**sums, manifest: sha256_of(folder / manifest)}.items():
            if not stands:
                store.put_file(str(folder / name), f"{path}/{name}")
            if not store.exists(f"{path}/{name}") or _sha256(store, f"{path}/{name}") != expected:
                raise CurateError(
                    "is not what was copied there", file=f"{address}/{name}", mend="Remove the copy and run it again."
                )


def _home(address: str, workspace: Workspace) -> Path:
    return workspace.private / "fetched" / digest(address)[:16]


def _store(address: str) -> tuple[Any, str]:
    """The file system of an address, and the path in it."""
    import fsspec

    with _told(address):
        store, path = fsspec.core.url_to_fs(address)
        store.invalidate_cache()  # what was listed a while ago may have changed
    return store, path.rstrip("/")


def _sha256(store: Any, path: str) -> str:
    found = hashlib.sha256()
    with store.open(path, "rb", block_size=_CHUNK_BYTES, cache_type="readahead") as file:
        while chunk := file.read(_CHUNK_BYTES):
            found.update(chunk)
    return found.hexdigest()


@contextmanager
def _told(address: str) -> Iterator[None]:
    """Tells in words what goes wrong at an address. Every implementation raises errors of its own kind."""
    kind = address.partition("://")[0]
    try:
        yield
    except CurateError:
        raise
    except ImportError as error:
        if kind in _EXTRAS and importlib.util.find_spec("s3fs") is None:
            raise MissingExtra(f"an address of {kind}://", _EXTRAS[kind]) from error
        raise CurateError(
            f"addresses of {kind}:// need a package that is not installed", file=address, mend=f"{error}."
        ) from error
    except ValueError as error:
        raise ConfigError(f"there are no addresses of {kind}://", file=address, mend=str(error)) from error
    except FileNotFoundError as error:
        raise CurateError(
            "there is no such file, folder or bucket", file=address, mend="Check the address, letter by letter."
        ) from error
    except PermissionError as error:
        raise CurateError(
            "may not be read or written", file=address, mend="Do the credentials that are set have the right to?"
        ) from error
    except Exception as error:
        name = type(error).__name__
        if "credential" in name.lower() or "auth" in name.lower():
            mend = "Set credentials as the tool of this store does, in the environment or its standard files."
            raise CurateError("no credentials were found", file=address, mend=mend) from error
        raise CurateError(
            f"cannot be reached ({name})", file=address, mend="Check the address, its endpoint and the network."
        ) from error
