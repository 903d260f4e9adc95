"""Copies go, texts that say something else stay, and what belongs together is grouped."""

import pyarrow as pa
import pytest

from curation.dedup import deduplicate
from curation.dedup.sign import Sign
from curation.table import CONTENT, PROVENANCE
from schemas.config import DedupConfig

LONG = (
    "It sounds as if you carry a lot at the moment, and it is good that you look for help. Perhaps you could begin by "
    "telling one person whom you trust how things are, and see a doctor about your sleep."
)


def items(
    *rows: tuple[str, str] | list[tuple[str, str]],
    origins: dict[int, str] | None = None,
    licenses: dict[int, str] | None = None,
) -> pa.Table:
    """QA pairs as (question, answer), dialogues as lists of (role, text)."""
    content = []
    for place, row in enumerate(rows):
        question, answer = row if isinstance(row, tuple) else (None, None)
        turns = None if isinstance(row, tuple) else [{"role": role, "text": text} for role, text in row]
        content.append(
            {
                "question": question,
                "answer": answer,
                "turns": turns,
                "topic": None,
                "item_id": f"item-{place}",
                "provenance": {
                    "origin": (origins or {}).get(place, "human"),
                    "license": (licenses or {}).get(place, "MIT"),
                    "source_id": "one",
                    "parent_ids": [],
                },
            }
        )
    table = pa.Table.from_pylist(content, pa.schema([*CONTENT, ("item_id", pa.string()), ("provenance", PROVENANCE)]))
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


def test_a_dialogue_that_breaks_off_goes_for_the_one_that_goes_on() -> None:
    turns = [("seeker", "I cannot sleep any more."), ("supporter", LONG), ("seeker", "What if nobody wants to listen?")]
    further = [*turns, ("supporter", "Then ask another one, and call a helpline in between."), ("seeker", "I will.")]
    assert removed(turns, further) == [(0, 1, "near-duplicate")]


def test_who_says_it_is_part_of_what_is_said() -> None:
    dialogue = [("seeker", "I am afraid of the dark."), ("supporter", "I am afraid of spiders.")]
    other = [("supporter", "I am afraid of the dark."), ("seeker", "I am afraid of spiders.")]
    assert removed(dialogue, other) == []


def test_the_same_answer_under_another_question_is_reported_and_goes_if_the_curator_says_so() -> None:
    rows = items(("Why can I not sleep at night?", LONG), ("Whom could I tell about my brother?", LONG))
    kept = deduplicate(rows, DedupConfig())
    assert kept.duplicates == []
    assert [(pair.relation, pair.zone) for pair in kept.pairs] == [("same answer", "kept")]
    gone = deduplicate(rows, DedupConfig(same_answer="remove"))
    assert [one.reason for one in gone.duplicates] == ["same answer under another question"]


def test_a_pair_that_differs_in_one_word_of_meaning_is_shown_with_that_word() -> None:
    rows = items(
        ("Can you explain what schizoid personality disorder is?", LONG),
        ("Can you explain what borderline personality disorder is?", LONG),
    )
    (pair,) = deduplicate(rows, DedupConfig()).pairs
    assert (pair.zone, pair.guarded) == ("grey", True)
    assert "borderline" in pair.words[0]
    assert "schizoid" in pair.words[0]


def test_the_freer_licence_stays_even_if_a_program_wrote_it() -> None:
    twice = ("Why?", LONG)
    assert removed(twice, twice, licenses={0: "CC-BY-NC-4.0"}, origins={1: "generated"}) == [(0, 1, "exact duplicate")]


def test_what_a_reviewer_has_seen_stays() -> None:
    rows = items(("Why?", LONG), ("Why?", LONG))
    assert deduplicate(rows, DedupConfig(), reviewed={"item-1"}).duplicates[0].kept == 1


def test_a_keeper_is_never_removed_itself() -> None:
    variants = [LONG, LONG.upper(), LONG.replace("trust", "truts"), LONG.replace("doctor", "docter"), LONG + "!"]
    found = deduplicate(items(*(("What can I do?", text) for text in variants)), DedupConfig())
    gone = {one.place for one in found.duplicates}
    assert len(gone) == 4
    assert not gone & {one.kept for one in found.duplicates}


def test_texts_without_words_are_not_all_the_same() -> None:
    assert removed(("?", "Yes."), ("!!!", "Yes.")) == []
