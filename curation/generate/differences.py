"""What a sentence of an answer says otherwise than the statements that support it."""

import re
from typing import Literal, NamedTuple

from curation.generate.statements import Statement, has, stems_of, weights_of
from curation.generate.words import UNITS, Word, bare, lexicon, words_of

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
_HEADS = ("disorder", "disorders", "syndrome", "phobia", "nervosa")
_DEGREES = ("more", "less", "fewer", "higher", "lower", "better", "worse")
_BETWEEN_WORDS = re.compile(r"[\s-]+")
_REFERRING = re.compile(r"\b(?:it|its|they|their|them|this|these|the (?:drug|disorder|treatment)s?)\b", re.IGNORECASE)
_NAME = re.compile(r"(?<=[a-z,;] )[A-Z][a-z]{2,}")


class Difference(NamedTuple):
    """A rule that a stretch of the claim breaks."""

    rule: Rule
    start: int
    end: int


def differences(
    claim: Statement, used: list[Statement], stated: list[Statement], asked: frozenset[str]
) -> list[Difference]:
    """What a claim says otherwise than its passage.

    Args:
        claim: A statement of the answer.
        used: The statements of the passage that support it, the best first.
        stated: All statements of the passage.
        asked: The stems of the question, which need no support.
    """
    near = asked.union(*(one.stems for one in used))
    found = _uncovered(claim, near, weights_of(stated))
    found += _unstated_numbers(claim, near)
    found += _unstated_terms(claim, near | _referred_to(used, stated))
    found += _unstated_names(claim, asked.union(*(one.stems for one in stated)))
    if used:
        found += _turned(claim.words, used, stated)
        for clause in claim.clauses:
            found += _exchanged(claim, clause, used, weights_of(stated))
    return found


def _uncovered(claim: Statement, near: frozenset[str], weights: dict[str, float]) -> list[Difference]:
    """The whole claim, where most of what it says is in none of the statements that support it."""
    total = sum(weights.get(word.stem, 1.5) for word in claim.words)
    covered = sum(weights.get(word.stem, 1.5) for word in claim.words if has(word.stem, near))
    if covered < LEAST_COVERED * total:
        return [Difference("not_in_passage", 0, len(claim.sentence.text))]
    return []


def _unstated_numbers(claim: Statement, near: frozenset[str]) -> list[Difference]:
    """Numbers that the support does not have; ordinals, which can be style, only where it has another."""
    has_ordinals = any(one[0].isdigit() and not one[-1].isdigit() for one in near)
    return [
        Difference("number_not_in_passage", word.start, word.end)
        for word in claim.words
        if word.is_number and word.stem not in near and (word.stem[-1].isdigit() or has_ordinals)
    ]


def _unstated_terms(claim: Statement, near: frozenset[str]) -> list[Difference]:
    """Disorders and drugs that the support does not have."""
    lists = lexicon()
    return [
        Difference("term_not_in_passage", word.start, word.end)
        for place, word in enumerate(claim.words)
        if (word.text in lists.terms or _names_disorder(claim.sentence.text, claim.words, place))
        and word.text not in lists.abbreviations
        and not has(word.stem, near)
    ]


def _unstated_names(claim: Statement, anywhere: frozenset[str]) -> list[Difference]:
    """Words with a capital inside of a sentence that the passage has nowhere."""
    names = {match.start() for match in _NAME.finditer(claim.sentence.text)}
    return [
        Difference("name_not_in_passage", word.start, word.end)
        for word in claim.words
        if word.start in names and not has(word.stem, anywhere)
    ]


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


def _referred_to(used: list[Statement], stated: list[Statement]) -> frozenset[str]:
    """The stems of the sentences before those that speak of ``it`` and ``their``."""
    stems: frozenset[str] = frozenset()
    for sentence in used:
        place = stated.index(sentence)
        if place and _REFERRING.search(sentence.sentence.text):
            stems |= stated[place - 1].stems
    return stems


def _turned(words: list[Word], used: list[Statement], stated: list[Statement]) -> list[Difference]:
    """Words that are negated in the answer and not in the passage, or the other way round."""
    found: list[Difference] = []
    near, anywhere = _polarities(used[:2]), _polarities(stated)
    # Where one word is negated in both, the negation is the same, however far it reaches in each.
    agreed = any(word.negated and True in near.get(word.stem, ()) for word in words)
    for word in words:
        if word.is_number or agreed:
            continue
        polarities = near.get(word.stem) or (anywhere.get(word.stem) if word.negated else None)
        if polarities is not None:
            if word.negated not in polarities:
                found.append(Difference("negation_differs", word.start, word.end))
            continue
        turned = bare(word.stem)
        if turned in near and not word.negated and True not in near[turned]:
            found.append(Difference("negation_differs", word.start, word.end))
    return found


def _polarities(sentences_: list[Statement]) -> dict[str, set[bool]]:
    """For each stem, whether it stands negated, plain or both."""
    found: dict[str, set[bool]] = {}
    for sentence in sentences_:
        for word in sentence.words:
            found.setdefault(word.stem, set()).add(word.negated)
    return found


def _is_crossed(claim: Statement, used: list[Statement]) -> bool:
    """Whether a claim compares, by ``than``, what a statement of the passage compares in the other order."""
    before, than, after = claim.sentence.text.partition(" than ")
    if not than:
        return False
    for sentence in used:
        first, than, second = sentence.sentence.text.partition(" than ")
        if than:
            one, other, left, right = (stems_of(words_of(side)) for side in (before, after, first, second))
            return bool(other & left and one & right) and not other & right
    return False


def _units(word: Word) -> frozenset[str] | None:
    """The units that a word is one of."""
    return next((units for units in UNITS if word.text.removesuffix("s") in units), None)


def _exchanged(
    claim: Statement, clause: list[Word], used: list[Statement], weights: dict[str, float]
) -> list[Difference]:
    """Opposites, units of time and numbers that stand in the place of others in the clause that says the same."""
    lists = lexicon()
    clauses = [one for sentence in used for one in sentence.clauses]

    def shared(other: list[Word]) -> float:
        stems = stems_of(other)
        return sum(weights.get(word.stem, 1.0) for word in clause if has(word.stem, stems))

    best = max(clauses, key=shared, default=[])
    if not best or shared(best) == 0:
        return []
    stems = stems_of(best)
    negated = {word.stem for word in best if word.negated}
    found: list[Difference] = []
    for word in clause:
        others = lists.opposites.get(word.stem, frozenset()) & stems
        if word.text in _DEGREES and _is_crossed(claim, used):
            # "A more than B" is "B less than A"; with the same word it is the contrary.
            if word.stem in stems and not others & stems:
                found.append(Difference("opposite", word.start, word.end))
            continue
        if others and word.stem not in stems and not word.negated and not others & negated:
            found.append(Difference("opposite", word.start, word.end))
        units = _units(word)
        if units and word.stem not in stems and any(_units(one) == units for one in best):
            found.append(Difference("number_not_in_passage", word.start, word.end))
    said = {word.stem: word for word in clause if word.is_number}
    there = {word.stem for word in best if word.is_number}
    missing, unsaid = said.keys() - there, there - said.keys()
    if said.keys() & there and len(missing) <= len(unsaid):
        found += [Difference("number_not_in_passage", said[one].start, said[one].end) for one in sorted(missing)]
    return found
