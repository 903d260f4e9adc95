"""What the differences of two texts come to: whether one can stand for the other.

In a short text one word can be the whole message, so there any difference of content speaks against removing it. In a
long text differences weigh by the share that they have in what the text tells, in bits (see
:meth:`curation.dedup.evidence.Frequencies.information`).
"""

from collections.abc import Callable, Collection, Sequence
from typing import NamedTuple

from curation.dedup.differences import Difference, Stretch, is_addition
from curation.dedup.english import COURTESIES, COURTESY_WORDS, FILLERS, NEGATIONS, NUMBERS, PERSONS, WEAK
from curation.dedup.exchange import Exchange
from curation.dedup.terms import Terms
from curation.dedup.tokens import SPEAKERS

SHORT = 28
"""Words up to which a text is short, counted as :mod:`curation.dedup.tokens` does."""
LEAST_OVERLAP_OF_TURNS = 0.5
"""The least share of a dialogue that a copy of it still has which breaks off after a turn, or begins later."""
FEW = 2
"""Words beyond the end of a text that is not short, which do not tell which of two is the whole one."""
FREQUENT = 9.0
"""Bits of a word that a short text can lack if the text that stays has it: about one text in 512 has such a word."""
PHRASE = 4
"""Words in the place of as many others that are a statement of their own, in a text of any length."""
PLAIN = 40
"""Words up to which a text that differs in one word alone is a contrast, not a rewording."""
MIDDLING = 60
"""Words up to which one negation or person more, less or other is a contrast."""
LONG = 150
"""Words from which on even a term, a number or a speaker in the place of another only weighs its share."""
LEAST_OVERLAP, SURE_OVERLAP = 0.72, 0.82
"""The least share of a text that a truncated copy of it still has; one that has less than the second must break off
within a sentence.
"""
FAR = 0.5
MOST_WORDS_SHOWN = 12

LONGEST_BOILERPLATE = 10

_MEANS_NOTHING = WEAK | FILLERS


class Verdict(NamedTuple):
    """How alike two texts are, and what speaks against removing one of them."""

    score: float
    """100 less the share of information, in per cent, that the differences of content have in the text with more."""
    guarded: bool
    """Whether the differences mean too much for one text to go, whatever the score."""
    only: int
    """0 where either text may go, 1 where only the first may (the second holds all of it), 2 where only the second may.
    """
    words: tuple[str, ...]
    """The differences that decided, each as ``before -> after``."""
    goes_on: bool = False
    """Whether the text that stays goes on where the other ends, for more than most copies that broke off would."""


class Knowledge(NamedTuple):
    """What weighing needs to know of words."""

    bits: Callable[[str], float]
    """The information of a word."""
    exchange: Exchange
    """Words that stand in for each other."""
    boilerplate: Collection[Stretch] = frozenset()
    """Additions at either end of a text that say nothing."""
    borders: Collection[str] = frozenset()
    """The words that one of ``boilerplate`` begins or ends with."""
    terms: Terms = Terms()
    """Words of the field."""


class _Weighed(NamedTuple):
    lost: tuple[float, float]
    """Bits of the words that only the first, and only the second text has."""
    padding: tuple[int, int]
    """Words of each text that are greetings, sign-offs and the like."""
    contents: list[Difference]
    strict: list[Difference]
    extra: list[Difference]
    """Words that one has beyond an end of the other."""


