"""Pairs side by side: what differs is marked, what is long the same is left out, and a sample shows every score."""

from typing import Any

import pyarrow as pa

from curation.flow import PAIRS
from curation.report.pairs import MOST_PAIRS, marked, overlaps, sample_pairs


def test_what_stands_in_one_text_alone_is_marked_and_html_is_escaped() -> None:
    left, right = marked("I feel <b>bad today", "I feel <b>good today")
    assert left == "I feel &lt;b&gt;<mark>bad</mark> today"
    assert right == "I feel &lt;b&gt;<mark>good</mark> today"


def test_differences_with_no_word_between_them_are_one() -> None:
    left, right = marked("I am very, very sad.", "I am rather happy.")
    assert left == "I am <mark>very, very sad</mark>."
    assert right == "I am <mark>rather happy</mark>."


def test_what_is_long_the_same_is_left_out_and_the_difference_is_not() -> None:
    same = "the same words again and again " * 100
    left, right = marked(f"{same}calm {same}", f"{same}angry {same}")
    assert "<mark>calm</mark>" in left
    assert "<mark>angry</mark>" in right
    assert "characters, the same" in left
    assert len(left) < 1_000


def table(rows: list[dict[str, Any]]) -> pa.Table:
    text = pa.string()
    names = [("item_id", text), ("kept_id", text), ("reason", text), ("score", pa.float64()), ("question", text)]
    return pa.Table.from_pylist(
        rows, pa.schema([*names, ("answer", text), ("turns", pa.list_(pa.struct([("x", text)])))])
    )


def made(removed: int) -> tuple[pa.Table, pa.Table]:
    """Items, and as many removed records, nine of ten of which have one and the same score."""
    gone = [
        {
            "item_id": f"{'forum' if place % 2 else 'late'}-{place * 2654435761 % 2**32:012x}",
            "kept_id": f"forum-k{place:011x}",
            "reason": "near-duplicate",
            "score": 100.0 if place % 10 else 80 + place / 10 % 20,
            "question": "How?",
            "answer": f"So {place}.",
        }
        for place in range(removed)
    ]
    return table([{**row, "item_id": row["kept_id"]} for row in gone]), table(gone)


def test_a_sample_has_pairs_of_every_score_and_says_of_how_many() -> None:
    items, removed = made(3_000)
    sample = sample_pairs(items, removed, PAIRS.empty_table())
    assert len(sample.pairs) == MOST_PAIRS
    assert (sample.shown("removed"), sample.removed) == (MOST_PAIRS, 3_000)
    assert {int(pair.score) for pair in sample.pairs} == {*range(80, 101)}
    assert [pair.score for pair in sample.pairs] == sorted(pair.score for pair in sample.pairs)


def test_a_sample_does_not_depend_on_the_order_of_rows() -> None:
    items, removed = made(2_000)
    shuffled = removed.take(pa.array([(place * 7) % len(removed) for place in range(len(removed))]))
    assert sample_pairs(items, removed, PAIRS.empty_table()) == sample_pairs(items, shuffled, PAIRS.empty_table())


def test_all_pairs_stand_there_where_there_is_room() -> None:
    items, removed = made(40)
    assert len(sample_pairs(items, removed, PAIRS.empty_table()).pairs) == 40


def test_which_source_stands_for_which() -> None:
    _, removed = made(40)
    assert overlaps(removed) == {("forum", "forum"): 20, ("late", "forum"): 20}
