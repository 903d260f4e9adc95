"""CNXML, the format that OpenStax writes its books in."""

from pathlib import Path

from curation.generate.blocks import plain
from curation.generate.reading.html import walk
from curation.generate.reading.read import Read, damaged, missing_library


def read(path: Path, name: str) -> Read:
    """A module of a book.

    Raises:
        CurateError: If it is not well formed.
    """
    try:
        from lxml import etree
    except ImportError:
        raise missing_library() from None
    parser = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True)
    try:
        root = etree.fromstring(path.read_bytes(), parser=parser)
    except (etree.XMLSyntaxError, ValueError):
        raise damaged(name, "CNXML") from None
    title = root.find("{*}title")
    if title is not None:
        root.remove(title)
    blocks = list(walk(root))
    return Read(plain("".join(title.itertext())) if title is not None else "", blocks)
