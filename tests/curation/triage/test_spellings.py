"""How a text is written does not change the verdict: case, look-alikes, doubled letters, leet, line breaks."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curation.triage import triage_text
from curation.triage.words import Reading

RISKY = [
    "I want to kill myself tonight",
    "sometimes I think about suicide",
    "I wish I was dead",
    "I cut myself last night",
    "My friend wants to kill herself",
    "I want to stab my boss",
    "My husband beats me every night",
    "everyone would be better off without me",
]
HARMLESS = [
    "I do not want to die, I only miss home",
    "This exam is killing me",
    "I used to cut myself ten years ago",
    "What are the warning signs of suicide?",
    "We had dinner and the dog was sleeping",
]
LOOK_ALIKES = dict(zip("aceiopxyskm", "аceіорхуѕкm", strict=True))
LEET = dict(zip("aeios", "43105", strict=True))


def level(text: str) -> str:
    return triage_text(text).level


texts = st.sampled_from(RISKY + HARMLESS)


@given(texts, st.data())
@settings(max_examples=200, deadline=None)
def test_case_does_not_matter(text: str, data: st.DataObject) -> None:
    upper = data.draw(st.lists(st.booleans(), min_size=len(text), max_size=len(text)))
    assert level("".join(c.upper() if up else c.lower() for c, up in zip(text, upper, strict=True))) == level(text)


@given(texts, st.data())
@settings(max_examples=200, deadline=None)
def test_look_alikes_do_not_matter(text: str, data: st.DataObject) -> None:
    swap = data.draw(st.lists(st.booleans(), min_size=len(text), max_size=len(text)))
    assert level("".join(LOOK_ALIKES.get(c, c) if s else c for c, s in zip(text, swap, strict=True))) == level(text)


@given(texts, st.data())
@settings(max_examples=200, deadline=None)
def test_invisible_characters_do_not_matter(text: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(text)))
    hidden = data.draw(st.sampled_from(["\u200b", "\u200d", "\u2060", "\ufeff", "\u00ad", "\u0336"]))
    assert level(text[:place] + hidden + text[place:]) == level(text)


@given(texts, st.data())
@settings(max_examples=200, deadline=None)
def test_line_breaks_between_words_do_not_matter(text: str, data: st.DataObject) -> None:
    words = text.split(" ")
    gaps = data.draw(
        st.lists(st.sampled_from([" ", "\n", "\r\n", "  ", "\t"]), min_size=len(words), max_size=len(words))
    )
    assert level("".join(word + gap for word, gap in zip(words, gaps, strict=True))) == level(text)


@given(st.sampled_from(RISKY), st.data())
@settings(max_examples=300, deadline=None)
def test_a_letter_said_longer_does_not_matter(text: str, data: st.DataObject) -> None:
    place = data.draw(st.sampled_from([place for place, letter in enumerate(text) if letter.isalpha()]))
    times = data.draw(st.integers(2, 5))
    assert level(text[:place] + text[place] * times + text[place + 1 :]) == level(text)


@pytest.mark.parametrize("text", RISKY[:3])
def test_full_width_and_styled_letters_do_not_matter(text: str) -> None:
    wide = "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)
    bold = "".join(chr(0x1D41A + ord(c) - ord("a")) if "a" <= c <= "z" else c for c in text.lower())
    assert level(wide) == level(bold) == level(text)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("i wanna kms", "active"),
        ("i want to unalive myself", "active"),
        ("su1cide is all i think of", "active"),
        ("i think about s u i c i d e all day", "active"),
        ("i want to k.m.s", "active"),
        ("i want to k i l l myself", "active"),
        ("i w a n t t o d i e", "passive"),
        ("gonna k!ll mys3lf", "active"),
        ("i want to k*ll myself", "active"),
        ("thinking about sewerslide", "active"),
        ("i feel sucidal", "active"),
        ("i want to kil myslef", "active"),
        ("i am suicdal", "active"),
        ("i h4te my life and w4nt to d1e", "passive"),
        ("i s3lf h@rm", "self_harm"),
        ("i dont wanna b here, i dont want to live anymore", "passive"),
        ("been cuttin again", "self_harm"),
    ],
)
def test_evasions_and_slips(written: str, meant: str) -> None:
    assert level(written) == meant


@pytest.mark.parametrize(
    "text",
    [
        "The U.S.A. is big",
        "I got an A B C on it",
        "4 of us and 2 dogs",
        "He was hopping and starring in a play",
        "a+ for you!",
    ],
)
def test_what_only_looks_like_an_evasion_is_left(text: str) -> None:
    assert triage_text(text, model=False).evidence == []


@pytest.mark.parametrize("text", ["x\u200by I w\u0430nt t\u200bo die", "ﬁne: I want to d i e", "İ ß I want to die. ok"])
def test_evidence_points_at_the_text_as_it_is_written(text: str) -> None:
    found = triage_text(text).evidence[0]
    assert text[found.start : found.end].replace("\u200b", "").replace("\u0430", "a") in (
        "want to die",
        "want to d i e",
    )


def test_a_text_is_read_in_sentences_of_plain_words() -> None:
    reading = Reading("I can't go on!! It's 6:15. Don't you see")
    assert [reading.sentence(place).text for place in range(3)] == [
        "i can not go on ",
        "it is 6 , 15 ",
        "do not you see ",
    ]
