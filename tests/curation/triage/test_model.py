"""The model beside the rules: what it adds, and what it leaves alone."""

import numpy as np
import pytest

from curation.triage import LEVELS, triage_message, triage_text, triage_turns
from curation.triage.levels import Level
from curation.triage.model.classifier import Opinion
from curation.triage.model.together import read
from curation.triage.model.weigh import _Read as WithOpinion
from curation.triage.words import Reading

UNWORDED = "My family would finally breathe again as soon as I am out of this world."
UNWORDED_IN_TURN = "It would come as a relief to me if the night simply kept me."


def test_plain_words_are_never_overruled() -> None:
    for text in ("I want to die.", "i w a n t t o d i e", "I want to kill myself."):
        assert triage_text(text).level in ("passive", "active")


def test_a_phrase_that_is_sure_by_itself_stands_among_whatever_words() -> None:
    for text in (
        "We bake on Sundays and laugh about the neighbours, and still on most evenings I wish I was dead.",
        "I passed the driving test and the weather in the valley is lovely, "
        "so it is odd that I would rather not wake up tomorrow.",
    ):
        assert triage_text(text).level == triage_text(text, model=False).level == "passive"


def test_what_the_model_marks_names_it_and_lies_within_the_text() -> None:
    for found in triage_text(f"Hello there. {UNWORDED}").evidence:
        assert 0 <= found.start < found.end <= 90
        assert 0 < found.confidence <= 1


def test_the_turns_of_a_dialogue_are_read_by_the_model_as_well() -> None:
    turns = [("supporter", "What would change?"), ("seeker", UNWORDED_IN_TURN)]
    assert triage_turns(turns, model=False).whole.level == "none"
    marks = triage_turns(turns).turns[1].evidence
    assert [mark.rule for mark in marks] == ["passive/model"]
    assert not triage_turns([("supporter", UNWORDED_IN_TURN)]).whole.evidence


def test_in_a_dialogue_the_model_takes_nothing_back() -> None:
    turns = [("supporter", "Are you thinking of suicide?"), ("seeker", "Yes, on most days, to be honest with you.")]
    assert triage_turns(turns).whole.level == triage_turns(turns, model=False).whole.level == "active"


def test_a_pasted_transcript_is_a_dialogue_in_a_build_as_well() -> None:
    text = f"Counsellor: What would change?\nClient: {UNWORDED_IN_TURN}"
    assert [mark.rule for mark in triage_message(text).evidence] == ["passive/model"]
    assert triage_message(text, model=False).level == "none"
    assert triage_message(UNWORDED) == triage_text(UNWORDED)


@pytest.mark.parametrize("text", ["Thanks, bye!", "How do I cook rice?", ""])
def test_small_talk_is_left(text: str) -> None:
    assert triage_text(text).level == "none"


def test_of_two_levels_about_as_likely_the_more_urgent_counts() -> None:
    together = read()
    bias = np.array([0.0, *(together.bias[level] for level in LEVELS[1:])])
    sentence = Reading("Nothing here is anything to any phrase.").sentence(0)

    def levels(chances: dict[Level, float]) -> list[Level]:
        """Of a run about which the model thinks so that rules and model together come to ``chances``."""
        logs = (np.log([chances.get(level, 0.001) for level in LEVELS]) - bias) / together.model
        run = WithOpinion([sentence], [], Opinion("active", 0.8, logs), is_long=False)
        return [found.level for found in run.settled()]

    assert levels({"none": 0.2, "abuse_now": 0.42, "active": 0.38}) == ["active"]
    assert levels({"none": 0.2, "abuse_now": 0.6, "active": 0.2}) == ["abuse_now"]
    assert levels({"none": 0.8, "abuse_now": 0.1, "active": 0.1}) == []
