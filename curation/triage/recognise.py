"""Recognition of risk in one text, by the phrase files and the rules of scope, and by the model beside them."""

from collections.abc import Iterable

from curation.triage import scope
from curation.triage.evidence import HISTORY, Evidence, Found, Triaged
from curation.triage.levels import Level, most_urgent
from curation.triage.model import weighed
from curation.triage.phrases import Group, by_anchor, harmless, index
from curation.triage.scope import Place
from curation.triage.words import Reading, Sentence

MOST_IN_SENTENCE = 4
"""Matches of one group that are looked at in a sentence: more of them say nothing new, and cost time."""
ABOUT_ANYONE = ("active", "passive", "self_harm")
"""Levels whose phrases may be about somebody else, who is then in danger."""


def triage_text(text: str, *, model: bool = True) -> Triaged:
    """Recognises risk in an English text of someone who seeks help.

    Args:
        text: The text.
        model: Whether the trained model reads what the rules leave open; without it, rules alone, and much faster.

    It orders a queue, so that a person reads the urgent first. It never drops, approves, scores or diagnoses, and
    ``none`` means that nothing was recognised, not that there is no risk.
    """
    return verdict(settled(find(text, model=model)))


def find(text: str, *, model: bool = True) -> list[Found]:
    """All evidence in ``text``, also such as counts only beside other evidence."""
    reading = Reading(text)
    found = by_rules(reading)
    return weighed(reading, found) if model else found


def by_rules(reading: Reading) -> list[Found]:
    """The evidence of the rules in a text."""
    return [one for place in reading.suspects() for one in _in_sentence(reading.sentence(place))]


def settled(found: Iterable[Found]) -> list[Found]:
    """Evidence in order, without what nothing stands beside and what lies within longer evidence of the same level."""
    found = list(found)
    levels = {one.level for one in found if not one.beside}
    counts = [one for one in found if not one.beside or levels & set(one.beside)]
    kept: list[Found] = []
    for one in sorted(
        set(counts),
        key=lambda one: (one.evidence.start, -one.evidence.end, -one.evidence.confidence, one.evidence.rule),
    ):
        start, end = one.evidence[:2]
        if not any(one.level == k.level and k.evidence.start <= start and end <= k.evidence.end for k in kept):
            kept.append(one)
    return kept


def verdict(found: list[Found]) -> Triaged:
    """The verdict that evidence leads to."""
    return Triaged(
        level=most_urgent([one.level for one in found]),
        history=any(one.evidence.rule.startswith(HISTORY) for one in found),
        evidence=[one.evidence for one in found],
    )


def _in_sentence(sentence: Sentence) -> list[Found]:
    text, words = sentence.text, frozenset(sentence.text.split(" "))
    innocent: set[tuple[int, int]] | None = None  # looked for only where there is something to hold against it
    groups = {group.id: group for anchor in sentence.anchors for group in by_anchor()[anchor]}
    found = []
    for name, group in groups.items():
        for start, end in sorted(index()[name].matches(text, sentence.anchors, words))[:MOST_IN_SENTENCE]:
            if innocent is None:
                innocent = harmless().matches(text, words, words)
            if _is_harmless(start, end, innocent):
                continue
            place = scope.placed(text, start, end, sentence.question)
            span = sentence.span(start, start + len(place.phrase))
            found += [
                Found(level, Evidence(*span, rule, sure), group.beside if level != "none" else (), scope.is_own(place))
                for level, rule, sure in _meaning(place, group, text)
            ]
    return _without_double(found)


def _is_harmless(start: int, end: int, innocent: set[tuple[int, int]]) -> bool:
    """Whether a phrase lies within what is harmless, or runs over one edge of it."""
    return any(
        (left <= start and end <= right) or start < left < end < right or left < start < right < end
        for left, right in innocent
    )


def _without_double(found: list[Found]) -> list[Found]:
    """Evidence without what names nobody (``found a blade``) and lies over evidence that somebody else is in danger."""
    others = [one.evidence for one in found if one.level == "third_party"]
    return [
        one
        for one in found
        if one.own
        or one.level in ("third_party", "none")
        or not any(one.evidence.start < other.end and other.start < one.evidence.end for other in others)
    ]


def _meaning(place: Place, group: Group, sentence: str) -> list[tuple[Level, str, float]]:
    """What a phrase means where it stands: (level, rule, confidence), none if it is denied or about nobody."""
    if scope.is_denied(place) or scope.is_hypothetical(place):
        return []
    who, level = scope.about(place), group.level
    if level != "abuse_now" and scope.is_told(place, who, sentence):
        return []
    if group.subject != "fixed":
        if who == "you" or (who == "nobody" and group.subject == "named" and not _opens(place)):
            return []
        if (level in ABOUT_ANYONE and who in ("other", "general")) or (
            level == "harm_to_others" and scope.is_done_by_another(place)
        ):
            level = "third_party"
    if (group.subject != "seeker" or who != "nobody") and scope.is_topic(place, who):
        return []
    if level == "third_party" and scope.is_bereaved(place):
        return []
    if level in ("passive", "active") and scope.is_exaggerated(place, sentence):
        return []
    return _in_time(group, level, place)


def _opens(place: Place) -> bool:
    """Whether the one who writes left "I" out: ``thinking of suicide again``."""
    return place.before.count(" ") <= 2 and not place.question


def _in_time(group: Group, level: Level, place: Place) -> list[tuple[Level, str, float]]:
    present = (level, f"{level}/{group.id}", group.confidence)
    past: tuple[Level, str, float] = ("none", f"{HISTORY}/{group.id}", group.confidence)
    if level == "third_party":
        return [] if group.tense == "over" or scope.is_past(place) else [present]
    if group.tense == "over":
        return [past]
    if group.tense == "past":
        over = scope.tells_of_the_past(place) or not (group.now or scope.is_just_now(place))
        return [past] if over else [present]
    if scope.is_past(place):
        return [past]
    return [present, past] if group.tense == "attempt" else [present]
