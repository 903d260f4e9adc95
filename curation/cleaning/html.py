"""Rule ``html``: HTML to the plain text that its author saw, where real HTML is there and nowhere else.

Answers that were written in a web editor or pasted from Word come as HTML; a model trained on them writes tags into
its answers. Kept are paragraphs (a blank line), line breaks, lists (``- ``, ``1. ``) and the target of each link.
Scripts, styles, comments and images go. The tags themselves are found by :mod:`curation.cleaning.html_tags`.

A parser that builds a tree (lxml) is not used on purpose: it drops ``<Name>`` and ``<3``, which are the author's
words, and silently all that is nested too deep.
"""

import re

from curation.cleaning.html_links import shown_target
from curation.cleaning.html_tags import Tag, find_tags
from curation.cleaning.mojibake import unescape
from curation.cleaning.words import words

_DROPPED = words("script style svg head xml template iframe object video audio")
_PARAGRAPHS = words("p h1 h2 h3 h4 h5 h6 blockquote pre table dl hr article section")
_LINES = words("div li tr dt dd caption figure figcaption header footer form address center body html")
_BLOCKS = _PARAGRAPHS | _LINES | {"ul", "ol"}
_HREF = re.compile(r"""\shref\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'<>]+))""", re.IGNORECASE)
_START = re.compile(r"""\sstart\s*=\s*["']?(\d{1,4})""", re.IGNORECASE)
_BLANK_LINE = re.compile(r"\n[^\S\n]*\n\s*")


def html(text: str) -> str:
    """``text`` without HTML; as it is where there is none."""
    tags = find_tags(text)
    if not tags:
        return text
    page = _Page(keeps_line_breaks=not any(tag.name in _BLOCKS or tag.name == "br" for tag in tags))
    place = skipped_to = 0
    for position, tag in enumerate(tags):
        if tag.start < skipped_to:
            continue
        page.write(text[place : tag.start])
        place = tag.end
        if tag.name in _DROPPED and not tag.closing:
            place = skipped_to = _end_of(tag, tags[position + 1 :])
        else:
            page.tag(tag)
    page.write(text[place:])
    return page.text()


def _end_of(opening: Tag, following: tuple[Tag, ...]) -> int:
    return next((tag.end for tag in following if tag.closing and tag.name == opening.name), opening.end)


class _Page:
    """The text as it is being written, with the white space that waits for the next word."""

    def __init__(self, keeps_line_breaks: bool) -> None:
        self._keeps_line_breaks = keeps_line_breaks
        self._out: list[str] = []
        self._breaks = 0
        self._space = False
        self._after_address = False
        self._bullet: str | None = None
        self._lists: list[int | None] = []  # the next number of each open list, None for bullets
        self._link: tuple[str, int] | None = None  # the target, and where its text begins in _out

    def text(self) -> str:
        self._end_link()
        return "".join(self._out)

    def write(self, raw: str) -> None:
        """Writes what stands between two tags. White space runs together as in a browser, but paragraphs remain."""
        for number, paragraph in enumerate(_BLANK_LINE.split(unescape(raw))):
            if number:
                self._breaks = 2
            lines = paragraph.split("\n") if self._keeps_line_breaks else [paragraph]
            for line_number, line in enumerate(lines):
                if line_number:
                    self._breaks = max(self._breaks, 1)
                self._write_line(line)

    def _write_line(self, line: str) -> None:
        words = " ".join(line.split())
        self._space = self._space or line[:1].isspace()
        if words:
            self._put(words)
            self._space = line[-1].isspace()

    def _put(self, words: str) -> None:
        if self._out:
            glued = self._after_address and words[0].isalnum()
            self._out.append("\n" * min(self._breaks, 2) or " " * (self._space or glued))
        if self._bullet:
            self._out.append(self._bullet)
        self._out.append(words)
        self._breaks, self._space, self._after_address, self._bullet = 0, False, False, None

    def tag(self, tag: Tag) -> None:
        if tag.name == "br":
            self._breaks += 1
        elif tag.name == "a":
            self._end_link()
            if not tag.closing:
                self._begin_link(tag.attributes)
        elif tag.name in {"td", "th"}:
            self._space = True
        elif tag.name in _BLOCKS:
            self._end_block(tag)

    def _end_block(self, tag: Tag) -> None:
        if self._link and len(self._out) > self._link[1]:
            self._end_link()
        if tag.name in {"ul", "ol"}:
            self._list(tag)
        inside_item = bool(self._lists)
        self._breaks = max(self._breaks, 1 if tag.name in _LINES or inside_item else 2)
        if tag.name == "li":
            self._bullet = None if tag.closing else self._next_bullet()

    def _list(self, tag: Tag) -> None:
        if not tag.closing:
            start = _START.search(tag.attributes)
            self._lists.append(None if tag.name == "ul" else int(start[1]) if start else 1)
        elif self._lists:
            self._lists.pop()

    def _next_bullet(self) -> str:
        if not self._lists:
            return "- "
        indent, number = "  " * (len(self._lists) - 1), self._lists[-1]
        if number is None:
            return f"{indent}- "
        self._lists[-1] = number + 1
        return f"{indent}{number}. "

    def _begin_link(self, attributes: str) -> None:
        href = _HREF.search(attributes)
        if href:
            target = unescape(href[1] or href[2] or href[3] or "")
            self._link = (" ".join(target.split()), len(self._out))

    def _end_link(self) -> None:
        if not self._link:
            return
        target, begin = self._link
        self._link = None
        label = "".join(self._out[begin:])
        shown = shown_target(target, label if label.strip() else "".join(self._out))
        if shown and label.strip():
            self._out.append(f" ({shown})")
            self._after_address = True
        elif shown:
            self._space = True
            self._put(shown)
            self._after_address = True
