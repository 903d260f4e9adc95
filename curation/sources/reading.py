"""Which reader reads a source."""

from collections.abc import Iterator
from pathlib import Path

from curation.remote import fetched, is_remote
from curation.sources.arrow import read_hub, read_parquet, read_saved
from curation.sources.delimited import Dialect, read_delimited
from curation.sources.json_list import read_json
from curation.sources.jsonl import read_jsonl
from curation.sources.paths import record_paths
from curation.sources.record import Read
from curation.sources.text import is_folder
from curation.workspace import Workspace
from schemas.config import Format, SourceConfig
from schemas.errors import ConfigError

_ENDINGS: dict[str, Format] = {
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "json",
    ".csv": "csv",
    ".tsv": "tsv",
    ".tab": "tsv",
    ".parquet": "parquet",
    ".pq": "parquet",
}


def read(source: SourceConfig, workspace: Workspace) -> Iterator[Read]:
    """The records of a source as they stand in it, in order.

    Raises:
        ConfigError: If the format cannot be told.
        CurateError: If the file as a whole cannot be used.
    """
    paths = record_paths(source.map)
    if source.dataset is not None:
        assert source.revision is not None, "the schema asks for the revision of a dataset"
        return read_hub(source.dataset, source.revision, source.split, paths)
    path, name = source_path(source, workspace), source_name(source, workspace)
    form = format_of(source, workspace)
    if form == "jsonl":
        return read_jsonl(path, name, source.encoding)
    if form == "json":
        return read_json(path, name, source.encoding)
    if form == "parquet":
        return read_parquet(path, name, paths)
    if form == "dataset":
        return read_saved(path, name, source.split, paths)
    delimiter = source.delimiter or ("\t" if form == "tsv" else ",")
    return read_delimited(path, name, source.encoding, Dialect(delimiter, source.quoting), paths)


def format_of(source: SourceConfig, workspace: Workspace) -> Format:
    """The format of a source on disk: the one it names, or the one that the ending of its path tells.

    Raises:
        ConfigError: If neither tells it.
    """
    return source.format or _format(source_path(source, workspace), source_name(source, workspace))


def source_path(source: SourceConfig, workspace: Workspace) -> Path:
    """The file or folder of a source on disk; of one that lies elsewhere, a copy of it as it is now."""
    assert source.path is not None, "the source is a dataset of the hub"
    return fetched(source.path, workspace) if is_remote(source.path) else workspace.root / source.path


def source_name(source: SourceConfig, workspace: Workspace) -> str:
    """How messages and provenance call what a source is read from."""
    if source.path is not None and is_remote(source.path):
        return source.path
    return source.dataset or workspace.relative(source_path(source, workspace))


def _format(path: Path, name: str) -> Format:
    ending = path.suffix.lower()
    if ending in _ENDINGS:
        return _ENDINGS[ending]
    if is_folder(path):
        return "dataset"
    raise ConfigError(
        f"the ending '{ending}' does not tell the format" if ending else "has no ending that tells the format",
        file=name,
        field="format",
        mend="Give the source a format: jsonl, json, csv, tsv, parquet or dataset.",
    )
