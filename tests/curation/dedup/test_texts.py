"""Texts by themselves: copies go however they were changed, contrasts stay, and nothing depends on the order of the
rows.
"""

import os
import random
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curation.dedup import deduplicate_texts
from curation.dedup.tokens import spellings, tokenise
from schemas.config import DedupConfig

TEXT = (
    "For some weeks I have been lying awake at night, and in the morning I am too tired to go to work. My doctor says "
    "that I should write down when I fall asleep, but nobody tells me what to do with that."
)


def gone(*texts: str, **config: object) -> dict[str, str]:
    """The places of the removed texts, with the place of the one that stands for each."""
    found = deduplicate_texts([str(place) for place in range(len(texts))], texts, DedupConfig.model_validate(config))
    return {one.id: one.kept_id for one in found.removed()}


@pytest.mark.parametrize(
    "copy",
    [
        TEXT.upper(),
        TEXT.replace(" ", "  ").replace(".", " !!"),
        TEXT.replace("weeks", "weeeks").replace("doctor", "docotr"),
        TEXT.replace("lying awake", "awake lying"),
        TEXT.replace("I have", "I've").replace("I am", "I'm"),
        TEXT.replace("at night", "atnight"),
        "Hello everyone. " + TEXT + " Thanks in advance.",
        " ".join(TEXT.split()[:33]),
    ],
)
def test_a_copy_goes_however_it_was_changed(copy: str) -> None:
    assert len(gone(TEXT, copy)) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("She drove home drunk again last night.", "She drove home sober again last night."),
        ("He hit her in front of the children.", "She hit him in front of the children."),
        ("I have been clean for 3 months now.", "I have been clean for 13 months now."),
        ("I can talk to my parents about it.", "I cannot talk to my parents about it."),
        ("My blood pressure: is hypertension a risk here?", "My blood pressure: is hypotension a risk here?"),
        ("He shows typical signs of an eating disorder.", "He shows atypical signs of an eating disorder."),
        ("Should I take it before the meal?", "Should I take it after the meal?"),
        ("I am less afraid of people than I was.", "I am more afraid of people than I was."),
        ("How can I get up in the morning?", "How can I get up in the morning? I drank all night again."),
    ],
)
@pytest.mark.parametrize("terms", [True, False])
def test_one_word_that_means_something_keeps_both(one: str, other: str, terms: bool) -> None:
    assert gone(one, other, terms=terms) == {}


def test_of_a_text_that_breaks_off_the_whole_one_stays() -> None:
    assert gone(" ".join(TEXT.split()[:35]), TEXT) == {"0": "1"}


def test_one_word_in_a_row_of_texts_is_learnt_and_then_no_difference() -> None:
    """Copies of long texts show which words stand in for each other here; a short text is then a copy as well."""
    places = ("at home", "in the office", "by the sea", "on a train")
    long = [f"I was scared {place}, and my mom and my kids would start to talk about it, " + TEXT for place in places]
    words = {"scared": "afraid", "mom": "mother", "kids": "children", "start": "begin", "talk": "speak"}
    copies = long
    for word, other in words.items():
        copies = [copy.replace(word, other) for copy in copies]
    short = ("My dog is scared of strangers in our street.", "My dog is afraid of strangers in our street.")
    assert gone(*short) == {}
    assert "0" in {*gone(*short, *long, *copies).values(), *gone(*short, *long, *copies)}


SHORT = (
    "Since the funeral I cannot eat with other people any more.",
    "My daughter hides in her room whenever her uncle visits us.",
    "How long does it take until these tablets begin to work?",
    "At night I count the cracks in the ceiling until it is light.",
    "Our teacher laughs at my stammer in front of the whole class.",
    "Is it normal to miss somebody who was never kind to me?",
)


def test_words_that_stand_at_an_end_of_texts_alone_say_nothing() -> None:
    signed_off = [f"{text} Looking forward to your replies." for text in SHORT]
    assert gone(*SHORT, *signed_off) == {str(place): str(place + len(SHORT)) for place in range(len(SHORT))}


def test_a_greeting_and_a_sign_off_longer_than_the_text_do_not_hide_a_copy() -> None:
    greeted = [f"Good evening to you from Norway. {text}" for text in SHORT]
    signed_off = [f"{text} Looking forward to your replies." for text in SHORT]
    short = "Should I leave him?"
    both = f"Good evening to you from Norway. {short} Looking forward to your replies."
    assert gone(short, both) == {}
    assert gone(short, both, *SHORT, *greeted, *signed_off)["0"] == "1"


