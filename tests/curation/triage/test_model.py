"""The model beside the rules: what it adds, and what it leaves alone."""

import pytest

from curation.triage import triage_text, triage_turns

UNWORDED = "My family would finally breathe again as soon as I am out of this world."


def test_plain_words_are_never_overruled() -> None:
    for text in ("I want to die.", "i w a n t t o d i e", "I want to kill myself."):
        assert triage_text(text).level in ("passive", "active")


def test_what_the_model_marks_names_it_and_lies_within_the_text() -> None:
    for found in triage_text(f"Hello there. {UNWORDED}").evidence:
        assert 0 <= found.start < found.end <= 90
        assert 0 < found.confidence <= 1


def test_dialogues_are_read_by_the_rules_alone() -> None:
    turns = [("seeker", UNWORDED)]
    assert not any(found.rule.endswith("/model") for found in triage_turns(turns).whole.evidence)


@pytest.mark.parametrize("text", ["Thanks, bye!", "How do I cook rice?", ""])
def test_small_talk_is_left(text: str) -> None:
    assert triage_text(text).level == "none"
