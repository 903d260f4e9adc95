"""Rule ``task_chatter``: what the writers of a study's dialogues say about the study itself.

ESConv and its like were written by crowd workers who had to reach a number of minutes and messages, and to press a
button. "Can you press quit and take the survey?" is no counselling, and a model learns to say it. The words alone
prove little, for people quit jobs and drinking, earn money on MTurk, and wait for a bonus; so each pattern of
``task_chatter.txt`` names a whole phrase, and a sentence that might be of use in a crisis is never removed.
"""

import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

_SMILEY = r"(?:[:;=] ?['^-]? ?[()DP](?!\w))"
_SENTENCE = re.compile(
    rf"\((?:{_SMILEY}|[^()\n])*\)[ .?!]*{_SMILEY}?"  # in brackets
    rf"|(?:{_SMILEY}|[^\n.?!(:;=]|[:;=]|[.?!](?=[^\s.?!(]))*?"
    rf"(?:(?<=\S) ?[.?!]+(?: [.?!]+)*[\"”’]?(?=[\s(]|$)(?: {_SMILEY})*|{_SMILEY}|(?=\n|\()|$)"
)
_ANYTHING_SAID = re.compile(r"[^\W_]|[\U0001f000-\U0001faff\u2600-\u27bf]")


class Patterns(NamedTuple):
    """The patterns of ``task_chatter.txt``."""

    chatter: re.Pattern[str]
    hint: re.Pattern[str]
    """A word without which no sentence is chatter: the cheap first look."""
    own_affairs: re.Pattern[str]
    """Words that make a survey, a task or a bonus somebody's own."""
    never: re.Pattern[str]
    """Words that keep a sentence whatever else it says."""
    courtesy: re.Pattern[str]
    """Words of a clause that is kept where the rest of its sentence goes."""


@cache
def patterns() -> Patterns:
    """Reads ``task_chatter.txt``: sections of one regular expression a line, ``#`` for comments."""
    sections: dict[str, list[str]] = {}
    for line in (Path(__file__).parent / "task_chatter.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            lines = sections[line.strip("[]")] = []
        elif line.strip() and not line.startswith("#"):
            lines.append(line.strip())
    return Patterns(**{name: re.compile("|".join(f"(?:{line})" for line in lines)) for name, lines in sections.items()})


def task_chatter(text: str) -> str:
    """``text`` without the sentences that are about the study; empty where it holds no other."""
    if not patterns().hint.search(text.lower()):
        return text
    sentences = split_sentences(text)
    kept = [_courtesy(sentence) if is_chatter(sentence) else sentence for sentence in sentences]
    if kept == sentences:
        return text
    rest = re.sub(r"[ ]{2,}", " ", "".join(kept)).strip()
    return rest if _ANYTHING_SAID.search(rest) else ""


def _courtesy(sentence: str) -> str:
    """The clauses of a sentence of chatter that thank, wish well or say goodbye."""
    clauses = re.split(r" ?,(?= )", sentence)
    kept = [clause for clause in clauses if patterns().courtesy.search(clause.lower()) and not is_chatter(clause)]
    return re.sub(r"[\s.?!]*$", ".", ",".join(kept)) if kept else ""


def split_sentences(text: str) -> list[str]:
    """The sentences of ``text`` with the white space before each; joined they are ``text`` again.

    A sentence ends at its mark, at a smiley, at a line's end and around brackets; chat has few full stops.
    """
    return [part for part in _parts(text) if part]


def _parts(text: str) -> list[str]:
    parts: list[str] = []
    place = 0
    while place < len(text):
        start = place
        while place < len(text) and text[place].isspace():
            place += 1
        match = _SENTENCE.match(text, place)
        end = max(match.end() if match else 0, min(place + 1, len(text)))
        parts.append(text[start:end])
        place = end
    return parts


def is_chatter(sentence: str) -> bool:
    """Whether ``sentence`` is about the study. Spacing as a tokenizer leaves it is understood."""
    plain = re.sub(r" ?['’] ?(?=(?:s|t|m|d|re|ve|ll)\b)", "'", " ".join(sentence.lower().split()))
    plain = re.sub(r"^[\W_]+|[\W_]+$", "", plain)
    found = patterns()
    return bool(found.chatter.search(plain)) and not found.never.search(plain) and not found.own_affairs.search(plain)