def weigh(
    differences: Sequence[Difference],
    lengths: tuple[int, int],
    totals: tuple[float, float],
    knowledge: Knowledge,
) -> Verdict:
    """Weighs the differences of two texts.

    Args:
        differences: What is left once spelling and order are set aside.
        lengths: The words of each text.
        totals: The bits of each text.
        knowledge: Of words.
    """
    if min(lengths) > MIDDLING and (far := _far(differences, totals, knowledge)):
        return far
    weighed = _weighed(differences, lengths, knowledge)
    lost = list(weighed.lost)
    extra_lengths = [sum(len((one.first, one.second)[side]) for one in weighed.extra) for side in (0, 1)]
    only = 0
    beyond = list(weighed.contents)
    if max(extra_lengths):
        only = 1 if extra_lengths[0] <= extra_lengths[1] else 2
        # What the text that must go has beyond the end of the other would be lost.
        for one in weighed.extra:
            if words := (one.first, one.second)[only - 1]:
                lost[only - 1] += sum(map(knowledge.bits, words))
                beyond.append(one)
    shares = [bits / total if total else 0.0 for bits, total in zip(lost, totals, strict=True)]
    meant = [length - padding for length, padding in zip(lengths, weighed.padding, strict=True)]
    core = min(length - extra for length, extra in zip(meant, extra_lengths, strict=True))
    overlap = core / max(1, *meant)
    score = 100 * (1 - min(1.0, max(shares)))
    shown = beyond
    turns = any(_turns(one.first) or _turns(one.second) for one in weighed.extra)
    if only and overlap < (LEAST_OVERLAP_OF_TURNS if turns else LEAST_OVERLAP):
        score, shown = min(score, 100 * overlap), [*weighed.contents, *weighed.extra]
    if only and core > SHORT and max(extra_lengths) <= FEW:
        only = 0
    guarded = _speaks_against(beyond, weighed.strict, core)
    if guarded and len(beyond) == 1 and not weighed.strict:
        side = _lacks_a_frequent_word(beyond[0], knowledge)
        if side and only in (0, side):
            guarded, only = False, side
    goes_on = only > 0 and not turns and overlap < SURE_OVERLAP and any(one.at_end for one in weighed.extra)
    return Verdict(round(score, 1), guarded, only, tuple(map(_shown, shown[:MOST_WORDS_SHOWN])), goes_on)


def _far(differences: Sequence[Difference], totals: tuple[float, float], knowledge: Knowledge) -> Verdict | None:
    """A quick verdict on two texts that are so far apart that no word standing in for another brings them together."""
    within = [one for one in differences if not is_addition(one)]
    shares = [
        sum(knowledge.bits(word) for one in within for word in (one.first, one.second)[side]) / max(total, 1e-9)
        for side, total in enumerate(totals)
    ]
    if min(shares) <= FAR:
        return None
    return Verdict(round(100 * max(0.0, 1 - max(shares)), 1), False, 0, tuple(map(_shown, within[:MOST_WORDS_SHOWN])))


def _speaks_against(contents: Sequence[Difference], strict: Sequence[Difference], core: int) -> bool:
    """Whether differences of content mean that neither of two texts with ``core`` words in common may go."""
    if not contents:
        return False
    if core <= SHORT or any(min(len(one.first), len(one.second)) >= PHRASE for one in contents):
        return True
    if len(contents) == 1 and contents[0].first and contents[0].second and core <= PLAIN:
        return True
    # Another term, number or speaker is no slip of the pen: it counts in a long text as well.
    exchanged = any(
        ((one.first and one.second) or _turns(one.first) != _turns(one.second))
        and _persons(one.first) == _persons(one.second)
        for one in strict
    )
    return 0 < len(strict) == len(contents) <= 2 and core <= (LONG if exchanged else MIDDLING)


def _lacks_a_frequent_word(one: Difference, knowledge: Knowledge) -> int:
    """Which text (1 or 2) lacks one frequent word of the other; 0 where that is not all of the difference."""
    words = one.first or one.second
    if (one.first and one.second) or len(words) != 1 or knowledge.bits(words[0]) > FREQUENT:
        return 0
    return 2 if one.first else 1


def _weighed(differences: Sequence[Difference], lengths: tuple[int, int], knowledge: Knowledge) -> _Weighed:
    lost, padding = [0.0, 0.0], [0, 0]
    contents, strict, extra = [], [], []
    for one in differences:
        meant = _meant(one, knowledge)
        if not (meant.first or meant.second):
            if is_addition(one):
                padding[0 if one.first else 1] += len(one.first or one.second)
        elif is_addition(meant) and not _changes_the_sense(meant, min(lengths)):
            padding[0] += len(one.first) - len(meant.first)
            padding[1] += len(one.second) - len(meant.second)
            extra.append(meant)
        else:
            for side, words in enumerate((meant.first, meant.second)):
                lost[side] += sum(map(knowledge.bits, words))
            contents.append(meant)
            if is_strict(meant, knowledge.terms):
                strict.append(meant)
    return _Weighed((lost[0], lost[1]), (padding[0], padding[1]), contents, strict, extra)


def _changes_the_sense(one: Difference, length: int) -> bool:
    """Whether an addition at an end is no rest that was cut off: before a text that is not long, or a ``not`` behind
    any.
    """
    words = one.first or one.second
    return (not one.at_end and length <= MIDDLING) or (len(words) == 1 and negations(words) > 0)


