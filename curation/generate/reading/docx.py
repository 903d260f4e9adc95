"""DOCX: paragraphs by the styles that Word, LibreOffice and pandoc give them."""

import re
import zipfile
from pathlib import Path

from curation.generate.blocks import Block, Kind, Part, plain
from curation.generate.reading.read import OF_ZIPS, Read, check_unpacked, damaged, missing_library

_HEADING = re.compile(r"heading (\d)")
_PARTS: dict[str, Part] = {
    "caption": "figure",
    "captioned figure": "figure",
    "image caption": "figure",
    "table caption": "figure",
    "illustration": "figure",
    "bibliography": "references",
    "footnote text": "footnote",
    "endnote text": "footnote",
    "header": "running",
    "footer": "running",
    "toc heading": "navigation",
    "author": "front",
    "date": "front",
    "subtitle": "front",
}
_KINDS: dict[str, Kind] = {"definition term": "term", "definition": "definition"}


def read(path: Path, name: str) -> Read:
    """A document.

    Raises:
        CurateError: If it is none.
    """
    try:
        import docx
        from docx.opc.exceptions import OpcError
        from docx.oxml.exceptions import XmlchemyError
        from docx.table import Table
    except ImportError:
        raise missing_library() from None
    try:
        with zipfile.ZipFile(path) as zipped:
            check_unpacked(zipped)
        document = docx.Document(str(path))
        title, blocks = document.core_properties.title or "", list[Block]()
        for one in document.iter_inner_content():
            if isinstance(one, Table):
                rows = (" | ".join(dict.fromkeys(plain(cell.text) for cell in row.cells)) for row in one.rows)
                blocks += [Block("paragraph", row, "table") for row in rows if row]
                continue
            style = (one.style.name if one.style is not None else "") or ""
            text = plain(one.text)
            if style == "Title":
                title = title or text
            elif text:
                blocks.append(_block(text, style.lower(), numbered=_is_numbered(one)))
    # What is not well formed is a SyntaxError to lxml; what is, and no DOCX, shows only as its parts are read.
    except (OpcError, XmlchemyError, SyntaxError, AttributeError, TypeError, *OF_ZIPS):
        raise damaged(name, "DOCX") from None
    return Read(plain(title), blocks)


def _block(text: str, style: str, *, numbered: bool) -> Block:
    if heading := _HEADING.fullmatch(style):
        return Block("heading", text, level=int(heading[1]))
    part = "navigation" if style.startswith("toc ") else _PARTS.get(style, "body")
    kind = _KINDS.get(style) or ("item" if numbered or style.startswith("list ") else "paragraph")
    return Block(kind, text, part)


def _is_numbered(paragraph: object) -> bool:
    """Whether a paragraph is an item of a list, with a bullet or a number."""
    properties = paragraph._p.pPr  # type: ignore[attr-defined]
    return properties is not None and properties.numPr is not None
