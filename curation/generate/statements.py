"""What a passage says, as statements that can be compared word by word."""

import math
import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from rapidfuzz import fuzz

from curation.generate.sentences import Sentence, sentences
from curation.generate.words import Word, lexicon, stem, words_of

ALIKE = 85.0
"""The least similarity of two words of which one is an inflection or a near relative of the other."""
_NEW_CLAUSE = re.compile(r"[,:()—]| – |\b(?:but|while|whereas|although|because|since)\b")


class Statement(NamedTuple):
    """A sentence, or a part of one up to a semicolon: its words, their stems, and the words of each of its clauses."""

    sentence: Sentence
    words: list[Word]
    stems: frozenset[str]
    clauses: list[list[Word]]


def statements_of(text: str) -> list[Statement]:
    """The statements of a passage or an answer, in their order; what holds no word that says something is none."""
    found = [_statement(one) for whole in sentences(text) for one in _parts(whole)]
    return [one for one in found if one.words]


def _parts(whole: Sentence) -> list[Sentence]:
    """A sentence by its semicolons."""
    parts: list[Sentence] = []
    start = 0
    for end in [*(mark.end() for mark in re.finditer(r";\s", whole.text)), len(whole.text)]:
        text = whole.text[start:end].rstrip()
        parts.append(Sentence(text, whole.start + start, whole.start + start + len(text)))
        start = end
    return parts


def _statement(part: Sentence) -> Statement:
    words = words_of(part.text)
    return Statement(part, words, stems_of(words), _clauses(part.text, words))


def _clauses(text: str, words: list[Word]) -> list[list[Word]]:
    """The words of a sentence by its clauses; what holds a single word belongs to the clause before."""
    clauses: list[list[Word]] = []
    last = 0
    for word in words:
        parted = not clauses or _NEW_CLAUSE.search(text[last : word.start])
        if parted and (not clauses or len(clauses[-1]) > 1):
            clauses.append([])
        clauses[-1].append(word)
        last = word.end
    return clauses


def stems_of(words: Sequence[Word]) -> frozenset[str]:
    """The stems of words, with those of the words that an abbreviation stands for."""
    lists = lexicon()
    stems = {word.stem for word in words}
    for word in words:
        stems.update(stem(part) for part in lists.abbreviations.get(word.text, ()))
    return frozenset(stems)


def weights_of(stated: Sequence[Statement]) -> dict[str, float]:
    """How much a word tells: the fewer sentences of the passage have it, the more."""
    counts = Counter(one for sentence in stated for one in sentence.stems)
    return {one: 1.0 + math.log(len(stated) / count) / 2 for one, count in counts.items()}


def has(word: str, stems: frozenset[str]) -> bool:
    """Whether a stem, or one so like it that it is of the same word, is among ``stems``."""
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
