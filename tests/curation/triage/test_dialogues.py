"""Dialogues by turn and as a whole: what a seeker says yes to counts, what they say no to does not."""

import pytest

from curation.triage import triage_transcript, triage_turns

SUICIDE = "I am glad you say so. Are you thinking of killing yourself?"


def verdict(*turns: str) -> tuple[str, bool]:
    """The level and the history of turns written as ``S: ...`` and ``C: ...``."""
    roles = {"S": "supporter", "C": "seeker"}
    whole = triage_turns([(roles[turn[0]], turn[3:]) for turn in turns]).whole
    return whole.level, whole.history


@pytest.mark.parametrize(
    "answer", ["Yes.", "yeah", "Yes. I have the pills here.", "sometimes", "All the time.", "i am", "most days"]
)
def test_a_yes_to_a_question_after_suicide_counts(answer: str) -> None:
    assert verdict(f"S: {SUICIDE}", f"C: {answer}") == ("active", False)


@pytest.mark.parametrize(
    "answer", ["No.", "no, nothing like that", "Of course not", "nope", "never", "Why do you ask?", "I lost my job."]
)
def test_a_no_or_another_answer_does_not(answer: str) -> None:
    assert verdict(f"S: {SUICIDE}", f"C: {answer}") == ("none", False)


@pytest.mark.parametrize(
    ("question", "level"),
    [
        ("Do you ever wish that you were dead?", "passive"),
        ("Do you self-harm at the moment?", "self_harm"),
        ("Has your sister talked about wanting to die?", "third_party"),
        ("Do you have thoughts of harming your daughter?", "harm_to_others"),
        ("Does he ever hit you?", "abuse_now"),
        ("Is someone hurting you?", "abuse_now"),
        ("Have you tried talking to your boss?", "none"),
        ("Would you like to try a breathing exercise?", "none"),
    ],
)
def test_the_level_is_that_of_the_question(question: str, level: str) -> None:
    assert verdict(f"S: {question}", "C: Yes.")[0] == level


def test_long_ago_is_a_history() -> None:
    assert verdict("S: Have you ever tried to take your own life?", "C: Yes, once, when I was 17.") == ("none", True)


def test_an_answer_belongs_to_the_question_just_before_it() -> None:
    assert verdict(f"S: {SUICIDE}", "C: No.", "S: Are you tired?", "C: Yes.") == ("none", False)


def test_not_safe_at_home() -> None:
    assert verdict("S: Do you feel safe at home?", "C: no")[0] == "abuse_now"
    assert verdict("S: Do you feel safe at home?", "C: yes")[0] == "none"


def test_what_a_supporter_says_of_themselves_does_not_count() -> None:
    assert verdict("S: I want to die", "C: Me? I am fine") == ("none", False)


def test_the_evidence_stands_where_the_yes_does() -> None:
    triaged = triage_turns([("supporter", SUICIDE), ("seeker", "Well, yes. I have.")])
    assert triaged.turns[0].evidence == []
    (found,) = triaged.turns[1].evidence
    assert "Well, yes. I have."[found.start : found.end].endswith("yes")
    assert found.rule == "active/answer-suicidal-thoughts"


def test_a_later_turn_makes_a_weak_sign_count() -> None:
    turns = [
        ("seeker", "I do not want to be here any more"),
        ("supporter", "I hear you."),
        ("seeker", "I think about how I would do it"),
    ]
    assert triage_turns(turns).whole.level == "active"


def test_a_transcript_in_one_text_is_read_by_speaker() -> None:
    text = "Counsellor: Are you thinking of suicide?\nClient: Yes, every day.\nCounsellor: Thank you for telling me."
    triaged = triage_transcript(text)
    assert triaged is not None
    assert triaged.level == "active"
    assert text[triaged.evidence[0].start : triaged.evidence[0].end].startswith("Yes")
    assert triage_transcript("Note: I am well.\nTherapist: unknown") is None
