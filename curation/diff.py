"""What differs between two texts, word by word."""

import difflib
import re
from collections.abc import Iterator
from itertools import takewhile
from typing import NamedTuple


class Piece(NamedTuple):
    """A stretch of two texts: the same in both, or what stands in one in place of what stands in the other."""

    same: bool
    before: str
    after: str


def word_diff(before: str, after: str) -> Iterator[Piece]:
    """The pieces of two texts in order; all their ``before`` joined are the one, all their ``after`` the other."""
    one, two = (re.findall(r"\s+|\w+|[^\w\s]", text) for text in (before, after))
    # What both begin and end with is set aside first: to find it otherwise costs the square of its length.
    head = _alike(one, two)
    tail = _alike(one[head:][::-1], two[head:][::-1])
    if head:
        yield _same(one[:head])
    one_end, two_end = len(one) - tail, len(two) - tail
    matcher = difflib.SequenceMatcher(a=one[head:one_end], b=two[head:two_end], autojunk=False)
    for tag, one_start, one_stop, two_start, two_stop in matcher.get_opcodes():
        sides = one[head + one_start : head + one_stop], two[head + two_start : head + two_stop]
        yield Piece(tag == "equal", *map("".join, sides))
    if tail:
        yield _same(one[one_end:])


def _alike(one: list[str], two: list[str]) -> int:
    """How many tokens two lists have in common before they first differ."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, two, strict=False)))


def _same(tokens: list[str]) -> Piece:
    return Piece(True, "".join(tokens), "".join(tokens))
