"""What is done to texts: the changes that leave a copy a copy, and the damage that cleaning has to undo."""

from collections.abc import Callable

from benchmarks.made.planted import GREETINGS
from benchmarks.made.sentences import Draw

Texts = list[str]
"""A question and its answer, or the turns of a dialogue."""

_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def exact(texts: Texts, draw: Draw) -> Texts:
    return texts


def case(texts: Texts, draw: Draw) -> Texts:
    return [text.upper() for text in texts] if draw(3) == 0 else [text.lower() for text in texts]


def spacing(texts: Texts, draw: Draw) -> Texts:
    return [
        "".join("  \n"[draw(3)] * 2 if letter == " " and draw(5) == 0 else letter for letter in text) for text in texts
    ]


def typo(texts: Texts, draw: Draw) -> Texts:
    """One to three letters in a hundred left out, doubled, swapped or replaced."""
    return [_typos(text, draw) for text in texts]


def greeting(texts: Texts, draw: Draw) -> Texts:
    return [GREETINGS[draw(len(GREETINGS))] + texts[0], *texts[1:]]


def truncated(texts: Texts, draw: Draw) -> Texts:
    """The last text breaks off, having lost a tenth of the words of all."""
    lost = max(1, sum(text.count(" ") + 1 for text in texts) // 10)
    words = texts[-1].split(" ")
    return [*texts[:-1], " ".join(words[: max(3, len(words) - lost)])]


def html(texts: Texts, draw: Draw) -> Texts:
    """Sentences in paragraphs, with entities and an element in the midst."""
    return [_marked_up(text, draw) for text in texts]


def mojibake(texts: Texts, draw: Draw) -> Texts:
    """Typographic marks, written as UTF-8 and read as Windows-1252."""
    return [typographic(text).encode().decode("cp1252") for text in texts]


def typographic(text: str) -> str:
    """``text`` with a curved apostrophe, and a dash for its first comma; it has one or the other afterwards."""
    text = text.replace("'", "\u2019").replace(", ", " \u2013 ", 1)
    return text if not text.isascii() else f"{text[:-1]}\u2026"


COPIES: dict[str, Callable[[Texts, Draw], Texts]] = {
    **{"exact": exact, "case": case, "spacing": spacing},
    **{"typo": typo, "greeting": greeting, "truncated": truncated},
}
"""Kinds of copies."""
DAMAGE: dict[str, Callable[[Texts, Draw], Texts]] = {"html": html, "mojibake": mojibake}
"""Kinds of damage after which the text can still be read."""


def _typos(text: str, draw: Draw) -> str:
    letters = list(text)
    for _ in range(max(1, len(letters) * (1 + draw(3)) // 100)):
        place, kind = draw(len(letters) - 1), draw(4)
        if kind == 0:
            letters[place] = ""
        elif kind == 1:
            letters[place] *= 2
        elif kind == 2:
            letters[place], letters[place + 1] = letters[place + 1], letters[place]
        else:
            letters[place] = _LETTERS[draw(26)]
    return "".join(letters)


def _marked_up(text: str, draw: Draw) -> str:
    sentences = text.replace("'", "&#39;").split(". ")
    sentences = [f"{one}." for one in sentences[:-1]] + sentences[-1:]
    joined = ["</p><p>", "<br/>", "&nbsp;</p>\n<p>"][draw(3)].join(sentences)
    word = joined.split(" ")[0]
    return f"<p><strong>{word}</strong>{joined[len(word) :]}</p>"
