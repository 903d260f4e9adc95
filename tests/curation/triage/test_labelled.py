"""The labelled set, and that the recogniser does not get worse on the part to build on, nor slow."""

from collections import Counter

import pytest

from benchmarks.triage import LABELLED, SUICIDE, Outcome, messages, report, right
from curation.triage import LEVELS, triage_text

MESSAGES = messages()
PARTS = ("build", "measure", "first-sight", "first-sight-2", "first-sight-3", "first-sight-4")


def test_the_set_is_what_its_card_says() -> None:
    assert len(MESSAGES) == 11176
    assert len({message.id for message in MESSAGES}) == len(MESSAGES)
    assert {message.level for message in MESSAGES} == set(LEVELS)
    voices = {part: {one.voice for one in MESSAGES if one.part == part} for part in PARTS}
    assert [len(of_part) for of_part in voices.values()] == [436, 12, 1, 1, 1, 1]
    assert all(voices["build"].isdisjoint(voices[part]) for part in PARTS[1:])
    harmless = Counter(one.level == "none" for one in MESSAGES if one.part == "measure")
    assert harmless[True] == harmless[False] == 156
    assert "No clinician" in LABELLED.with_name("README.md").read_text()


def test_recall_and_false_alarms_on_the_part_to_build_on() -> None:
    outcomes = [Outcome(message, message.recognised()) for message in MESSAGES if message.part == "build"]
    found = Counter((one.message.level, right(one)) for one in outcomes)
    for level in LEVELS:
        least = 0.80 if level in SUICIDE else 0.85
        assert found[level, True] / (found[level, True] + found[level, False]) >= least, level
    assert "errors by kind" in report(outcomes)


@pytest.mark.timeout(60)  # a pattern that backtracks without end takes longer
def test_a_long_text_is_met() -> None:
    texts = [
        "I want to die, I do not know why. " * 300,
        "no end of words without a stop " * 320,
        "kill " * 2000,
        "a" * 10_000,
    ]
    texts += ["i w a n t t o d i e " * 500, "\u0430\u0456 " * 3_300, "want to want to want to " * 430]
    for text in texts:
        triage_text(text[:10_000])
