"""Markdown, and kramdown's attributes and definition lists as OpenStax's books have them."""

import re
from pathlib import Path

from curation.generate.reading.html import read_html
from curation.generate.reading.read import Read, missing_library, text_of

_FRONT = re.compile(r"\A---\n(.*?)\n---\n", re.DOTALL)
_TITLE = re.compile(r"""^title:\s*["']?(.*?)["']?\s*$""", re.MULTILINE)
_ATTRIBUTES = re.compile(r"(?<!\\)\{:[^}\n]*\}")
_ITEM_ATTRIBUTES = re.compile(r"^([ \t]*(?:\d+\.|[*+-])[ \t]+)\{:[^}\n]*\}[ \t]*", re.MULTILINE)
_LIST_ATTRIBUTES = re.compile(r"^[ \t]*\{:[^}\n]*\}[ \t]*$", re.MULTILINE)
_END_OF_BLOCK = re.compile(r"^\^[ \t]*$", re.MULTILINE)
_LINE_BREAK = re.compile(r"^[ \t>]*\* \* \*[ \t]*\n[ \t>]*\{:[^}\n]*newline[^}\n]*\}", re.MULTILINE)
_TAG_LINE = re.compile(r"^[ \t]*(</?(?:div|section|article|aside)\b[^\n]*>)[ \t]*$", re.MULTILINE)
_PROCESSING = re.compile(r"<cnx-pi\b.*?</cnx-pi>", re.DOTALL)


def read(path: Path, name: str) -> Read:
    """A text in Markdown; HTML in it counts as what it is."""
    return read_markdown(text_of(path, name), name)


def read_markdown(text: str, name: str) -> Read:
    """The blocks of Markdown; its title is that of its YAML head, where it has one."""
    try:
        from markdown_it import MarkdownIt
        from mdit_py_plugins.deflist import deflist_plugin
        from mdit_py_plugins.footnote import footnote_plugin
    except ImportError:
        raise missing_library() from None
    title = ""
    if front := _FRONT.match(text):
        found = _TITLE.search(front[1])
        title, text = (found[1] if found else ""), text[front.end() :]
    text = _PROCESSING.sub("", text)
    text = _LINE_BREAK.sub("", text)
    text = _ITEM_ATTRIBUTES.sub(r"\1", text)
    text = _LIST_ATTRIBUTES.sub("", text)
    text = _ATTRIBUTES.sub("", text)
    text = _END_OF_BLOCK.sub("", text)
    # Markdown inside of HTML is read as such only where a blank line parts the two.
    text = _TAG_LINE.sub(r"\n\1\n", text)
    parser = MarkdownIt("commonmark", {"html": True}).enable("table").use(deflist_plugin).use(footnote_plugin)
    read = read_html(f"<html><body>{parser.render(text)}</body></html>", name)
    return Read(title, read.blocks)
