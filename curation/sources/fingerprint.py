"""What a source is read from, by content: the same files give the same build."""

import hashlib
from pathlib import Path

from curation.sources.reading import format_of, source_name, source_path
from curation.sources.text import check_file, is_folder
from curation.step import digest
from curation.workspace import Workspace
from schemas.config import SourceConfig
from schemas.errors import CurateError
from schemas.manifest import SourceFile

_CHUNK_BYTES = 1 << 20


def source_files(source: SourceConfig, workspace: Workspace) -> list[SourceFile]:
    """The files of a source with their sizes and SHA-256, in the order of their names.

    Of a dataset on the hub, one entry of no bytes: its revision stands for its content.

    Raises:
        CurateError: If a file cannot be read.
    """
    if source.dataset is not None:
        content = digest([source.dataset, source.revision])
        name = f"{source.dataset}@{source.revision}"
        return [SourceFile(source_id=source.id, path=name, bytes=0, sha256=content)]
    path = source_path(source, workspace)
    if source.texts is not None and not path.exists():
        raise CurateError(
            f"source '{source.id}' has no records yet: they are made of its texts",
            file=source_name(source, workspace),
            mend=f"Run `curate generate {source.id}` first.",
        )
    if not is_folder(path) or format_of(source, workspace) != "dataset":
        return [_source_file(source.id, path, source_name(source, workspace))]
    files = sorted(file for file in path.rglob("*") if file.is_file())
    if not files:
        raise CurateError("is an empty folder", file=source_name(source, workspace), mend="Check path in curate.yaml.")
    name = source_name(source, workspace)
    return [_source_file(source.id, file, f"{name}/{file.relative_to(path).as_posix()}") for file in files]


def _source_file(source_id: str, path: Path, name: str) -> SourceFile:
    check_file(path, name)
    found, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            found.update(chunk)
            size += len(chunk)
    return SourceFile(source_id=source_id, path=name, bytes=size, sha256=found.hexdigest())
