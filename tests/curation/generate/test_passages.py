"""Passages: of the chosen length, whole sentences, inside of one section, and found again by their characters."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.generate.blocks import Block, Document
from curation.generate.passages import passages_of, without_citations
from curation.generate.sentences import sentences, tokens

sentence = st.integers(1, 30).map(lambda words: " ".join(["Rest", *["helps"] * words]) + ".")
paragraph = st.lists(sentence, min_size=1, max_size=6).map(lambda some: Block("paragraph", " ".join(some)))
heading = st.integers(1, 3).map(lambda level: Block("heading", f"Part {level}", level=level))
caption = st.just(Block("paragraph", "Figure 1 A brain.", "figure"))
books = st.lists(paragraph | heading | caption, max_size=12).map(lambda blocks: Document("book", "Book", tuple(blocks)))


@given(books, st.integers(10, 80))
def test_every_sentence_of_the_body_is_in_one_passage_in_its_order(book: Document, most: int) -> None:
    body = [
        one for block in book.blocks if block.part == "body" and block.kind != "heading" for one in said(block.text)
    ]
    assert [one for passage in passages_of(book, most) for one in said(passage.text)] == body


@given(books, st.integers(10, 80))
def test_no_passage_is_longer_than_asked_unless_it_is_one_sentence(book: Document, most: int) -> None:
    for passage in passages_of(book, most):
        assert passage.tokens <= most or len(said(passage.text)) == 1


@given(books, st.integers(10, 80))
def test_a_passage_stands_where_it_says_and_crosses_no_heading(book: Document, most: int) -> None:
    for passage in passages_of(book, most):
        stretch = book.text[passage.start : passage.end]
        assert stretch.startswith(said(passage.text)[0])
        assert stretch.endswith(said(passage.text)[-1])
        assert "Part" not in stretch


def said(text: str) -> list[str]:
    return [one.text for one in sentences(text)]


def test_passages_of_a_section_are_of_like_length_and_cut_between_paragraphs_where_that_fits() -> None:
    paragraphs = [Block("paragraph", " ".join(["Rest helps people."] * 5)) for _ in range(4)]
    cut = passages_of(Document("book", "Book", tuple(paragraphs)), 45)
    assert [passage.place for passage in cut] == ["paragraphs 1-2", "paragraphs 3-4"]


def test_a_list_stays_with_what_leads_into_it() -> None:
    blocks = [
        Block("paragraph", "Sleep is rest for the body and for the mind alike."),
        Block("paragraph", "Three things help:"),
        *(Block("item", text) for text in ("darkness;", "quiet; and", "a cool room.")),
    ]
    first, second = passages_of(Document("book", "Book", tuple(blocks)), 18)
    assert first.text == "Sleep is rest for the body and for the mind alike."
    assert second.text == "Three things help:\ndarkness;\nquiet; and\na cool room."


@pytest.mark.parametrize(
    ("cited", "plain"),
    [
        ("Moods vary (Rothschild, 1999).", "Moods vary."),
        ("Moods vary (APA, 2013, p. 124; van Praag, 2005).", "Moods vary."),
        ("It rose (Centers for Disease Control and Prevention [CDC], 2012).", "It rose."),
        ("Freud (1900) wrote it in spring (April and May).", "Freud (1900) wrote it in spring (April and May)."),
        ("Stages differ (see Figure 3).", "Stages differ."),
        ("Boomers (born between 1946 and 1964) sleep.", "Boomers (born between 1946 and 1964) sleep."),
    ],
)
def test_references_to_the_literature_go_and_other_brackets_stay(cited: str, plain: str) -> None:
    assert without_citations(cited) == plain


@pytest.mark.parametrize(
    "text",
    [
        ["Dr. Beck met J. R. Smith et al. in Washington, D.C. in 1976.", "He stayed."],
        ["About 6.6% of the U.S. population is affected.", "“Why?” she asked.", "Nobody knew!"],
        ["It lasts e.g. a week (cf. Table 2).", "This is Type B.", "In a sample, it varied."],
    ],
)
def test_abbreviations_and_decimals_end_no_sentence(text: list[str]) -> None:
    assert said(" ".join(text)) == text


def test_a_token_count_is_near_that_of_the_real_vocabulary() -> None:
    text = "Posttraumatic stress disorder was described as shell shock, and in 1980 it became a diagnosis of its own."
    assert tokens(text) == pytest.approx(23, abs=3)
