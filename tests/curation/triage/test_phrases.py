"""The phrase files, and what their notation matches."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.triage import LEVELS, triage_text
from curation.triage.cues import Cues, cues
from curation.triage.files import phrase_file
from curation.triage.phrases import PhraseIndex, compiled, groups, harmless_phrases, index, to_pattern
from curation.triage.words import Reading


def matches(phrase: str, text: str) -> bool:
    reading = Reading(text)
    pattern = compiled([phrase])
    return any(pattern.search(reading.sentence(place).text) for place in range(len(reading.bounds)))


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        ("want to die", "I WANT\n to  die."),
        ("want to die", "I just really want to fucking die"),
        ("don't want", "dont want"),
        ("don't want", "don’t want"),
        ("do not want", "don't want"),
        ("self-harm", "self harm"),
        ("(hang|shoot) myself", "shoot myself"),
        ("end my [own] life", "end my life"),
        ("end my [own] life", "end my own life"),
        ("[please] end it", "end it"),
        ("sleep ... not wake", "sleep and then not wake"),
        ("(no|without [a]) reason", "without a reason"),
        ("@going die", "i am going to die"),
    ],
)
def test_a_phrase_matches(phrase: str, text: str) -> None:
    assert matches(phrase, text)


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        ("want to die", "want to diet"),
        ("(hang|shoot) myself", "hang shootmyself"),
        ("end my [own] life", "end myown life"),
        ("sleep ... not wake", "sleep one two three four not wake"),
        ("want to die", "I want to. Die Hard is on."),
    ],
)
def test_a_phrase_does_not_match(phrase: str, text: str) -> None:
    assert not matches(phrase, text)


@pytest.mark.parametrize("phrase", ["(a|b c", "a] b", "a [b", "(a]"])
def test_brackets_that_do_not_match_are_refused(phrase: str) -> None:
    with pytest.raises(ValueError, match="close"):
        compiled([phrase])


def test_a_list_that_is_not_there_is_refused() -> None:
    with pytest.raises(ValueError, match=r"no list '@nowhere' in words\.yaml"):
        compiled(["@nowhere to go"])


@pytest.mark.parametrize("phrase", ["[maybe] ...", "just"])
def test_a_phrase_that_would_match_anything_is_refused(phrase: str) -> None:
    with pytest.raises(ValueError, match="no word that must be there"):
        compiled([phrase])


def test_every_level_has_phrases_and_every_group_cites_a_source() -> None:
    assert {group.level for group in groups()} == set(LEVELS) - {"none"}
    for name in ("answers.yaml", "questions.yaml"):
        file = phrase_file(name)
        assert {group["source"] for group in file["groups"]} <= set(file["sources"])


def test_ids_are_unique() -> None:
    ids = [group.id for group in groups()]
    assert len(set(ids)) == len(ids)


def test_no_phrase_stands_twice_in_a_group() -> None:
    for group in groups():
        assert len(set(group.phrases)) == len(group.phrases), group.id


def test_every_phrase_and_cue_can_be_read() -> None:
    for phrase in (*harmless_phrases(), *(phrase for group in groups() for phrase in group.phrases)):
        re.compile(to_pattern(phrase).expression)
    for name in Cues.model_fields:
        value = getattr(cues(), name)
        if isinstance(value, tuple):
            for phrase in value:
                re.compile(to_pattern(phrase).expression)


def test_phrases_are_found_by_their_anchors_and_by_nothing_less() -> None:
    found = PhraseIndex(["want to (die|perish)"])
    assert found.anchors == {"die", "perish"}
    assert found.matches("i want to die ", ["die"], {"i", "want", "to", "die"}) == {(2, 14)}
    assert found.matches("i want to die ", ["want"], {"i", "want", "to", "die"}) == set()


def test_each_group_is_found_by_an_anchor() -> None:
    assert all(index()[group.id].anchors for group in groups())


words = st.sampled_from(
    [
        *["i", "my", "friend", "she", "want", "to", "die", "kill", "myself", "herself", "not", "don't", "used"],
        *[
            "years ago",
            "hits",
            "me",
            "hurt",
            "cut",
            ",",
            ".",
            "?",
            "and",
            "but",
            "🙂",
            "e\u0301",
            "s u i c i d e",
            "k!ll",
        ],
        *["\u200b", "ﬁ", "\n\n", '"', "lol", "ß", "kms", "su1cide"],
    ]
)


@given(st.lists(words, max_size=25).map(" ".join) | st.text(max_size=60))
def test_evidence_lies_within_any_text(text: str) -> None:
    triaged = triage_text(text)
    assert all(0 <= found.start < found.end <= len(text) and 0 < found.confidence <= 1 for found in triaged.evidence)
    assert (triaged.level == "none") == all(found.rule.startswith("history/") for found in triaged.evidence)
    assert triaged.history == any(found.rule.startswith("history/") for found in triaged.evidence)


@pytest.mark.parametrize(
    "text",
    [
        "I am lonely and I want out of the marriage.",  # found by "marriage", which no phrase of risk is found by
        "It hurts to be away from him.",
        "He threw me away so easily.",
    ],
)
def test_what_hurts_or_is_left_is_not_life(text: str) -> None:
    assert triage_text(text, model=False).level == "none"


def test_fear_of_hurting_tells_whom() -> None:
    assert triage_text("I'm scared I might hurt myself.", model=False).level == "self_harm"
    assert triage_text("I'm scared I might hurt my son.", model=False).level == "harm_to_others"
