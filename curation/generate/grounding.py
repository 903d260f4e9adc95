"""Whether a passage supports an answer: which of its sentences do, and what in the answer it does not say.

Nothing here understands a text. An answer is compared with the sentences of the passage that share most of its words,
and what differs is weighed: a word more or less is style, another number, another disorder, a ``not`` or an opposite
is not. So it can be wrong both ways; what it flags goes before a reviewer first, and nothing is dropped for it.
"""

import math
import re
from collections import Counter
from collections.abc import Sequence
from typing import Literal, NamedTuple

from rapidfuzz import fuzz

from curation.generate.sentences import Sentence, sentences
from curation.generate.words import Word, bare, lexicon, stem, words_of

Rule = Literal[
    "quote_not_in_passage",
    "not_in_passage",
    "number_not_in_passage",
    "term_not_in_passage",
    "name_not_in_passage",
    "negation_differs",
    "opposite",
]

LEAST_COVERED = 0.55
"""The share of an answer's words, weighed by how rare they are in the passage, which its sentences must have."""
MOST_SUPPORT = 3
"""Sentences of the passage that one sentence of an answer may be put together from."""
QUOTED = 93.0
"""The least similarity (0 to 100) of a quotation and the stretch of the passage that it is taken from."""
ALIKE = 85.0
"""The least similarity of two words of which one is an inflection or a near relative of the other."""

_HEADS = ("disorder", "disorders", "syndrome", "phobia", "nervosa")
_BETWEEN_WORDS = re.compile(r"[\s-]+")
_REFERRING = re.compile(
    r"^(?:\S+ ){0,3}?(?:it|its|they|their|them|this|these|he|she|his|her|the (?:drug|disorder|treatment)s?)\b",
    re.IGNORECASE,
)
_NAME = re.compile(r"(?<=[a-z,;] )[A-Z][a-z]{2,}")


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


class _Sentence(NamedTuple):
    """A sentence of the passage with its words."""

    sentence: Sentence
    words: list[Word]
    stems: frozenset[str]


