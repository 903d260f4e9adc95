"""Rules ``mojibake``, ``spaces``, ``placeholder_tokens`` and ``comma_placeholder``, by example."""

import pytest

from curation.cleaning import clean_text
from curation.cleaning.mojibake import mojibake, unescape
from curation.cleaning.placeholders import comma_placeholder, placeholder_tokens
from curation.cleaning.spaces import spaces

FAMILY = "👩\u200d👩\u200d👧"
PERSIAN = "می\u200cخواهم"
HINDI_HALF_FORM = "क्\u200d"


@pytest.mark.parametrize(
    ("broken", "mended"),
    [
        ("I donâ€™t know", "I don’t know"),
        ("cafÃ©", "café"),
        ("you &amp; me, I &lt;3 you", "you & me, I <3 you"),
        ("I <3 you &amp; your dog", "I <3 you & your dog"),
        ("&amp;amp;quot;hi&amp;amp;quot;", '"hi"'),
        ("one\r\ntwo\rthree", "one\ntwo\nthree"),
        ("a\x00b\x1b[31mc\x7f", "abc"),
        ("cafe\u0301", "café"),
    ],
)
def test_mojibake_is_repaired(broken: str, mended: str) -> None:
    assert mojibake(broken) == mended


@pytest.mark.parametrize(
    "text",
    [
        "“I’m fine,” she said. ‘Really.’",
        f"😊 ❤️ 🏳️\u200d🌈 {FAMILY}",
        "高三后的迷茫，高考前的恐惧，能给我一些建议么？～",
        PERSIAN,
        "¿Qué puedo hacer? Año, naïve, Zoë, Ångström",
        "AT&T, Q&A, R&D; me & you",
        "&copy that, &notit",
    ],
)
def test_mojibake_leaves_what_its_author_wrote(text: str) -> None:
    assert mojibake(text) == text


def test_entities_of_html_are_left_to_the_html_rule() -> None:
    assert mojibake("<p>&lt;b&gt;</p>") == "<p>&lt;b&gt;</p>"


def test_deeply_escaped_entities_are_resolved_at_once() -> None:
    assert unescape("&" + "amp;" * 2_000 + "lt;3") == "<3"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a\u00a0b\u2003c\td", "a b c d"),
        ("a  b   c ", "a b c"),
        ("zero\u200bwidth\ufeff and soft\u00adhyphen", "zerowidth and softhyphen"),
        ("one\n   two\n\n\n\nthree  \n", "one\ntwo\n\nthree"),
        ("one\u2028two", "one\ntwo"),
        ("a\u200db", "ab"),
        ("left\u200eto right", "leftto right"),
    ],
)
def test_spaces_become_plain(before: str, after: str) -> None:
    assert spaces(before) == after


@pytest.mark.parametrize(
    "text",
    [FAMILY, PERSIAN, HINDI_HALF_FORM, "שלום\u200f!", "1. one\n  - deeper\n    - deepest", "a\nb\n\nc"],
)
def test_spaces_that_carry_meaning_stay(text: str) -> None:
    assert spaces(text) == text


@pytest.mark.parametrize("token", ["[removed]", " [deleted]\n", "[ Removed by Reddit ]".lower(), "nan", "#N/A", "NULL"])
def test_a_text_that_is_only_a_placeholder_becomes_empty(token: str) -> None:
    assert placeholder_tokens(token) == ""


@pytest.mark.parametrize(
    "text",
    ["None", "n/a", "No", "my [removed] left me", "Nan raised me.", r"C:\new\xylophone", r"docs\notes", "¯\\_(ツ)_/¯"],
)
def test_answers_and_paths_are_no_placeholders(text: str) -> None:
    assert placeholder_tokens(text) == text


def test_escapes_that_were_spelled_out_are_resolved() -> None:
    assert placeholder_tokens(r"First.\n\nSecond,\xa0don\u2019t") == "First.\n\nSecond,\u00a0don’t"


def test_comma_placeholders_become_commas() -> None:
    assert comma_placeholder("sad_comma_ but_comma_then 1_comma_000") == "sad, but, then 1,000"


def test_a_zero_width_entity_of_a_forum_leaves_nothing() -> None:
    assert clean_text("&amp;#x200B;") == ("", ["mojibake", "spaces"])


def test_an_unknown_rule_is_named_with_those_there_are() -> None:
    with pytest.raises(ValueError, match="no cleaning rule is called 'htlm'; there are mojibake, html"):
        clean_text("text", ["htlm"])
