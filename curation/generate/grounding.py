"""Whether a passage supports an answer: which of its sentences do, and what in the answer it does not say.

Nothing here understands a text. An answer is compared with the sentences of the passage that share most of its words,
and what differs is weighed: a word more or less is style, another number, another disorder, a ``not`` or an opposite
is not. So it can be wrong both ways; what it flags goes before a reviewer first, and nothing is dropped for it.
"""

from collections.abc import Sequence
from typing import NamedTuple

from rapidfuzz import fuzz

from curation.generate.differences import Rule, differences
from curation.generate.statements import Statement, has, statements_of, stems_of, weights_of
from curation.generate.words import Word, words_of

MOST_SUPPORT = 3
"""Sentences of the passage that one sentence of an answer may be put together from."""
QUOTED = 93.0
"""The least similarity (0 to 100) of a quotation and the stretch of the passage that it is taken from."""


class Support(NamedTuple):
    """A stretch of the passage, by code points, end exclusive."""

    start: int
    end: int


class Problem(NamedTuple):
    """What a stretch of the answer says and the passage does not."""

    rule: Rule
    start: int
    end: int


class Grounding(NamedTuple):
    """What of a passage supports an answer, and what in the answer is not supported."""

    support: list[Support]
    problems: list[Problem]


def ground(answer: str, passage: str, quotes: Sequence[str] = (), question: str = "") -> Grounding:
    """Compares an answer with its passage.

    Args:
        answer: The answer.
        passage: What it was made from.
        quotes: Sentences of the passage that are said to support it.
        question: What was asked: its words need no support.
    """
    stated = statements_of(passage)
    asked = stems_of(words_of(question))
    support: set[Support] = set()
    problems: list[Problem] = []
    for quote in quotes:
        found = _located(quote, passage)
        if found is None:
            problems.append(Problem("quote_not_in_passage", 0, len(answer)))
        else:
            support.add(found)
    for claim in statements_of(answer):
        used = _support_of(claim.words, stated)
        support.update(Support(one.sentence.start, one.sentence.end) for one in used)
        start = claim.sentence.start
        problems += [
            Problem(one.rule, start + one.start, start + one.end) for one in differences(claim, used, stated, asked)
        ]
    return Grounding(sorted(support), sorted(set(problems), key=lambda one: (one.start, one.end, one.rule)))


def _located(quote: str, passage: str) -> Support | None:
    """Where a quotation stands in the passage, however its spaces and quotation marks are written."""
    place = passage.find(quote.strip())
    if place >= 0:
        return Support(place, place + len(quote.strip()))
    if len(quote.strip()) < 10:
        return None
    aligned = fuzz.partial_ratio_alignment(quote.casefold(), passage.casefold(), score_cutoff=QUOTED)
    if aligned is None or len(quote) > len(passage):
        return None
    # A word or a number that differs makes a quotation of something else, however long it is.
    if not stems_of(words_of(quote)) <= stems_of(
        words_of(passage[_word_start(passage, aligned.dest_start) : _word_end(passage, aligned.dest_end)])
    ):
        return None
    return Support(aligned.dest_start, aligned.dest_end)


def _word_start(text: str, place: int) -> int:
    while place > 0 and text[place - 1].isalnum():
        place -= 1
    return place


def _word_end(text: str, place: int) -> int:
    while place < len(text) and text[place].isalnum():
        place += 1
    return place


def _support_of(words: list[Word], stated: list[Statement]) -> list[Statement]:
    """The sentences of the passage that together share most with a sentence of the answer, the best first."""
    weights = weights_of(stated)
    left = {word.stem for word in words}
    used: list[Statement] = []
    while left and len(used) < MOST_SUPPORT:
        gains = [
            (sum(weights.get(one, 1.0) for one in left if has(one, sentence.stems)), -place)
            for place, sentence in enumerate(stated)
        ]
        gain, place = max(gains, default=(0.0, 0))
        least = 0.0 if not used else 0.15 * sum(weights.get(word.stem, 1.0) for word in words)
        if gain <= least:
            break
        used.append(stated[-place])
        left = {one for one in left if not has(one, stated[-place].stems)}
    return used
