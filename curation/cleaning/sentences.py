"""Rule ``glued_sentences``: the space that scraping lost between two sentences ("hang out with.Seriously, the").

Half of the answers of one well-known counselling corpus have it, from paragraphs joined without a space. A model
trained on them glues its own sentences.

Left as they are: lower case after a full stop (``counselchat.com``, ``Node.js``), single letters before it (``J.K.``,
``Ph.D.``, ``e.g.``), ellipses ("so...I think" is a way of writing), addresses of web and mail, and words glued without
any mark ("adviceTalk"), which look like ``LinkedIn`` and ``PayPal``. "Psychology.Today" is spaced: nothing tells it
from "in psychology.Today we", and the magazine's address is ``psychologytoday.com``.
"""

import re

from curation.cleaning.words import words

# What stands before the mark is looked at from behind it: a search for a mark is faster than one for a place.
_GLUED = re.compile(r"([.?!](?<=[^\W_].|[\"'”’)\]%].)[.?!]*)([\"”’)\]“‘(\[]*)(?=[^\W_])")
_ADDRESS = re.compile(r"://|www\.|@|\\|[./]\w+/")
_NUMBERED = re.compile(r"\d{1,2}[.)]{1,2}(?=[^\W\d_]|\s)")
_ABBREVIATIONS = words("dr mr mrs ms prof st rev sr jr vs vol no fig inc ave ph psy dept")
_NOT_A_WORD = words(
    "com org net edu gov mil info biz uk ca au io co us ie nz js ts py pdf doc docx txt jpg jpeg png gif mp3 mp4 html "
    "htm xls xlsx csv exe zip d ed sc"
)
_LEFT_WORD = re.compile(r"[^\W_]+(?:['’][^\W\d_]+)*$")
_RIGHT_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_OPENING, _STRAIGHT = "“‘([", '"'
LONGEST_WORD = 40
"""How far a word is looked at, in characters."""


def glued_sentences(text: str) -> str:
    """``text`` with a space between sentences that touch."""
    found = [gap for mark in _GLUED.finditer(text) if (gap := _gap(mark, text)) is not None]
    parts = (text[start:end] for start, end in zip([0, *found], [*found, len(text)], strict=True))
    return " ".join(parts) if found else text


def _gap(mark: re.Match[str], text: str) -> int | None:
    """Where a space belongs at ``mark``; None where none does."""
    end, brackets = mark[1], mark[2]
    right = text[mark.end() : mark.end() + LONGEST_WORD]
    if ".." in end or not (right[0].isupper() or _NUMBERED.match(right)):
        return None
    if right[0].isdigit() and text[mark.start() - 1].isdigit():
        return None
    if not _ends_a_sentence(text[max(0, mark.start() - LONGEST_WORD) : mark.start()], end):
        return None
    if not _begins_a_sentence(right) or _ADDRESS.search(_token(mark, text)):
        return None
    opening = _opening(brackets, text[text.rfind("\n", 0, mark.start()) + 1 : mark.start(2)])
    return mark.start(2) + opening


def _ends_a_sentence(left: str, end: str) -> bool:
    word = _LEFT_WORD.search(left)
    if not word or word[0].isdigit():
        return True  # a bracket, a quote, a percentage or a number
    before = left[: word.start()][-1:]
    if len(word[0]) == 1:
        return end != "." or (word[0] == "I" and before.isspace())
    return end != "." or (word[0].lower() not in _ABBREVIATIONS and (before != "." or len(word[0]) > 2))


def _begins_a_sentence(right: str) -> bool:
    if right[0].isdigit():
        return True
    word = _RIGHT_WORD.match(right)
    if not word or word[0].lower() in _NOT_A_WORD:
        return False
    following = right[word.end() :][:1]
    if len(word[0]) == 1:
        return word[0] in "IA" and following.isspace()
    return following != "." or not word[0].isupper()


def _opening(brackets: str, before: str) -> int:
    """How many of ``brackets`` close the first sentence; the rest opens the second."""
    quotes = before.count(_STRAIGHT)
    for place, bracket in enumerate(brackets):
        if bracket in _OPENING or (bracket == _STRAIGHT and quotes % 2 == 0):
            return place
        quotes += bracket == _STRAIGHT
    return len(brackets)


def _token(mark: re.Match[str], text: str) -> str:
    """What stands around ``mark`` without a space, at most ``LONGEST_WORD`` times five characters to each side."""
    reach = 5 * LONGEST_WORD
    left = text[max(0, mark.start() - reach) : mark.start()].split()
    right = text[mark.end() : mark.end() + reach].split()
    return (left[-1] if left else "") + mark[0] + right[0]