def test_a_sentence_that_others_have_in_their_midst_is_no_sign_off() -> None:
    """Texts put together from the same sentences are several texts, although one holds all of another."""
    longer = [f"{text} Looking forward to your replies." for text in SHORT]
    others = [
        f"{name} wrote to me in {month}. Looking forward to your replies. It was {number} degrees in {town}."
        for name, month, number, town in (
            ("Anna", "March", 5, "Rome"),
            ("Tim", "June", 18, "Oslo"),
            ("Ida", "May", 31, "Paris"),
            ("Jo", "April", 9, "Bern"),
            ("Max", "July", 22, "Lima"),
            ("Eve", "August", 14, "Delhi"),
            ("Sam", "October", 27, "Cairo"),
        )
    ]
    assert gone(*SHORT, *longer, *others) == {}


def test_another_threshold_needs_no_other_comparison() -> None:
    texts = [TEXT, TEXT.replace("doctor", "docotr"), TEXT + " It is the same at the weekend, whatever I drink before."]
    found = deduplicate_texts(["a", "b", "c"], texts)
    assert len(found.removed(100)) <= len(found.removed()) <= len(found.removed(70))
    assert found.at_thresholds()["80"] == len(found.removed())


def test_an_empty_a_one_letter_and_a_very_long_text_are_met() -> None:
    long = " ".join(f"word{number % 977} and {number}" for number in range(60_000))
    assert len(long) > 1_000_000
    assert gone("", "a", "?", long, long + " end", "") == {"5": "0", "3": "4"}


def test_no_text_at_all_is_no_fault() -> None:
    assert gone() == {}


_WORDS = [
    "i",
    "feel",
    "sad",
    "not",
    "happy",
    "my",
    "mother",
    "father",
    "helps",
    "hepls",
    "never",
    "5",
    "15",
    "mg",
    "of",
]
_TEXTS = st.lists(st.lists(st.sampled_from(_WORDS), max_size=9).map(" ".join), max_size=25)


@settings(max_examples=60, deadline=None)
@given(_TEXTS, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_changes_nothing_and_no_keeper_goes(texts: list[str], rng: random.Random) -> None:
    rows = list(enumerate(texts))
    shuffled = rng.sample(rows, len(rows))
    results = []
    for some in (rows, shuffled):
        found = deduplicate_texts([str(number) for number, _ in some], [text for _, text in some])
        results.append((found.removed(), found.grey()))
    assert results[0] == results[1]
    removed = {one.id for one in results[0][0]}
    assert removed.isdisjoint(one.kept_id for one in results[0][0])


def test_every_process_comes_to_the_same() -> None:
    """Sets of words come in another order in every process, which must not show in what is left of a difference."""
    code = """if True:
        from curation.dedup.differences import Difference, Differ
        from curation.dedup.evidence import Spelling
        from curation.dedup.exchange import Exchange
        spelling = Spelling(lambda word: 500)
        words = "afraid anxious fearful frightened nervous worried".split()
        learnt = [frozenset({("scared",), (word,)}) for word in words]
        one = Difference(("scared",), tuple(words), False, False, 4)
        print(Exchange(Differ(spelling), spelling, learnt).reduced(one))"""
    told = {
        subprocess.run(
            [sys.executable, "-c", code], env=os.environ | {"PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(told) == 1


@given(st.lists(st.text()))
def test_texts_together_have_the_words_that_each_has_alone(texts: list[str]) -> None:
    together = tokenise(texts)
    for place, text in enumerate(texts):
        assert together.of(place).tolist() == tokenise([text]).hashes.tolist()


def test_words_are_numbers_letters_and_symbols_that_mean_something() -> None:
    words = set(spellings(["Don\u2019t take 0.5mg, or 10-20 % of it \U0001f642 \u6211\u5f88\u597d"]).values())
    assert words == {
        "dont",
        "take",
        "0.5",
        "mg",
        "or",
        "10-20",
        "%",
        "of",
        "it",
        "\U0001f642",
        "\u6211",
        "\u5f88",
        "\u597d",
    }
