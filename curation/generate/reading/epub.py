"""EPUB: a zip of XHTML files, read in the order of the book's spine."""

import posixpath
import zipfile
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from curation.generate.blocks import Block, plain
from curation.generate.reading.html import read_html
from curation.generate.reading.read import OF_ZIPS, Read, check_unpacked, damaged, missing_library

_CONTAINER = "META-INF/container.xml"
_NO_TEXT = ("nav", "cover-image")


def read(path: Path, name: str) -> Read:
    """A book.

    Raises:
        CurateError: If it is no zip, has no spine, or a file of it is not what it should be.
    """
    try:
        from lxml import etree
    except ImportError:
        raise missing_library() from None
    blocks: list[Block] = []
    try:
        with zipfile.ZipFile(path) as book:
            check_unpacked(book)
            container = _xml(book, _CONTAINER)
            package_path = container.find(".//{*}rootfile").get("full-path")
            package = _xml(book, package_path)
            title = package.find(".//{*}title")
            for href in _spine(package):
                inside = posixpath.normpath(posixpath.join(posixpath.dirname(package_path), unquote(href)))
                blocks += read_html(book.read(inside), f"{name}!{inside}").blocks
    except (AttributeError, TypeError, etree.XMLSyntaxError, *OF_ZIPS):
        raise damaged(name, "EPUB") from None
    return Read(plain(title.text or "") if title is not None else "", blocks)


def _spine(package: Any) -> list[str]:
    """The addresses of the texts in reading order, without covers and tables of contents."""
    manifest = {item.get("id"): item for item in package.iterfind(".//{*}manifest/{*}item")}
    items = [manifest[ref.get("idref")] for ref in package.iterfind(".//{*}spine/{*}itemref")]
    return [
        item.get("href")
        for item in items
        if "html" in (item.get("media-type") or "") and (item.get("properties") or "") not in _NO_TEXT
    ]


def _xml(book: zipfile.ZipFile, inside: str) -> Any:
    from lxml import etree

    return etree.fromstring(book.read(inside), parser=etree.XMLParser(resolve_entities=False, no_network=True))