def ground(answer: str, passage: str, quotes: Sequence[str] = (), question: str = "") -> Grounding:
    """Compares an answer with its passage.

    Args:
        answer: The answer.
        passage: What it was made from.
        quotes: Sentences of the passage that are said to support it.
        question: What was asked: its words need no support.
    """
    stated = [_Sentence(one, words, _stems(words)) for one in sentences(passage) for words in [words_of(one.text)]]
    asked = _stems(words_of(question))
    support: set[Support] = set()
    problems: list[Problem] = []
    for quote in quotes:
        found = _located(quote, passage)
        if found is None:
            problems.append(Problem("quote_not_in_passage", 0, len(answer)))
        else:
            support.add(found)
    for claim in sentences(answer):
        words = words_of(claim.text)
        if not words:
            continue
        used = _support_of(words, stated, asked)
        support.update(Support(one.sentence.start, one.sentence.end) for one in used)
        problems += [
            Problem(rule, claim.start + start, claim.start + end)
            for rule, start, end in _problems(claim.text, words, used, stated, asked)
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
    if not _stems(words_of(quote)) <= _stems(
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


def _stems(words: Sequence[Word]) -> frozenset[str]:
    """The stems of words, with those of the words that an abbreviation stands for."""
    lists = lexicon()
    stems = {word.stem for word in words}
    for word in words:
        stems.update(stem(part) for part in lists.abbreviations.get(word.text, ()))
    return frozenset(stems)


def _support_of(words: list[Word], stated: list[_Sentence], asked: frozenset[str]) -> list[_Sentence]:
    """The sentences of the passage that together share most with a sentence of the answer, the best first."""
    weights = _weights(stated)
    left = {word.stem for word in words}
    used: list[_Sentence] = []
    while left and len(used) < MOST_SUPPORT:
        gains = [
            (sum(weights.get(one, 1.0) for one in left if _has(one, sentence.stems)), -place)
            for place, sentence in enumerate(stated)
        ]
        gain, place = max(gains, default=(0.0, 0))
        least = 0.0 if not used else 0.15 * sum(weights.get(word.stem, 1.0) for word in words)
        if gain <= least:
            break
        used.append(stated[-place])
        left = {one for one in left if not _has(one, stated[-place].stems)}
    return used


def _weights(stated: list[_Sentence]) -> dict[str, float]:
    """How much a word tells: the fewer sentences of the passage have it, the more."""
    counts = Counter(one for sentence in stated for one in sentence.stems)
    return {one: 1.0 + math.log(len(stated) / count) / 2 for one, count in counts.items()}


def _has(word: str, stems: frozenset[str]) -> bool:
    if word in stems:
        return True
    if word[0].isdigit() or len(word) < 4:
        return False
    return any(
        len(other) >= 4
        and other[:3] == word[:3]
        and (fuzz.ratio(word, other) >= ALIKE or other.startswith(word) or word.startswith(other))
        for other in stems
    )


def _problems(
    text: str, words: list[Word], used: list[_Sentence], stated: list[_Sentence], asked: frozenset[str]
) -> list[tuple[Rule, int, int]]:
    lists = lexicon()
    near = frozenset(one for sentence in used for one in sentence.stems)
    anywhere = frozenset(one for sentence in stated for one in sentence.stems)
    weights = _weights(stated)
    total = sum(weights.get(word.stem, 1.5) for word in words)
    covered = sum(weights.get(word.stem, 1.5) for word in words if _has(word.stem, near | asked))
    found: list[tuple[Rule, int, int]] = []
    if covered < LEAST_COVERED * total:
        found.append(("not_in_passage", 0, len(text)))
    names = {match.start() for match in _NAME.finditer(text)}
    terms = near | asked | _referred_to(used, stated)
    for place, word in enumerate(words):
        if word.is_number:
            if word.stem not in near and word.stem not in asked:
                found.append(("number_not_in_passage", word.start, word.end))
        elif word.text in lists.terms or _names_disorder(text, words, place):
            if word.text not in lists.abbreviations and not _has(word.stem, terms):
                found.append(("term_not_in_passage", word.start, word.end))
        elif word.start in names and not _has(word.stem, anywhere | asked):
            found.append(("name_not_in_passage", word.start, word.end))
    if used:
        found += _turned(words, used)
    return found


def _names_disorder(text: str, words: list[Word], place: int) -> bool:
    """Whether a word is of the name of a disorder: ``social`` and ``anxiety`` of ``social anxiety disorder``."""
    for before, after in zip(words[place : place + 3], words[place + 1 : place + 4], strict=False):
        if not _BETWEEN_WORDS.fullmatch(text[before.end : after.start]):
            return False
        if after.text in _HEADS:
            return True
    return False


def _referred_to(used: list[_Sentence], stated: list[_Sentence]) -> frozenset[str]:
    """The stems of the sentences before those that speak of ``it`` and ``their``."""
    stems: frozenset[str] = frozenset()
    for sentence in used:
        place = stated.index(sentence)
        if place and _REFERRING.search(sentence.sentence.text):
            stems |= stated[place - 1].stems
    return stems


def _turned(words: list[Word], used: list[_Sentence]) -> list[tuple[Rule, int, int]]:
    """Words that are negated in the answer and not in its support, or the other way round, or are its opposites."""
    lists = lexicon()
    found: list[tuple[Rule, int, int]] = []
    by_stem: dict[str, set[bool]] = {}
    for sentence in used[:2]:
        for word in sentence.words:
            by_stem.setdefault(word.stem, set()).add(word.negated)
    # Where one word is negated in both, the negation is the same, however far it reaches in each.
    agreed = any(word.negated and True in by_stem.get(word.stem, ()) for word in words)
    for word in words:
        if word.is_number:
            continue
        if word.stem in by_stem:
            if not agreed and word.negated not in by_stem[word.stem]:
                found.append(("negation_differs", word.start, word.end))
            continue
        turned = bare(word.stem)
        if turned in by_stem and not word.negated and True not in by_stem[turned]:
            found.append(("negation_differs", word.start, word.end))
            continue
        others = lists.opposites.get(word.stem, frozenset()) & by_stem.keys()
        if others and not word.negated and all(True not in by_stem[one] for one in others):
            found.append(("opposite", word.start, word.end))
    return found
