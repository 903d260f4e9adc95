"""HTML, and what is made into it: one walk over elements serves web pages, EPUB, Markdown and CNXML.

OpenStax marks what an element is by ``data-type``, EPUB by ``epub:type``; elsewhere the tag says it.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from curation.generate.blocks import Block, Kind, Part, plain
from curation.generate.reading.read import Read, damaged, missing_library

Element = Any
"""An ``lxml`` element."""

_PARTS: dict[str, Part] = {
    "abstract": "objectives",
    "learning-objectives": "objectives",
    "glossary": "glossary",
    "exercise": "questions",
    "problem": "questions",
    "solution": "questions",
    "figure": "figure",
    "media": "figure",
    "caption": "figure",
    "figcaption": "figure",
    "table": "table",
    "footnote": "footnote",
    "footnotes": "footnote",
    "endnotes": "footnote",
    "rearnotes": "footnote",
    "doc-endnotes": "footnote",
    "doc-footnote": "footnote",
    "bibliography": "references",
    "doc-bibliography": "references",
    "references": "references",
    "nav": "navigation",
    "toc": "navigation",
    "index": "navigation",
    "doc-toc": "navigation",
    "titlepage": "front",
    "copyright-page": "front",
    "cover": "front",
    "dedication": "front",
    "preface": "front",
    "foreword": "front",
    "acknowledgments": "front",
    "footer": "navigation",
}
_KINDS: dict[str, Kind] = {
    "li": "item",
    "item": "item",
    "dt": "term",
    "dd": "definition",
    "meaning": "definition",
    "problem": "problem",
    "solution": "solution",
}
_POINTERS = ("link-to-learning", "interactive", "link-to", "media-link")
"""Classes of notes that send the reader elsewhere."""

_SKIPPED = frozenset(
    (
        *(
            "script",
            "style",
            "template",
            "head",
            "metadata",
            "img",
            "image",
            "svg",
            "iframe",
            "object",
            "audio",
            "video",
        ),
        *("math", "noscript", "form", "button", "select"),
    )
)
_BLOCKS = frozenset(
    (
        *("html", "body", "main", "article", "section", "div", "p", "para", "h1", "h2", "h3", "h4", "h5", "h6"),
        *("ul", "ol", "li", "dl", "dt", "dd", "list", "item", "blockquote", "quote", "pre", "hr", "center", "fieldset"),
        *("table", "thead", "tbody", "tfoot", "tr", "td", "th", "tgroup", "row", "entry", "caption"),
        *("figure", "figcaption", "subfigure", "media", "aside", "nav", "header", "footer", "address", "details"),
        *("note", "exercise", "problem", "solution", "commentary", "glossary", "definition", "meaning"),
        *("document", "content", "title", "label", "abstract", "summary"),
    )
)
_LINKS = ("a", "link")
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_EPUB_TYPE = "{http://www.idpf.org/2007/ops}type"


def read(path: Path, name: str) -> Read:
    """A web page."""
    return read_html(path.read_bytes(), name)


def read_html(source: bytes | str, name: str) -> Read:
    """The blocks of HTML or XHTML.

    Raises:
        CurateError: If it has no elements.
    """
    try:
        from lxml import etree
        from lxml import html as lxml_html
    except ImportError:
        raise missing_library() from None
    try:
        if isinstance(source, bytes):
            text = _decoded(source)
            source = text if text is not None else source
        parser = lxml_html.HTMLParser(no_network=True, remove_comments=True, remove_pis=True)
        root = lxml_html.document_fromstring(_without_declaration(source), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        raise damaged(name, "HTML") from None
    title = root.find(".//head/title")
    body = root.find("body")
    return Read(
        plain(title.text_content()) if title is not None else "", list(walk(body if body is not None else root))
    )


def _decoded(source: bytes) -> str | None:
    """The text of bytes that are UTF-8; None where the page itself has to say what they are."""
    try:
        return source.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None


def _without_declaration(source: bytes | str) -> bytes | str:
    if isinstance(source, str) and source.lstrip().startswith("<?xml"):
        return source.partition("?>")[2]
    return source


def walk(element: Element, kind: Kind = "paragraph", part: Part = "body", depth: int = 0) -> Iterator[Block]:
    """The blocks inside of an element, in their order.

    Args:
        element: An ``lxml`` element.
        kind: What text in it is that has no element of its own.
        part: The part it stands in.
        depth: How many sections it lies in, for titles that are not ``h1`` to ``h6``.
    """
    run = [element.text or ""]
    for child in element:
        if not isinstance(child.tag, str):
            run.append(child.tail or "")
            continue
        tag = _tag(child)
        if tag in _SKIPPED:
            run.append(" ")
        elif tag == "br" or child.get("data-type") == "newline":
            run.append("\n")
        elif _is_block(child, tag):
            yield from _flushed(run, kind, part)
            run = []
            yield from _block(child, tag, kind, part, depth)
        elif not _is_footnote_mark(child, tag):
            run.append(_link(child) if tag in _LINKS else inline(child))
        run.append(child.tail or "")
    yield from _flushed(run, kind, part)


def _flushed(run: list[str], kind: Kind, part: Part) -> Iterator[Block]:
    text = plain("".join(run))
    if text:
        yield Block(kind, text, part)


def _block(child: Element, tag: str, kind: Kind, part: Part, depth: int) -> Iterator[Block]:
    names = _names(child, tag)
    own = next((_PARTS[name] for name in names if name in _PARTS), None)
    if own is not None and (part in ("body", "glossary") or own in ("figure", "table", "footnote")):
        part = own
    if "note" in names and _is_pointer(child):
        part = "note"
    level = _heading_level(child, tag, names, depth)
    if level is not None:
        text = plain(inline(child))
        if text:
            # The title of a table or a figure opens no section.
            yield Block("paragraph" if part in ("figure", "table") else "heading", text, part, level)
        return
    if part == "table" or tag in ("tr", "row"):
        for row in child.iter("{*}tr", "{*}row") if tag not in ("tr", "row") else [child]:
            text = plain(" | ".join(cell for cell in (plain(inline(one)) for one in row) if cell))
            if text:
                yield Block("paragraph", text, "table")
        return
    if part == "body" and tag in ("li", "p") and _is_all_links(child):
        part = "navigation"
    kind = next((_KINDS[name] for name in names if name in _KINDS), kind)
    if kind == "item" and part == "questions":
        kind = "choice"
    if "definition" in names and tag == "definition":
        yield from _definition(child, part)
        return
    deeper = depth + (tag in ("section", "document", "content") or "section" in names)
    yield from walk(child, kind, part, deeper)


def _definition(element: Element, part: Part) -> Iterator[Block]:
    """A definition of CNXML: a term, and what it means."""
    for child in element:
        if not isinstance(child.tag, str):
            continue
        kind: Kind = "term" if _tag(child) == "term" else "definition"
        text = plain(inline(child))
        if text:
            yield Block(kind, text, part)


def _heading_level(element: Element, tag: str, names: list[str], depth: int) -> int | None:
    if tag in _HEADINGS:
        return _HEADINGS[tag]
    if element.get("data-type") in ("title", "document-title") or (tag == "title" and element.getparent() is not None):
        return 7 if "note" in _names(element.getparent(), _tag(element.getparent())) else max(depth, 1)
    return None


def inline(element: Element) -> str:
    """The text of an element without line breaks, pictures, formulas, and marks of footnotes."""
    parts = [element.text or ""]
    for child in element:
        if isinstance(child.tag, str):
            tag = _tag(child)
            if tag == "br":
                parts.append(" ")
            elif tag not in _SKIPPED and not _is_footnote_mark(child, tag):
                text = _link(child) if tag in _LINKS else inline(child)
                parts.append(f" {text} " if tag in _BLOCKS else text)
        parts.append(child.tail or "")
    return "".join(parts)


def _link(element: Element) -> str:
    """The text of a link; what a link without a text of its own points to, where the address tells it."""
    text = inline(element)
    if text.strip() not in ("", "[link]"):
        return text
    target = (element.get("href") or element.get("target-id") or "").lower()
    if "table" in target:
        return "the table"
    return "the figure" if target.startswith("#") or "fig" in target else ""


def _is_footnote_mark(element: Element, tag: str) -> bool:
    if element.get("data-type") in ("footnote-number", "footnote-ref") or "noteref" in element.get(_EPUB_TYPE, ""):
        return True
    if "noteref" in element.get("epub:type", "") or element.get("role") == "doc-noteref":
        return True
    return tag == "footnote" or (tag == "sup" and element.find(".//{*}a") is not None)


def _is_block(element: Element, tag: str) -> bool:
    return tag in _BLOCKS or (tag != "span" and element.get("data-type") in ("media", "note", "exercise", "title"))


def _is_pointer(element: Element) -> bool:
    classes = (element.get("class") or "").split()
    return any(name.startswith(_POINTERS) for name in classes)


def _is_all_links(element: Element) -> bool:
    """Whether nothing but links stands in an element: an entry of a table of contents."""
    linked = "".join(inline(link) for link in element.iter("a"))
    return bool(linked.strip()) and "".join(linked.split()) == "".join(inline(element).split())


def _names(element: Element, tag: str) -> list[str]:
    """What an element calls itself, the most telling first."""
    names = [element.get("data-type"), element.get(_EPUB_TYPE), element.get("epub:type"), element.get("role")]
    classes = (element.get("class") or "").split()
    return [word for name in names if name for word in name.split()] + [tag] + classes


def _tag(element: Element) -> str:
    tag = element.tag
    return tag.rpartition("}")[2].rpartition(":")[2].lower() if isinstance(tag, str) else ""
