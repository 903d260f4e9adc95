"""Each level on sentences that say it, and silence on those that only sound like it."""

from pathlib import Path

import pytest
import yaml

from curation.triage import LEVELS, triage_text
from curation.triage.evidence import HISTORY

SENTENCES: dict[str, list[str]] = yaml.safe_load(Path(__file__).with_name("sentences.yaml").read_text(encoding="utf-8"))
LEVELLED = [(level, text) for level, texts in SENTENCES.items() if level != HISTORY for text in texts]


def test_there_are_sentences_of_every_level() -> None:
    assert set(SENTENCES) == {*LEVELS, HISTORY}
    assert len(LEVELLED) >= 80


@pytest.mark.parametrize(("level", "text"), LEVELLED)
def test_level(level: str, text: str) -> None:
    assert triage_text(text, model=False).level == level


@pytest.mark.parametrize("text", SENTENCES[HISTORY])
def test_the_past_is_a_mark_and_no_level(text: str) -> None:
    triaged = triage_text(text, model=False)
    assert (triaged.level, triaged.history) == ("none", True)


@pytest.mark.parametrize("text", SENTENCES["none"])
def test_what_is_harmless_leaves_no_evidence(text: str) -> None:
    assert triage_text(text, model=False).evidence == []


@pytest.mark.parametrize(("level", "text"), [pair for pair in LEVELLED if pair[0] != "none"])
def test_evidence_points_into_the_text(level: str, text: str) -> None:
    shifted = "🙂 e\u0301. " + text
    evidence = triage_text(shifted, model=False).evidence
    assert any(found.rule.startswith(level + "/") for found in evidence)
    assert all(found.start + 2 >= 7 and found.end <= len(shifted) for found in evidence)
    assert [(e.start - 6, e.end - 6, e.rule) for e in evidence] == [
        (e.start, e.end, e.rule) for e in triage_text(text, model=False).evidence
    ]


def test_the_most_urgent_level_wins() -> None:
    assert triage_text("He hits me. I wish I was dead. I want to kill myself.", model=False).level == "active"