def _meant(one: Difference, knowledge: Knowledge) -> Difference:
    """What of a difference tells something: nothing is left of one that does not change what a text says."""
    if one.first and one.second:
        one = knowledge.exchange.reduced(one)
    if one.at_start or one.at_end:
        first, second = (_without_boilerplate(words, one, knowledge) for words in (one.first, one.second))
        if (first, second) != (one.first, one.second):
            one = one._replace(first=first, second=second)
    words = one.first or one.second
    # At an end, more than a word or two would be the rest of a sentence.
    if not (one.first and one.second) and _means_nothing(words) and (not is_addition(one) or len(words) <= 2):
        one = one._replace(first=(), second=())
    return one


def _means_nothing(words: Collection[str]) -> bool:
    return all(word in _MEANS_NOTHING or (len(word) == 1 and word.isalpha() and word.isascii()) for word in words)


def _without_boilerplate(words: Stretch, one: Difference, knowledge: Knowledge) -> Stretch:
    """Words at an end of a text without the greeting, sign-off or note of an edit that they begin or end with."""
    at_end = bool(words) and one.at_end and _can_be_boilerplate(words[-1], knowledge)
    at_start = bool(words) and one.at_start and _can_be_boilerplate(words[0], knowledge)
    if not (at_end or at_start):
        return words
    for length in range(len(words), 0, -1):
        if at_end and _is_boilerplate(words[-length:], knowledge):
            return words[:-length]
        if at_start and _is_boilerplate(words[:length], knowledge):
            return words[length:]
    return words


def without_boilerplate(line: str, words: Sequence[str], knowledge: Knowledge) -> str:
    """A text without the greeting that it begins with, and the sign-off that it ends with.

    Args:
        line: The text, a character a word.
        words: The words that its code points stand for.
        knowledge: Of words.
    """
    start = _boilerplate_length([words[ord(sign)] for sign in line[:LONGEST_BOILERPLATE]], knowledge, at_end=False)
    rest = line[start:]
    end = _boilerplate_length([words[ord(sign)] for sign in rest[-LONGEST_BOILERPLATE:]], knowledge, at_end=True)
    return rest[: len(rest) - end] if len(rest) > end else line


def _boilerplate_length(words: list[str], knowledge: Knowledge, *, at_end: bool) -> int:
    """How many words at one end of ``words`` are a greeting, a sign-off or the like: the most that are."""
    if not words or not _can_be_boilerplate(words[-1 if at_end else 0], knowledge):
        return 0
    for length in range(len(words), 1, -1):
        if _is_boilerplate(tuple(words[-length:] if at_end else words[:length]), knowledge):
            return length
    return 0


def _can_be_boilerplate(outermost: str, knowledge: Knowledge) -> bool:
    return outermost in knowledge.borders or outermost in COURTESY_WORDS


def _is_boilerplate(words: Stretch, knowledge: Knowledge) -> bool:
    return words in knowledge.boilerplate or (not COURTESIES.isdisjoint(words) and COURTESY_WORDS.issuperset(words))


def is_strict(one: Difference, terms: Terms) -> bool:
    """Whether a difference turns a statement around at any length: negation, number, person, or a term of the field."""
    return (
        negations(one.first) != negations(one.second)
        or _turns(one.first) != _turns(one.second)
        or _numbers(one.first) != _numbers(one.second)
        or (bool(one.first and one.second) and _persons(one.first) != _persons(one.second))
        or _are_other_terms(one, terms)
    )


def _are_other_terms(one: Difference, terms: Terms) -> bool:
    """Whether a term stands for another, or is in one text alone. A term and a word that is none can be synonyms."""
    if one.first and one.second:
        return terms.differ(set(one.first), set(one.second))
    return not terms.words.isdisjoint(one.first or one.second)


def _turns(words: Stretch) -> list[str]:
    return [word for word in words if ord(word[0]) in SPEAKERS]


def negations(words: Stretch) -> int:
    return sum(word in NEGATIONS for word in words)


def _numbers(words: Stretch) -> list[str]:
    return [word for word in words if word[0].isdigit() or word in NUMBERS]


def _persons(words: Stretch) -> set[int]:
    return {PERSONS[word] for word in words if word in PERSONS}


def _shown(one: Difference) -> str:
    return f"{' '.join(one.first[:6]) or '-'} -> {' '.join(one.second[:6]) or '-'}"
