"""Recognition of risk in a dialogue: turn by turn, with the answers to a supporter's questions, and as a whole.

``Are you thinking of suicide?`` - ``Yes.`` is recognised by reading the question as if the seeker had said it: *you* as
*I*. What is found in it so counts where the seeker's next turn says yes, and not where it says no.
"""

import re
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Literal, NamedTuple

from curation.triage.cues import cue, opening
from curation.triage.evidence import HISTORY, Evidence, Found, Triaged
from curation.triage.files import phrase_file
from curation.triage.levels import Level
from curation.triage.model import LEAST_IN_TURN, marked
from curation.triage.phrases import compiled
from curation.triage.recognise import by_rules, find, settled, triage_text, verdict
from curation.triage.words import Reading, Sentence
from schemas.items import Strict

ANSWER_CONFIDENCE = 0.8
"""How sure a yes to a question is, against having said it oneself."""
QUESTION_CONFIDENCE = 0.65
ANSWER_HEAD = 30
"""Within so many characters an answer says yes, if it does not begin with it."""
BESIDE: tuple[Level, ...] = ("passive", "active")

_MIRROR = {
    **{"you": "i", "your": "my", "yourself": "myself", "yours": "mine", "you're": "i'm", "you've": "i've"},
    **{"you'd": "i'd", "you'll": "i'll", "u": "i", "ur": "my", "youre": "i'm", "youve": "i've"},
}
_YOU = re.compile(r"\b(?:" + "|".join(sorted(_MIRROR, key=len, reverse=True)) + r")\b", re.IGNORECASE)
_SENTENCES = re.compile(r"[^.!?\n]+[.!?]*")
_ROLES = {
    **dict.fromkeys(
        ("seeker", "client", "patient", "caller", "user", "c", "texter", "visitor", "me", "help seeker"), "seeker"
    ),
    **dict.fromkeys(("supporter", "counsellor", "counselor", "therapist", "helper", "listener", "t", "s"), "supporter"),
    **dict.fromkeys(
        ("volunteer", "assistant", "operator", "responder", "agent", "bot", "doctor", "nurse"), "supporter"
    ),
}
_LINE = re.compile(r"^[ \t]*([A-Za-z ]{1,16})[ \t]*:[ \t]*", re.MULTILINE)


class Asked(NamedTuple):
    """A risk that a supporter asks after: its level, the group of phrases, and the answer that makes it evidence."""

    level: Level
    rule: str
    confidence: float
    beside: tuple[Level, ...] = ()
    answer: Literal["yes", "no"] = "yes"


class Question(Strict):
    """A group of ``phrases/questions.yaml``."""

    id: str
    level: Level
    source: str
    answer: Literal["yes", "no"]
    beside: bool = False
    phrases: tuple[str, ...]


@cache
def questions() -> tuple[tuple[Question, re.Pattern[str]], ...]:
    """The questions of the file with their patterns."""
    found = [Question.model_validate(group) for group in phrase_file("questions.yaml")["groups"]]
    return tuple((question, compiled(question.phrases)) for question in found)


class TriagedDialogue(NamedTuple):
    """The verdict on every turn (on a supporter's: ``none``), and on all of them together."""

    turns: list[Triaged]
    whole: Triaged
    """Its evidence is that of all turns, in their order, with offsets in the turn's own text."""


def triage_turns(
    turns: Sequence[tuple[str, str]], *, model: bool = True, least: float = LEAST_IN_TURN
) -> TriagedDialogue:
    """Recognises risk in a dialogue.

    Args:
        turns: (role, text); the role is ``seeker`` or ``supporter``. What supporters say is read as questions alone.
        model: Whether the trained model reads the seeker's turns beside the rules. It takes nothing from them.
        least: The chance from which it marks a sentence.
    """
    found: list[list[Found]] = []
    asked: list[Asked] = []
    for role, text in turns:
        if role == "seeker":
            found.append(_in_turn(text, asked, least if model else None))
            asked = []
        else:
            found.append([])
            asked = asked_in(text)
    levels = {one.level for of_turn in found for one in of_turn if not one.beside}
    of_turns = [_settled_beside(of_turn, levels) for of_turn in found]
    return TriagedDialogue(
        [verdict(one) for one in of_turns], verdict([one for of_turn in of_turns for one in of_turn])
    )


def _in_turn(text: str, asked: list[Asked], least: float | None) -> list[Found]:
    reading = Reading(text)
    found = [*by_rules(reading), *_answered(reading, asked)]
    return found if least is None else [*found, *marked(reading, found, least)]


