"""What holds for any text: offsets, the rest of the text, and scrubbing twice."""

import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curation.pii import LABELS, scrub_items, scrub_text
from curation.pii.placeholders import PLACEHOLDER
from curation.pii.spans import Span, merge, without
from schemas.config import PIIConfig

PERSONAL = [
    *["a.b@example.com", "787-466-5478", "(514) 690-2469", "www.x-y.org/p", "10.20.30.40", "536-22-1234"],
    *["4111 1111 1111 1111", "my name is sarah", "My brother Will", "@sam_b99", "[PHONE_1]", "[EMAIL_3]"],
    *["1-800-273-8255", "988", "Dr. Hill", "Hi Sarah,", "john at gmail dot com", "+1", "1", "."],
]
PLAIN = [
    "👩‍👩‍👧 ",
    "e\u0301",
    "🙂",
    " ",
    "\n",
    "I feel ",
    "naïve",
    "\u0301",
    "。",
    "call ",
    "http://",
    "@",
    "x",
    "\u200d",
    "ID ",
]
text_of_pieces = st.lists(st.sampled_from(PERSONAL + PLAIN) | st.text(max_size=5), max_size=12).map("".join)


@settings(deadline=None, max_examples=300)
@given(text_of_pieces)
def test_text_outside_the_spans_is_unchanged(text: str) -> None:
    scrubbed = scrub_text(text)
    rebuilt, end = "", 0
    for span in scrubbed.spans:
        assert end <= span.start < span.end <= len(text)
        assert span.label in LABELS
        assert 0 < span.score <= 1
        assert not unicodedata.category((text + " ")[span.end]).startswith("M")
        before = text[end : span.start]
        shown = PLACEHOLDER.match(scrubbed.text, len(rebuilt) + len(before))
        assert shown is not None
        assert shown.group(1) == span.label
        rebuilt, end = rebuilt + before + shown.group(), span.end
    assert rebuilt + text[end:] == scrubbed.text


@settings(deadline=None, max_examples=300)
@given(st.lists(text_of_pieces, min_size=1, max_size=3))
def test_scrubbing_twice_changes_nothing_more(texts: list[str]) -> None:
    item = {f"turns.{place}.text": text for place, text in enumerate(texts)}
    once = {field: scrubbed.text for field, scrubbed in scrub_items([item], PIIConfig(), ["en"])[0].items()}
    again = scrub_items([once], PIIConfig(), ["en"])[0]
    assert {field: scrubbed.text for field, scrubbed in again.items()} == once
    assert all(scrubbed.spans == [] for scrubbed in again.values())


@settings(deadline=None, max_examples=100)
@given(st.lists(text_of_pieces, min_size=1, max_size=4))
def test_an_item_does_not_depend_on_its_neighbours(texts: list[str]) -> None:
    items = [{"text": text} for text in texts]
    together = scrub_items(items, PIIConfig(), ["en"] * len(items))
    assert together == [scrub_items([item], PIIConfig(), ["en"])[0] for item in items]


spans = st.builds(
    lambda start, length, label: Span(start, start + length, label, "test", 0.5),
    st.integers(0, 40),
    st.integers(1, 10),
    st.sampled_from(LABELS),
)


@given(st.lists(spans))
def test_merged_spans_cover_the_same_and_do_not_overlap(found: list[Span]) -> None:
    merged = merge(found)
    assert all(first.end <= second.start for first, second in pairwise(merged))
    assert _places(merged) == _places(found)


@given(spans, st.lists(spans))
def test_without_leaves_exactly_what_is_outside(span: Span, holes: list[Span]) -> None:
    cut = [(hole.start, hole.end) for hole in merge(holes)]
    assert _places(without(span, cut)) == _places([span]) - _places(holes)


def _places(found: list[Span]) -> set[int]:
    return {place for span in found for place in range(span.start, span.end)}


@pytest.mark.slow
@pytest.mark.parametrize(
    "text", ["1234567890" * 100_000, "I live in Leeds with Sarah. " * 36_000], ids=["digits", "words"]
)
def test_a_text_of_a_megabyte_is_scrubbed_whole(text: str) -> None:
    scrubbed = scrub_text(text)
    assert "Leeds" not in scrubbed.text
    assert "Sarah" not in scrubbed.text
