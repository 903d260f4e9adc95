"""Questions that books ask and answer themselves: glossaries, and review questions with their solutions."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from curation.generate.blocks import SEPARATOR, Block, Document
from curation.generate.passages import without_citations

LETTERS = "ABCDEFGHIJ"
SHORTEST_ANSWER = 15
"""Characters: what is shorter is a word or a letter, not an answer."""

_BLANK = re.compile(r"_{3,}")
_CHOSEN = re.compile(r"\(?([A-Ja-j])[.)]?$")
_VARY = re.compile(r"^(student )?answers? (will|may) vary\b[^.]*\.?\s*", re.IGNORECASE)
_OWN = re.compile(r"\b(this|the|following) (figure|table|image|photo(graph)?|video|exercise)\b", re.IGNORECASE)
_TERM = re.compile(r"^(?P<term>[^:.–—]{2,60}?)\s*(?::|\s[–—]\s)\s*(?P<meaning>\S.{14,})$")


class Extracted(NamedTuple):
    """A question and its answer as a book has them. ``start`` and ``end`` count code points of the book's text."""

    kind: str
    """``glossary``, ``choice`` or ``open``."""
    question: str
    answer: str
    source: str
    """The entry or the exercise as it stands in the book."""
    sections: tuple[str, ...]
    start: int
    end: int


class Found(NamedTuple):
    """What a book holds: pairs, and how many of its questions were left out, by reason."""

    pairs: list[Extracted]
    left_out: Counter[str]


class _Placed(NamedTuple):
    block: Block
    start: int
    end: int
    section: str


def extract(document: Document) -> Found:
    """The glossary and the review questions of a book, as far as it answers them."""
    found = Found([], Counter())
    placed = list(_placed(document))
    for group in _groups(placed):
        if group[0].block.part == "glossary":
            pair: Extracted | str = _definition(document, group)
        else:
            pair = _exercise(document, group)
        if isinstance(pair, str):
            found.left_out[pair] += 1
        else:
            found.pairs.append(pair)
    return found


def _placed(document: Document) -> Iterator[_Placed]:
    """The blocks of glossaries and exercises, with the chapter that they close."""
    offset = 0
    path: list[tuple[int, str]] = []
    for block in document.blocks:
        end = offset + len(block.text)
        if block.kind == "heading":
            path = [one for one in path if one[0] < block.level]
            if block.part == "body":
                path.append((block.level, block.text))
        elif block.part in ("glossary", "questions"):
            yield _Placed(block, offset, end, path[-1][1] if path else document.title)
        offset = end + len(SEPARATOR)


def _groups(placed: Sequence[_Placed]) -> Iterator[list[_Placed]]:
    """The blocks of one entry or one exercise each."""
    group: list[_Placed] = []
    for one in placed:
        if group and _begins(group, one):
            yield group
            group = []
        group.append(one)
    if group:
        yield group


def _begins(group: list[_Placed], one: _Placed) -> bool:
    block, last = one.block, group[-1].block
    if block.part != last.part or block.kind in ("term", "problem"):
        return True
    if block.kind in ("definition", "choice", "item", "solution"):
        return False
    if block.part == "glossary":
        return last.kind != "term"
    # Where no markup tells an exercise, a letter alone is the solution of a question with choices.
    has_choices = any(before.block.kind in ("choice", "item") for before in group)
    return not (has_choices and last.kind in ("choice", "item") and _CHOSEN.match(block.text))


def _definition(document: Document, group: list[_Placed]) -> Extracted | str:
    blocks = [one.block for one in group]
    if len(blocks) == 1:
        match = _TERM.match(blocks[0].text)
        if match is None:
            return "an entry of a glossary that is no term with its meaning"
        term, meaning = match["term"], match["meaning"]
    else:
        term, meaning = blocks[0].text, " ".join(block.text for block in blocks[1:])
    answer = _sentence(without_citations(meaning))
    if len(answer) < SHORTEST_ANSWER:
        return "an answer of a few letters"
    question = f"What is meant by “{term.strip()}”?"
    return _extracted("glossary", question, answer, f"{term}: {meaning}", document, group)


def _exercise(document: Document, group: list[_Placed]) -> Extracted | str:
    blocks = [one.block for one in group]
    choices = [block.text for block in blocks if block.kind in ("choice", "item")]
    rest = [block for block in blocks if block.kind not in ("choice", "item")]
    problem = " ".join(block.text for block in rest if block.kind == "problem") or rest[0].text if rest else ""
    solution = " ".join(block.text for block in rest if block.kind == "solution")
    if not solution and len(rest) > 1 and _CHOSEN.match(rest[-1].text):
        solution = rest[-1].text
    if not problem or not solution:
        return "a question without an answer in the text"
    if _OWN.search(problem):
        return "a question about a figure or a table"
    source = "\n".join(
        [problem, *(f"{letter}. {one}" for letter, one in zip(LETTERS, choices, strict=False)), solution]
    )
    chosen = _CHOSEN.match(solution)
    if choices and chosen:
        place = LETTERS.index(chosen[1].upper())
        if place >= len(choices):
            return "a solution that is none of the choices"
        question, answer = _of_choice(problem, choices, choices[place])
        return _extracted("choice", question, answer, source, document, group)
    answer = _sentence(without_citations(_VARY.sub("", solution)))
    if len(answer) < SHORTEST_ANSWER:
        return "an answer of a few letters"
    return _extracted("open", problem, answer, source, document, group)


def _of_choice(problem: str, choices: list[str], chosen: str) -> tuple[str, str]:
    """A question with its choices, and the whole sentence or the choice that answers it."""
    listed = "\n".join(f"{letter}. {one}" for letter, one in zip(LETTERS, choices, strict=False))
    blanks = len(_BLANK.findall(problem))
    if not blanks and problem.rstrip().endswith("?"):
        return f"{problem}\n{listed}", _sentence(chosen)
    if not blanks:
        problem, blanks = f"{problem.rstrip(' :.')} ________.", 1
    parts = [part.strip() for part in chosen.split(";")] if blanks > 1 else [chosen.strip()]
    question = f"Which of these completes the sentence: “{_BLANK.sub('____', problem)}”?\n{listed}"
    if len(parts) != blanks:
        return question, _sentence(chosen)
    filled = iter(parts)
    return question, _sentence(_BLANK.sub(lambda _: next(filled).rstrip("."), problem))


def _sentence(text: str) -> str:
    text = text.strip()
    text = text[:1].upper() + text[1:]
    return text if text.endswith((".", "!", "?", "”", '"')) else f"{text}."


def _extracted(
    kind: str, question: str, answer: str, source: str, document: Document, group: list[_Placed]
) -> Extracted:
    sections = tuple(dict.fromkeys([document.title, group[0].section]))
    return Extracted(kind, question, answer, source, sections, group[0].start, group[-1].end)
