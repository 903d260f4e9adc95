"""The first look at a text saves time, and changes nothing that is found."""

import pytest

from curation.pii import cues, dates, engine, identifiers, places
from curation.pii.glance import Glance, glance
from curation.pii.spans import Span
from tests.curation.pii import labelled_text

REGIONS = ("US", "GB", "CA", "AU", "IN")


def texts() -> list[str]:
    sentences = [one for part in ("develop", "heldout") for one in labelled_text.sentences(part)]
    turns = [one for part in ("develop", "heldout") for of_one in labelled_text.dialogues(part) for one in of_one]
    return [one.text for one in [*sentences, *turns, *labelled_text.must_keep()]]


def found_in(texts: list[str]) -> list[list[Span]]:
    rules = (cues, dates, identifiers, places)
    by_rules = [[span for rule in rules for span in rule.find(text)] for text in texts]
    return [a + b for a, b in zip(by_rules, engine.find(texts, REGIONS), strict=True)]


def test_rules_find_the_same_without_a_first_look(monkeypatch: pytest.MonkeyPatch) -> None:
    with_it = found_in(texts())
    everything = Glance._replace
    assert sum(map(len, with_it)) > 200
    monkeypatch.setattr(Glance, "has", lambda look, *phrases: True)
    monkeypatch.setattr(Glance, "has_word", lambda look, words: True)
    for module in (cues, dates, identifiers, places, engine):
        monkeypatch.setattr(module, "glance", lambda text: everything(glance(text), digit=True))
    assert found_in(texts()) == with_it


def test_a_word_is_a_whole_word_in_any_case() -> None:
    look = glance("My CLINIC, not the clinics")
    assert look.has_word(frozenset({"clinic"}))
    assert not look.has_word(frozenset({"clin"}))
    assert look.has("clin")
    assert not look.digit
