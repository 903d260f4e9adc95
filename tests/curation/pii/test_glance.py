"""The first look at a text saves time, and changes nothing that is found."""

import re

import pytest

from curation.pii import cues, dates, engine, forms, identifiers, places
from curation.pii.glance import Glance, asked, glance
from curation.pii.spans import Span
from tests.curation.pii import labelled_text

REGIONS = ("US", "GB", "CA", "AU", "IN")
GLUED = ["I saw DoctorHill on Monday.", "ProfessorOkafor knows.", "My SİSTER Ayşe said so.", "my sıster Ayşe"]
"""Cues that are no words by themselves, or are so by letters that only patterns take for one another."""


def texts() -> list[str]:
    sentences = [one for part in ("develop", "heldout") for one in labelled_text.sentences(part)]
    turns = [one for part in ("develop", "heldout") for of_one in labelled_text.dialogues(part) for one in of_one]
    return [one.text for one in [*sentences, *turns, *labelled_text.must_keep()]] + GLUED


def found_in(texts: list[str]) -> list[list[Span]]:
    rules = (cues, dates, forms, identifiers, places)
    by_rules = [[span for rule in rules for span in rule.find(text)] for text in texts]
    return [a + b for a, b in zip(by_rules, engine.find(texts, REGIONS), strict=True)]


def test_rules_find_the_same_without_a_first_look(monkeypatch: pytest.MonkeyPatch) -> None:
    with_it = found_in(texts())
    everything = Glance._replace
    assert sum(map(len, with_it)) > 200
    monkeypatch.setattr(Glance, "has", lambda look, *phrases: True)
    monkeypatch.setattr(Glance, "has_word", lambda look, words: True)
    monkeypatch.setattr(cues, "_CUES", tuple((*cue[:3], None, None) for cue in cues._CUES))
    monkeypatch.setattr(places, "_AT_A_NAME", re.compile(""))
    for module in (cues, dates, forms, identifiers, places, engine):
        monkeypatch.setattr(module, "glance", lambda text: everything(glance(text), digit=True))
    assert found_in(texts()) == with_it


def test_a_word_is_a_whole_word_in_any_case() -> None:
    clinic, part = asked(["clinic"]), asked(["clin"])
    look = glance("My CLINIC, not the clinics")
    assert look.has_word(clinic)
    assert not look.has_word(part)
    assert look.has("clin")
    assert not look.digit


@pytest.mark.parametrize("text", ["The clinic's door", "the_clinic of a clinic2", "“Clinic”, naïve", "ein Café-Clinic"])
def test_the_words_are_those_of_the_pattern_in_plain_text_and_in_any_other(text: str) -> None:
    every = asked(re.findall(r"\w+", text.casefold()))
    assert glance(text).words >= every
    assert glance(text).has_word(asked(["clinic"])) == ("clinic" in every)
