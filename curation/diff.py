"""What differs between two texts, word by word."""

import difflib
import re
from collections.abc import Iterator
from typing import NamedTuple


class Piece(NamedTuple):
    """A stretch of two texts: the same in both, or what stands in one in place of what stands in the other."""

    same: bool
    before: str
    after: str


def word_diff(before: str, after: str) -> Iterator[Piece]:
    """The pieces of two texts in order; all their ``before`` joined are the one, all their ``after`` the other."""
    one, two = (re.findall(r"\s+|\w+|[^\w\s]", text) for text in (before, after))
    # A space alone is no place to begin a match at: that would cost most of the time, and give scattered pieces.
    matcher = difflib.SequenceMatcher(str.isspace, one, two, autojunk=False)
    for tag, one_start, one_end, two_start, two_end in matcher.get_opcodes():
        yield Piece(tag == "equal", "".join(one[one_start:one_end]), "".join(two[two_start:two_end]))
