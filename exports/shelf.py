"""The releases of a workspace, as they stand on disk: in which order, with which items, in which parts."""

from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq
from packaging.version import InvalidVersion, Version
from pydantic import ValidationError

from curation import PARTS, Workspace
from schemas.errors import CurateError, UsageError
from schemas.release import ReleaseManifest

DATA, EVIDENCE, MANIFEST, SUMS = "data", "evidence", "release.json", "SHA256SUMS"


class Release(NamedTuple):
    """A release as it stands on disk."""

    folder: Path
    manifest: ReleaseManifest

    def items(self) -> pa.Table:
        """Its items, with ``split``, in the order of the parts."""
        tables = []
        for part in PARTS:
            file = data_file(self.folder, part)
            if file.is_file():
                table = pq.read_table(file)
                tables.append(table.append_column("split", pa.array([part] * len(table), pa.string())))
        return pa.concat_tables(tables)

    def part_of(self) -> dict[str, str]:
        """The part of each of its items, by their ids, in the order of the parts."""
        found: dict[str, str] = {}
        for part in PARTS:
            file = data_file(self.folder, part)
            if file.is_file():
                found |= dict.fromkeys(pq.read_table(file, columns=["item_id"])["item_id"].to_pylist(), part)
        return found


def data_file(folder: Path, part: str) -> Path:
    """Where a part of a release lies, by the names that the Hugging Face hub gives."""
    return folder / DATA / f"{part}-00000-of-00001.parquet"


def version_of(text: str) -> Version:
    """A version such as ``1.0.0``.

    Raises:
        UsageError: If it is none.
    """
    try:
        return Version(text)
    except InvalidVersion:
        raise UsageError(f"'{text}' is no version", field="version", mend="Write it as 1.0.0.") from None


def releases(workspace: Workspace) -> list[Release]:
    """All releases, the oldest version first.

    Raises:
        CurateError: If one cannot be read.
    """
    folders = [path.parent for path in workspace.releases.glob(f"[!.]*/{MANIFEST}")]
    return [open_release(workspace, folder.name) for folder in sorted(folders, key=lambda one: version_of(one.name))]


def open_release(workspace: Workspace, version: str) -> Release:
    """One release.

    Raises:
        CurateError: If there is none of that version, or its manifest cannot be read.
    """
    folder = workspace.releases / version
    try:
        return Release(folder, ReleaseManifest.model_validate_json((folder / MANIFEST).read_bytes()))
    except FileNotFoundError:
        known = sorted(path.parent.name for path in workspace.releases.glob(f"[!.]*/{MANIFEST}"))
        mend = f"There are: {', '.join(known)}." if known else "`curate release VERSION` makes one."
        raise CurateError(f"there is no release '{version}'", file=workspace.root, mend=mend) from None
    except ValidationError:
        mend = "Put back a copy of the release."
        raise CurateError("cannot be read", file=workspace.relative(folder / MANIFEST), mend=mend) from None


def released_parts(workspace: Workspace) -> dict[str, str]:
    """The part of every item that was ever released; the first release that held it counts."""
    found: dict[str, str] = {}
    for release in releases(workspace):
        found = release.part_of() | found
    return found
