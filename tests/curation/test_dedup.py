"""Copies go, texts that say something else stay, and what belongs together is grouped."""

from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.dedup import deduplicate
from curation.dedup.sign import Sign
from curation.table import CONTENT, PROVENANCE
from schemas.config import DedupConfig

LONG = (
    "It sounds as if you carry a lot at the moment, and it is good that you look for help. Perhaps you could begin by "
    "telling one person whom you trust how things are, and see a doctor about your sleep."
)


def items(*rows: tuple[str, str] | list[tuple[str, str]], origins: dict[int, str] | None = None) -> pa.Table:
    """QA pairs as (question, answer), dialogues as lists of (role, text)."""
    content = []
    for place, row in enumerate(rows):
        is_pair = isinstance(row, tuple)
        content.append(
            {
                "question": row[0] if is_pair else None,
                "answer": row[1] if is_pair else None,
                "turns": None if is_pair else [{"role": role, "text": text} for role, text in row],
                "topic": None,
                "provenance": {"origin": (origins or {}).get(place, "human"), "parent_ids": []},
            }
        )
    table = pa.Table.from_pylist(content, pa.schema([*CONTENT, ("provenance", PROVENANCE)]))
    signed = Sign()(table.select(list(Sign.reads)))
    for field in Sign.writes:
        table = table.append_column(field, signed[field.name])
    return table


def removed(*rows: tuple[str, str] | list[tuple[str, str]], **options: dict[int, str]) -> list[tuple[int, int, str]]:
    found = deduplicate(items(*rows, **options), DedupConfig())
    return [(one.place, one.kept, one.reason) for one in found.duplicates]


def test_case_spacing_and_punctuation_make_no_difference() -> None:
    assert removed(("How are you?", LONG), ("how are  YOU", LONG.replace(",", ""))) == [(1, 0, "exact duplicate")]


def test_a_typing_error_makes_a_near_duplicate_and_the_longer_text_stays() -> None:
    assert removed(("What can I do?", LONG.replace("person", "persn")), ("What can I do?", LONG)) == [
        (0, 1, "near-duplicate")
    ]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Can you explain what schizoid disorder is?", "Can you explain what borderline disorder is?"),
        ("Should I take Prozac for this?", "Should I take Zoloft for this?"),
        ("My mother drinks too much.", "My brother drinks too much."),
        ("I do want to go home.", "I do not want to go home."),
        ("I took 10 mg of it yesterday evening.", "I took 100 mg of it yesterday evening."),
        ("I took 1.5 mg of it yesterday evening.", "I took 15 mg of it yesterday evening."),
        ("Should I increase the dose of my tablets?", "Should I decrease the dose of my tablets?"),
        ("I feel fine today 🙂", "I feel fine today 😢"),
    ],
)
def test_one_word_that_says_something_else_keeps_both(one: str, other: str) -> None:
    assert removed((one, LONG), (other, LONG)) == []


def test_one_question_with_two_answers_is_two_items_in_one_group() -> None:
    found = deduplicate(items(("Why?", LONG), ("Why?", LONG[::-1]), ("Who?", "Nobody knows it yet.")), DedupConfig())
    assert found.duplicates == []
    assert found.groups == [0, 0, 2]


def test_one_answer_under_two_questions_is_grouped() -> None:
    found = deduplicate(items(("Why is it so?", LONG), ("What now, please?", LONG)), DedupConfig())
    assert (found.duplicates, found.groups) == ([], [0, 0])


def test_what_a_human_wrote_stays_over_what_a_program_wrote() -> None:
    assert removed(("Why?", LONG), ("Why?", LONG), origins={0: "generated"}) == [(0, 1, "exact duplicate")]


def test_dialogues_are_compared_turn_by_turn() -> None:
    dialogue = [("seeker", "I cannot sleep any more."), ("supporter", LONG)]
    other = [("seeker", "I cannot sleep any more. " + LONG), ("supporter", "I see.")]
    assert removed(dialogue, other, dialogue) == [(2, 0, "exact duplicate")]


def test_a_keeper_is_never_removed_itself() -> None:
    variants = [LONG, LONG.upper(), LONG.replace("trust", "truts"), LONG.replace("doctor", "docter"), LONG + "!"]
    found = deduplicate(items(*(("What can I do?", text) for text in variants)), DedupConfig())
    gone = {one.place for one in found.duplicates}
    assert len(gone) == 4
    assert not gone & {one.kept for one in found.duplicates}


def test_texts_without_words_are_not_all_the_same() -> None:
    assert removed(("?", "Yes."), ("!!!", "Yes.")) == []


@given(st.text(min_size=1))
def test_normalising_twice_changes_nothing_more(text: str) -> None:
    assert normalised(normalised(text)) == normalised(text)


@given(st.text("abcdefgh", min_size=1), st.text("abcdefgh", min_size=1))
def test_a_misspelling_is_one_both_ways(one: str, other: str) -> None:
    assert is_misspelling(one, other) == is_misspelling(other, one)


def test_planted_contrasts_are_kept_and_no_keeper_is_wrong(shared: Path) -> None:
    """The first version may miss copies; it must not destroy a text that differs in one meaningful word."""
    import json

    corpus = [json.loads(line) for line in (shared / "dedup" / "corpus_10k.jsonl").open()]
    table = items(*(("What do you say?", row["text"]) for row in corpus))
    found = deduplicate(table, DedupConfig())
    left = {row["cluster"] for place, row in enumerate(corpus) if place not in {one.place for one in found.duplicates}}
    lost = {row["cluster"] for row in corpus} - left
    contrasts = {row["cluster"] for row in corpus if row["kind"] == "contrast"}
    assert len(lost & contrasts) <= len(contrasts) * 0.02
    assert len(lost) <= 10
