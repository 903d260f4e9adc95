"""Recognition of risk in one text, by the phrase list and the rules of scope."""

from typing import NamedTuple

from curation.triage import scope
from curation.triage.levels import Level, most_urgent
from curation.triage.phrases import Group, Rule, harmless, rules

HISTORY = "history"


class Evidence(NamedTuple):
    """A phrase in the text: code points ``start`` to ``end`` (exclusive), the rule that it met, and how sure that is.

    ``rule`` is ``level/group``, such as ``passive/wish-to-be-dead``; a phrase about someone else is
    ``third_party/wish-to-be-dead``, and one about the past ``history/self-harm``.
    """

    start: int
    end: int
    rule: str
    confidence: float


class Triaged(NamedTuple):
    """What was recognised in a text: the most urgent level, whether there is a history, and the phrases."""

    level: Level
    history: bool
    evidence: list[Evidence]


def triage_text(text: str) -> Triaged:
    """Recognises phrases of risk in an English text of someone who seeks help.

    It orders a queue, so that a person reads the urgent first. It never drops, approves, scores or diagnoses, and
    ``none`` means that no phrase of the list was found, not that there is no risk.
    """
    innocent = [match.span() for match in harmless().finditer(text)]
    found: list[tuple[Level, Evidence]] = []
    for rule in rules():
        for match in rule.pattern.finditer(text):
            start, end = match.span()
            if any(
                (left <= start and end <= right) or (start < right and left < end < right) for left, right in innocent
            ):
                continue
            found += [
                (level, Evidence(start, end, name, sure)) for level, name, sure in _reading(text, start, end, rule)
            ]
    found = _longest(found)
    return Triaged(
        level=most_urgent([level for level, _ in found]),
        history=any(evidence.rule.startswith(HISTORY) for _, evidence in found),
        evidence=[evidence for _, evidence in found],
    )


def _reading(text: str, start: int, end: int, rule: Rule) -> list[tuple[Level, str, float]]:
    """What a phrase means where it stands: (level, rule, confidence), none if it is denied or about nobody."""
    group = rule.group
    begin, stop = scope.sentence(text, start, end)
    before, phrase, after = text[begin:start], text[start:end], text[end:stop]
    if scope.is_denied(before):
        return []
    level = group.level
    if group.subject != "fixed":
        who = scope.about(before, phrase)
        if who == "nobody" and group.subject == "named":
            return []
        if who == "other":
            level = "third_party"
    return _in_time(group, level, before, phrase, after)


def _in_time(group: Group, level: Level, before: str, phrase: str, after: str) -> list[tuple[Level, str, float]]:
    present = (level, f"{level}/{group.id}", group.confidence)
    past: tuple[Level, str, float] = ("none", f"{HISTORY}/{group.id}", group.confidence)
    if level == "third_party":
        return [] if group.tense == "over" or scope.is_past(before, phrase, after) else [present]
    if group.tense == "over":
        return [past]
    if group.tense == "past":
        over = scope.tells_of_the_past(before, phrase, after) or not scope.is_just_now(before + phrase + after)
        return [past] if over else [present]
    if scope.is_past(before, phrase, after):
        return [past]
    return [present, past] if group.tense == "attempt" else [present]


def _longest(found: list[tuple[Level, Evidence]]) -> list[tuple[Level, Evidence]]:
    """Evidence in order, without what lies within longer evidence of the same level."""
    kept: list[tuple[Level, Evidence]] = []
    for level, evidence in sorted(set(found), key=lambda pair: (pair[1].start, -pair[1].end, pair[1].rule)):
        within = any(
            level == other and longer.start <= evidence.start and evidence.end <= longer.end for other, longer in kept
        )
        if not within:
            kept.append((level, evidence))
    return kept
