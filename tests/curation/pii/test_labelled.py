"""The labelled counselling text of this repository: what must be covered, what must stay."""

from collections.abc import Iterator
from functools import cache

import pytest

from curation.pii import Scrubbed, scrub_items
from schemas.config import PIIConfig
from tests.curation.pii import labelled_text
from tests.curation.pii.labelled_text import Labelled

pytestmark = pytest.mark.slow


@cache
def scrubbed(part: str) -> list[tuple[Labelled, Scrubbed]]:
    """Every sentence and turn of ``part`` with what became of it; a dialogue is one item."""
    groups = [[sentence] for sentence in labelled_text.sentences(part)] + labelled_text.dialogues(part)
    items = [{f"turns.{place}.text": one.text for place, one in enumerate(group)} for group in groups]
    found = scrub_items(items, PIIConfig(), ["en"] * len(items))
    return [pair for group, item in zip(groups, found, strict=True) for pair in zip(group, item.values(), strict=True)]


def lost(part: str) -> Iterator[tuple[str, str]]:
    for labelled, of_text in scrubbed(part):
        yield from labelled_text.uncovered(labelled, of_text)


def test_there_are_300_sentences_and_40_dialogues() -> None:
    assert sum(len(labelled_text.sentences(part)) for part in ("develop", "heldout")) >= 300
    assert sum(len(labelled_text.dialogues(part)) for part in ("develop", "heldout")) >= 40


@pytest.mark.parametrize("part", ["develop", "heldout"])
def test_of_the_personal_data_97_in_100_spans_are_covered(part: str) -> None:
    spans = sum(label not in labelled_text.UNSCORED for one, _ in scrubbed(part) for _, _, label in one.spans)
    missed = list(lost(part))
    assert 1 - len(missed) / spans >= 0.97, missed


@pytest.mark.parametrize("part", ["develop", "heldout"])
def test_ages_of_90_and_more_are_covered_and_others_stay(part: str) -> None:
    for labelled, of_text in scrubbed(part):
        masked = labelled_text.places(of_text.spans)
        for start, end, label in labelled.spans:
            assert label != "AGE" or masked.issuperset(range(start, end)), labelled.text


@pytest.mark.parametrize("part", ["develop", "heldout"])
def test_of_the_clean_texts_at_most_one_in_ten_is_touched(part: str) -> None:
    clean = [(labelled, of_text) for labelled, of_text in scrubbed(part) if not labelled.spans]
    touched = [labelled.text for labelled, of_text in clean if of_text.spans]
    assert len(touched) <= 0.1 * len(clean), touched


def test_all_of_the_must_keep_list_stays() -> None:
    listed = labelled_text.must_keep()
    found = scrub_items([{"text": one.text} for one in listed], PIIConfig(), ["en"] * len(listed))
    for one, item in zip(listed, found, strict=True):
        masked = labelled_text.places(item["text"].spans)
        gone = [
            one.text[start:end]
            for start, end, label in one.spans
            if label == "KEEP" and masked & set(range(start, end))
        ]
        assert gone == [], one.text
        assert list(labelled_text.uncovered(one, item["text"])) == [], one.text