def asked_in(text: str) -> list[Asked]:
    """The risks that a supporter's text asks after."""
    questions_asked = "".join(one for one in _SENTENCES.findall(text) if "?" in one or _asks(one))
    mirrored = _YOU.sub(lambda match: _MIRROR[match.group().lower()], questions_asked)
    asked = {}
    for one in find(_statement(mirrored), model=False):
        sure = round(one.evidence.confidence * ANSWER_CONFIDENCE, 2)
        asked[one.evidence.rule] = Asked(one.level, one.evidence.rule.partition("/")[2], sure, one.beside)
    reading = Reading(questions_asked)
    for sentence in map(reading.sentence, range(len(reading.bounds))):
        for question, pattern in questions():
            if pattern.search(sentence.text):
                beside = BESIDE if question.beside else ()
                asked[question.id] = Asked(question.level, question.id, QUESTION_CONFIDENCE, beside, question.answer)
    return list(asked.values())


def as_turns(text: str) -> list[tuple[str, str, int]] | None:
    """A transcript in one text as (role, text, where it begins); None for a text that is none.

    It is one where two lines at least begin with the name of a speaker, one of them a supporter.
    """
    lines = [match for match in _LINE.finditer(text) if match.group(1).strip().lower() in _ROLES]
    roles = [_ROLES[match.group(1).strip().lower()] for match in lines]
    if len(lines) < 2 or "supporter" not in roles or text[: lines[0].start()].strip():
        return None
    ends = [match.start() for match in lines[1:]] + [len(text)]
    return [(role, text[m.end() : end], m.end()) for role, m, end in zip(roles, lines, ends, strict=True)]


def triage_transcript(text: str, *, model: bool = True, least: float = LEAST_IN_TURN) -> Triaged | None:
    """The verdict on a transcript in one text, offsets in that text; None for a text that is none."""
    turns = as_turns(text)
    if turns is None:
        return None
    triaged = triage_turns([(role, said) for role, said, _ in turns], model=model, least=least)
    evidence = [
        one._replace(start=one.start + begin, end=one.end + begin)
        for (_, _, begin), of_turn in zip(turns, triaged.turns, strict=True)
        for one in of_turn.evidence
    ]
    return Triaged(triaged.whole.level, triaged.whole.history, evidence)


def triage_message(text: str, *, model: bool = True) -> Triaged:
    """The verdict on a text as it comes: of a transcript turn by turn, of any other as one text."""
    return triage_transcript(text, model=model) or triage_text(text, model=model)


def _settled_beside(found: Iterable[Found], levels: set[Level]) -> list[Found]:
    """As :func:`settled`, with what stands in the other turns."""
    return settled(one._replace(beside=()) for one in found if not one.beside or levels & set(one.beside))


def _asks(sentence: str) -> bool:
    return bool(re.match(r"\s*(?:are|do|have|has|did|does|is|was|were|would|could|any)\b", sentence, re.IGNORECASE))


_INVERTED = re.compile(
    r"(?:^|(?<=[.?!,:] ))\s*(?:and |so |but |ok(?:ay)?,? |then )?(?:am|are|do|did|have|had|was|were|would|could"
    r"|can|will|is|has|does)\s+"
    r"((?:i|he|she|they|someone|somebody|anyone|anybody|my \w+|it)\b)",
    re.IGNORECASE,
)


def _statement(question: str) -> str:
    """A question as a statement, as far as phrases need it: ``are i thinking of`` -> ``i thinking of``."""
    plain = re.sub(r"\b(?:ever|currently|actually|any|at the moment|at all)\b ?", "", question, flags=re.IGNORECASE)
    return _INVERTED.sub(lambda match: f" {match.group(1)} ", plain).replace("?", ".")


def _answered(reading: Reading, asked: list[Asked]) -> list[Found]:
    """What a seeker's answer says yes to: evidence where the yes stands, or of history where it was long ago."""
    if not asked or not reading.bounds:
        return []
    first = reading.sentence(0)
    says = _says(first)
    if says is None:
        return []
    answer, (start, end) = says
    whole = "".join(reading.sentence(place).text for place in range(min(3, len(reading.bounds))))
    over = cue("past").search(whole) and not cue("today").search(whole)
    found = []
    for one in asked:
        if one.answer != answer:
            continue
        past = over or one.level == "none"
        name = f"{HISTORY if past else one.level}/answer-{one.rule}"
        found.append(Found("none" if past else one.level, Evidence(start, end, name, one.confidence), one.beside))
    return found


def _says(sentence: Sentence) -> tuple[Literal["yes", "no"], tuple[int, int]] | None:
    """Whether the first sentence of an answer says yes or no, and where; None where it says neither."""
    no = opening("no").match(sentence.text)
    yes = (
        None
        if no
        else opening("yes").match(sentence.text) or cue("answer_tells_when").search(sentence.text[:ANSWER_HEAD])
    )
    match = no or yes
    if match is None or not match.group():
        return None
    return ("no" if no else "yes"), sentence.span(match.start(), match.end() - 1)
