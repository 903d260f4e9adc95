"""Books into blocks: a reader a format, and what they read told apart."""

from collections.abc import Callable, Iterator
from pathlib import Path

from curation.generate.blocks import Document
from curation.generate.parts import told_apart
from curation.generate.reading import cnxml, docx, epub, html, markdown, pdf, text
from curation.generate.reading.read import Read
from curation.sources.text import check_file
from schemas.errors import ConfigError

_READERS: dict[str, Callable[[Path, str], Read]] = {
    ".pdf": pdf.read,
    ".epub": epub.read,
    ".html": html.read,
    ".htm": html.read,
    ".xhtml": html.read,
    ".md": markdown.read,
    ".markdown": markdown.read,
    ".cnxml": cnxml.read,
    ".docx": docx.read,
    ".txt": text.read,
}
FORMATS = tuple(_READERS)


def files_of(path: Path, name: str) -> list[Path]:
    """The file at ``path``, or the files of a folder that can be read, in the order of their names.

    Raises:
        CurateError: If there is none.
    """
    if not path.is_dir():
        check_file(path, name)
        if path.suffix.lower() not in _READERS:
            raise ConfigError(
                f"a text that ends in '{path.suffix}' cannot be read", file=name, mend=f"Convert it to {_formats()}."
            )
        return [path]
    found = sorted(file for file in path.rglob("*") if file.is_file() and file.suffix.lower() in _READERS)
    if not found:
        raise ConfigError("holds no text that can be read", file=name, mend=f"Put {_formats()} there.")
    return found


def read_documents(path: Path, name: str) -> Iterator[Document]:
    """The texts at ``path``, a file or a folder.

    Args:
        path: Where they are.
        name: How messages call it.

    Raises:
        CurateError: If one cannot be read or holds no text.
        MissingExtra: If the extra ``generate`` is not installed.
    """
    for file in files_of(path, name):
        below = file.relative_to(path).as_posix() if path.is_dir() else file.name
        yield read_document(file, f"{name}/{below}" if path.is_dir() else name, below)


def read_document(file: Path, name: str, label: str) -> Document:
    """One text.

    Args:
        file: Where it is; its ending tells its format.
        name: How messages call it.
        label: How locators call it.

    Raises:
        CurateError: If it cannot be read or is not UTF-8.
    """
    read = _READERS[file.suffix.lower()](file, name)
    return Document(label, read.title or file.stem, told_apart([block for block in read.blocks if block.text]))


def _formats() -> str:
    return ", ".join(FORMATS)
