"""Tells apart what in a book is no text to learn from: by the titles of sections, and by the form of a paragraph.

Markup, where a file has it, has told the readers already; this is for what a PDF, a DOCX or an EPUB says by words
alone.
"""

import re
from collections.abc import Sequence

from curation.generate.blocks import Block, Part

_TITLES: dict[Part, str] = {
    "front": r"preface|foreword|acknowledge?ments?|about (this|the) (book|authors?|textbook)|copyright.*|dedication|"
    r"contributors|(senior )?(contributing )?authors|to the (student|instructor)s?|how to use this book|license|"
    r"imprint",
    "navigation": r"(table of )?contents|index|list of (figures|tables)|(name|subject) index|(chapter )?outline|"
    r"navigation",
    "objectives": r"learning (objectives|outcomes|goals)|objectives",
    "summary": r"(chapter|section|unit)?\s*summary|key (takeaways|points|concepts)|in (summary|short|brief)",
    "questions": r"((chapter )?review|critical[- ]thinking|personal application|discussion|self[- ]check|study|"
    r"practice|concept check) ?(questions?|exercises?|problems?)?|exercises?|quiz|questions( for (review|discussion))?|"
    r"check your (understanding|knowledge)|answer key|answers|review questions?",
    "glossary": r"glossary|key terms|key words|terms to know|definitions",
    "references": r"(chapter |works |literature )?(references?|cited|bibliography|works cited)|further reading|"
    r"suggested readings?|end ?notes|sources|notes",
    "footnote": r"footnotes",
}
_NUMBER = r"(?:(?:chapter|section|part|unit|appendix)?\s*[\divxlc]*(?:\.\d+)*[.:)]?\s+)?"
_BY_TITLE = {part: re.compile(rf"{_NUMBER}(?:{titles})\s*:?", re.IGNORECASE) for part, titles in _TITLES.items()}

_CAPTION = re.compile(r"(figure|fig\.|table|box|plate|exhibit|photo)\s*[A-Z]?\d+([.\-–:]\d+)*[.:]?\s", re.IGNORECASE)
_REFERS = re.compile(r"^\S+ \S+ (shows?|illustrates?|lists?|presents?|summari[sz]es?|provides?|depicts?|is|are|and)\b")
_CREDIT = re.compile(r"^\(?(image|photo|figure)?\s*(credit|source|attribution)s?\b.{0,200}$", re.IGNORECASE)
_OBJECTIVES = re.compile(
    r"(by|at|after) the end of (this|the) (section|chapter|unit|module)|"
    r"(in|after reading) this (section|chapter|unit), you (will|should)",
    re.IGNORECASE,
)
_ELSEWHERE = re.compile(
    r"(watch|view|visit|follow|go to|click|explore|listen to|read) (on )?(this|the|these|a|an)\b.{0,50}"
    r"\b(video|link|site|website|web ?page|animation|clip|podcast|simulation|article)s?\b",
    re.IGNORECASE,
)
_AROUND_TITLE = re.compile(r"^[\d.]+\s+|[\s.·…]*\d*$")
_DOTS = re.compile(r"(\.\s?){4,}\s*\d+$")
_REFERENCE = re.compile(
    r"^(?:[\[(]?\d+[\])]?\.?\s)?"  # its number
    r"[^.?!]{2,400}?"  # the authors
    r"\((?:\d{4}[a-z]?|n\.d\.|in press)(?:, [A-Z][\w .–-]*)?\)[.,]\s"  # the year
)
_NAME = re.compile(r"\b[A-Z][\w’'-]+, (?:[A-Z]\.[ -]?){1,3}|^[A-Z][\w&’' -]+\. \(")


def part_of_title(title: str) -> Part | None:
    """The part that a section of this title is, or None for one of the body."""
    plain = title.strip().strip("#*_").strip()
    return next((part for part, pattern in _BY_TITLE.items() if pattern.fullmatch(plain)), None)


def told_apart(blocks: Sequence[Block]) -> tuple[Block, ...]:
    """The blocks with the parts that titles and forms tell; what a reader knew by its markup stays."""
    told: list[Block] = []
    titles = {_title(block.text) for block in blocks if block.kind == "heading"}
    section: tuple[int, Part] | None = None
    objectives = False
    for block in blocks:
        if block.kind == "heading":
            if section is not None and block.level <= section[0]:
                section = None
            part = part_of_title(block.text)
            if part is not None and block.part == "body":
                section = (block.level, part)
        objectives = bool(_OBJECTIVES.match(block.text)) or (objectives and block.kind == "item")
        if block.part == "body":
            part = "objectives" if objectives else section[1] if section is not None else _part_by_form(block)
            if part is None and block.kind != "heading" and _title(block.text) in titles:
                part = "navigation"  # an entry of a table of contents
            block = block._replace(part=part or "body")
        elif block.part == "footnote" and _CAPTION.match(block.text):
            block = block._replace(part="figure")  # a PDF sets both in small letters
        told.append(block)
    return tuple(told)


def _title(text: str) -> str:
    """A title without its number and the number of its page."""
    return _AROUND_TITLE.sub("", text).casefold()


def _part_by_form(block: Block) -> Part | None:
    if block.kind == "heading":
        return None
    text = block.text
    if _CAPTION.match(text) and not _REFERS.match(text):
        return "figure"
    if len(text) < 240 and _CREDIT.match(text):
        return "figure"
    if len(text) < 400 and _ELSEWHERE.match(text):
        return "note"
    if _DOTS.search(text):
        return "navigation"
    return "references" if is_reference(text) else None


def is_reference(text: str) -> bool:
    """Whether a paragraph is an entry of a list of references: authors with initials, a year in brackets."""
    return len(text) < 900 and bool(_REFERENCE.match(text)) and bool(_NAME.search(text[:200]))
