"""Plain text: paragraphs between blank lines, whatever their lines were wrapped at."""

import re
from pathlib import Path

from curation.generate.blocks import Block, plain
from curation.generate.reading.read import Read, text_of

_BLANK = re.compile(r"\n[ \t]*\n")
_BULLET = re.compile(r"^\s*(?:[-*•◦▪‣]|\(?\d{1,2}[.)])\s+")
_CHAPTER = re.compile(r"(chapter|part|section|unit)\s+[\divxlc]+\b.{0,80}|\d+(\.\d+)*\.?\s+[A-Z].{0,80}", re.IGNORECASE)
_LONGEST_HEADING = 90


def read(path: Path, name: str) -> Read:
    """A text. A line by itself that ends in no full stop and is in capitals, numbered or a known title is a heading."""
    from curation.generate.parts import part_of_title

    paragraphs = _BLANK.split(text_of(path, name).replace("\f", "\n\n"))
    blocks: list[Block] = []
    for paragraph in paragraphs:
        lines = [line for line in paragraph.split("\n") if line.strip()]
        if not lines:
            continue
        first = plain(lines[0])
        if len(lines) == 1 and (_looks_like_heading(first) or part_of_title(first)):
            blocks.append(Block("heading", first, level=1 if first.lower().startswith(("chapter", "part")) else 2))
        elif all(map(_BULLET.match, lines)):
            blocks += [Block("item", plain(_BULLET.sub("", line))) for line in lines]
        else:
            blocks.append(Block("paragraph", plain(" ".join(lines))))
    return Read("", blocks)


def _looks_like_heading(line: str) -> bool:
    if len(line) > _LONGEST_HEADING or line.endswith((".", "!", ";", ",")):
        return False
    return line.isupper() or _CHAPTER.fullmatch(line) is not None
