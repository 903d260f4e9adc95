"""The phrase list, and what its notation matches."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.triage import LEVELS, triage_text
from curation.triage.phrases import compiled, phrase_list, rules


def matches(phrase: str, text: str) -> bool:
    return compiled((phrase,)).search(text) is not None


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        ("want to die", "I WANT\n to  die."),
        ("don't want", "dont want"),
        ("don't want", "don’t want"),
        ("don't want", "don ' t want"),
        ("self-harm", "self harm"),
        ("(hang|shoot) myself", "shoot myself"),
        ("end my [own] life", "end my life"),
        ("end my [own] life", "end my own life"),
        ("[just] end it", "end it"),
        ("sleep ... not wake", "sleep and then not wake"),
        ("(no|without [a]) reason", "without a reason"),
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
    ],
)
def test_a_phrase_does_not_match(phrase: str, text: str) -> None:
    assert not matches(phrase, text)


@pytest.mark.parametrize("phrase", ["(a|b c", "a] b", "a [b", "(a]"])
def test_brackets_that_do_not_match_are_refused(phrase: str) -> None:
    with pytest.raises(ValueError, match="close"):
        compiled((phrase,))


def test_every_level_has_phrases_and_every_group_cites_a_source() -> None:
    phrases = phrase_list()
    assert {group.level for group in phrases.groups} == set(LEVELS) - {"none"}
    assert {group.source for group in phrases.groups} == set(phrases.sources)


def test_ids_are_unique() -> None:
    ids = [rule.group.id for rule in rules()]
    assert len(set(ids)) == len(ids)


words = st.sampled_from(
    [
        *[
            "i",
            "my",
            "friend",
            "she",
            "want",
            "to",
            "die",
            "kill",
            "myself",
            "herself",
            "not",
            "don't",
            "used",
            "years ago",
        ],
        *["hits", "me", "hurt", "cut", ",", ".", "?", "and", "but", "🙂", "e\u0301"],
    ]
)


@given(st.lists(words, max_size=25).map(" ".join) | st.text(max_size=60))
def test_evidence_lies_within_any_text(text: str) -> None:
    triaged = triage_text(text)
    assert all(0 <= found.start < found.end <= len(text) and 0 < found.confidence <= 1 for found in triaged.evidence)
    assert (triaged.level == "none") == all(found.rule.startswith("history/") for found in triaged.evidence)
    assert triaged.history == any(found.rule.startswith("history/") for found in triaged.evidence)
