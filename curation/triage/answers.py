"""What in an answer a reviewer should look at first: flags with their place and reason, by ``phrases/answers.yaml``.

- ``no_referral``: somebody in danger is answered without a word on where to find help;
- ``dosage``: an amount of a medicine, or advice to change one;
- ``method_detail``: how somebody could die, hurt themselves or another, or hide it;
- ``blame``: the seeker is blamed or belittled;
- ``outdated_number``, ``foreign_number``: a helpline's former number, or a line of another country only.

A flag is a reason to look and no judgement: it removes, approves and scores nothing.
"""

import re
from functools import cache
from typing import Literal, NamedTuple, get_args

from curation.helplines import is_help_site, mentions, misplaced_numbers
from curation.triage.files import phrase_file
from curation.triage.levels import Level
from curation.triage.phrases import PhraseIndex, compiled
from curation.triage.scope import is_denied, placed
from curation.triage.words import Reading
from schemas.items import Strict

Flag = Literal["no_referral", "dosage", "method_detail", "blame", "outdated_number", "foreign_number"]
FLAGS: tuple[Flag, ...] = get_args(Flag)
NEEDS_REFERRAL: tuple[Level, ...] = ("passive", "self_harm", "abuse_now", "harm_to_others", "active", "third_party")

_AMOUNT = re.compile(
    r"\b\d+(?:[.,]\d+)?(?:\s?(?:-|to|or)\s?\d+)?\s?(?:mg|mgs|mcg|µg|milligrams?"
    r"|micrograms?|ml|iu|tablets?|pills?|capsules?|drops|puffs)\b",
    re.IGNORECASE,
)
_URL = re.compile(
    r"\b(?:https?://)?(?:[a-z0-9-]+\.)+(?:org|com|net|gov|uk|au|ca|ie|nz|in|edu|info|chat)\b", re.IGNORECASE
)


class Flagged(NamedTuple):
    """A flag and where in the answer it stands: code points ``start`` to ``end`` (exclusive); the rule that it met."""

    flag: Flag
    start: int
    end: int
    rule: str


class AnswerGroup(Strict):
    """A group of ``answers.yaml``."""

    flag: Flag
    id: str
    source: str
    phrases: tuple[str, ...]


def flag_answer(answer: str, level: Level | None, country: str | None = None) -> list[Flagged]:
    """The flags on one answer.

    Args:
        answer: The answer, or all that a supporter says in a dialogue.
        level: What was recognised in the seeker's text; null where nobody looked.
        country: Where the seeker is, or where the dataset's users are (ISO 3166), so far as it is known.
    """
    found = [*_phrases(answer), *_amounts(answer), *_numbers(answer, country)]
    if level in NEEDS_REFERRAL and not offers_referral(answer):
        found.append(Flagged("no_referral", 0, len(answer), f"no_referral/{level}"))
    return sorted(set(found), key=lambda one: (one.start, one.end, one.rule))


def offers_referral(answer: str) -> bool:
    """Whether an answer names a place, a profession or a number where help is found, without denying it."""
    if mentions(answer) or any(is_help_site(match.group()) for match in _URL.finditer(answer)):
        return True
    reading = Reading(answer)
    pattern = _referral()
    for sentence in map(reading.sentence, range(len(reading.bounds))):
        for match in pattern.finditer(sentence.text):
            if not is_denied(placed(sentence.text, *match.span(), sentence.question)):
                return True
    return False


@cache
def _referral() -> re.Pattern[str]:
    return compiled(phrase_file("answers.yaml")["referral"])


@cache
def _groups() -> list[tuple[AnswerGroup, PhraseIndex]]:
    groups = [AnswerGroup.model_validate(group) for group in phrase_file("answers.yaml")["groups"]]
    return [(group, PhraseIndex(group.phrases)) for group in groups]


def _phrases(answer: str) -> list[Flagged]:
    reading = Reading(answer)
    found = []
    for sentence in map(reading.sentence, range(len(reading.bounds))):
        words = set(sentence.text.split())
        for group, index in _groups():
            for start, end in index.matches(sentence.text, words & index.anchors, words):
                place = placed(sentence.text, start, end, sentence.question)
                if not is_denied(place):
                    span = sentence.span(start, start + len(place.phrase))
                    found.append(Flagged(group.flag, *span, f"{group.flag}/{group.id}"))
    return found


def _amounts(answer: str) -> list[Flagged]:
    return [Flagged("dosage", *match.span(), "dosage/amount") for match in _AMOUNT.finditer(answer)]


def _numbers(answer: str, country: str | None) -> list[Flagged]:
    return [
        Flagged(one.flag, one.mention.start, one.mention.end, f"{one.flag}/{one.mention.helpline}")
        for one in misplaced_numbers(answer, country)
    ]
