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
from curation.generate.words import UNITS, Word, bare, lexicon, stem, words_of

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
_REFERRING = re.compile(r"\b(?:it|its|they|their|them|this|these|the (?:drug|disorder|treatment)s?)\b", re.IGNORECASE)
_NEW_CLAUSE = re.compile(r"[,:()—]| – |\b(?:but|while|whereas|although|because|since)\b")
_DEGREES = ("more", "less", "fewer", "higher", "lower", "better", "worse")
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
    """A sentence of the passage, or a part of it up to a semicolon, with its words and its clauses."""

    sentence: Sentence
    words: list[Word]
    stems: frozenset[str]
    clauses: list[list[Word]]


def ground(answer: str, passage: str, quotes: Sequence[str] = (), question: str = "") -> Grounding:
    """Compares an answer with its passage.

    Args:
        answer: The answer.
        passage: What it was made from.
        quotes: Sentences of the passage that are said to support it.
        question: What was asked: its words need no support.
    """
    stated = [_read(one) for whole in sentences(passage) for one in _parts(whole)]
    asked = _stems(words_of(question))
    support: set[Support] = set()
    problems: list[Problem] = []
    for quote in quotes:
        found = _located(quote, passage)
        if found is None:
            problems.append(Problem("quote_not_in_passage", 0, len(answer)))
        else:
            support.add(found)
    for claim in (part for whole in sentences(answer) for part in _parts(whole)):
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


def _parts(whole: Sentence) -> list[Sentence]:
    """A sentence by its semicolons."""
    parts: list[Sentence] = []
    start = 0
    for end in [*(mark.end() for mark in re.finditer(r";\s", whole.text)), len(whole.text)]:
        text = whole.text[start:end].rstrip()
        parts.append(Sentence(text, whole.start + start, whole.start + start + len(text)))
        start = end
    return parts


def _read(part: Sentence) -> _Sentence:
    words = words_of(part.text)
    return _Sentence(part, words, _stems(words), _clauses(part.text, words))


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
            is_ordinal = not word.stem[-1].isdigit()
            stated_other = any(one[0].isdigit() and not one[-1].isdigit() for one in near)
            if word.stem not in near | asked and (not is_ordinal or stated_other):
                found.append(("number_not_in_passage", word.start, word.end))
        elif word.text in lists.terms or _names_disorder(text, words, place):
            if word.text not in lists.abbreviations and not _has(word.stem, terms):
                found.append(("term_not_in_passage", word.start, word.end))
        elif word.start in names and not _has(word.stem, anywhere | asked):
            found.append(("name_not_in_passage", word.start, word.end))
    if used:
        found += _turned(words, used, stated)
        for clause in _clauses(text, words):
            found += _exchanged(text, clause, used, weights)
    return found


def _names_disorder(text: str, words: list[Word], place: int) -> bool:
    """Whether a word is of the name of a disorder: ``social`` and ``anxiety`` of ``social anxiety disorder``."""
    if words[place].text in lexicon().plain:
        return False
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


def _turned(words: list[Word], used: list[_Sentence], stated: list[_Sentence]) -> list[tuple[Rule, int, int]]:
    """Words that are negated in the answer and not in the passage, or the other way round."""
    found: list[tuple[Rule, int, int]] = []
    near, anywhere = _polarities(used[:2]), _polarities(stated)
    # Where one word is negated in both, the negation is the same, however far it reaches in each.
    agreed = any(word.negated and True in near.get(word.stem, ()) for word in words)
    for word in words:
        if word.is_number or agreed:
            continue
        polarities = near.get(word.stem) or (anywhere.get(word.stem) if word.negated else None)
        if polarities is not None:
            if word.negated not in polarities:
                found.append(("negation_differs", word.start, word.end))
            continue
        turned = bare(word.stem)
        if turned in near and not word.negated and True not in near[turned]:
            found.append(("negation_differs", word.start, word.end))
    return found


def _polarities(sentences_: list[_Sentence]) -> dict[str, set[bool]]:
    """For each stem, whether it stands negated, plain or both."""
    found: dict[str, set[bool]] = {}
    for sentence in sentences_:
        for word in sentence.words:
            found.setdefault(word.stem, set()).add(word.negated)
    return found


def _compares_the_other_way(text: str, used: list[_Sentence]) -> bool:
    """Whether an answer compares, by ``than``, what a sentence of the passage compares in the other order."""
    before, than, after = text.partition(" than ")
    if not than:
        return False
    for sentence in used:
        first, than, second = sentence.sentence.text.partition(" than ")
        if than:
            one, other, left, right = (_stems(words_of(side)) for side in (before, after, first, second))
            crossed = len(one & (right - left)) + len(other & (left - right))
            return crossed > len(one & (left - right)) + len(other & (right - left))
    return False


def _units(word: Word) -> frozenset[str] | None:
    """The units that a word is one of."""
    return next((units for units in UNITS if word.text.removesuffix("s") in units), None)


def _exchanged(
    text: str, clause: list[Word], used: list[_Sentence], weights: dict[str, float]
) -> list[tuple[Rule, int, int]]:
    """Opposites, units of time and numbers that stand in the place of others in the clause that says the same."""
    lists = lexicon()
    clauses = [one for sentence in used for one in sentence.clauses]

    def shared(other: list[Word]) -> float:
        stems = _stems(other)
        return sum(weights.get(word.stem, 1.0) for word in clause if _has(word.stem, stems))

    best = max(clauses, key=shared, default=[])
    if not best or shared(best) == 0:
        return []
    stems = _stems(best)
    negated = {word.stem for word in best if word.negated}
    found: list[tuple[Rule, int, int]] = []
    for word in clause:
        others = lists.opposites.get(word.stem, frozenset()) & stems
        if word.text in _DEGREES and _compares_the_other_way(text, used):
            continue  # "A more than B" is "B less than A"
        if others and word.stem not in stems and not word.negated and not others & negated:
            found.append(("opposite", word.start, word.end))
        units = _units(word)
        if units and word.stem not in stems and any(_units(one) == units for one in best):
            found.append(("number_not_in_passage", word.start, word.end))
    said = {word.stem: word for word in clause if word.is_number}
    there = {word.stem for word in best if word.is_number}
    missing, unsaid = said.keys() - there, there - said.keys()
    if said.keys() & there and len(missing) <= len(unsaid):
        found += [("number_not_in_passage", said[one].start, said[one].end) for one in sorted(missing)]
    return found
