"""What holds for any text: cleaning twice is cleaning once, and crisis lines come through."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curation.cleaning import GENERAL_RULES, SOURCE_RULES, Unsettled, clean_text
from curation.cleaning.html import html
from curation.cleaning.task_chatter import split_sentences

PIECES = [
    "<p>", "</p>", "<b>", "</b>", "<br>", "<li>", "<ul>", "</ul>", "<a href='x.org'>", "</a>", "<", ">", "<!--", "-->",
    "<style>", "</style>", "<time>", "</time>", "&", "&amp;", "amp;", "&lt;", "lt;", "&gt;", "&nbsp;", "&#x200B;",
    "#60;", "â€™", "Ã©", "Â\xa0", "\xa0", "\u200b", "\u200d", "\u200c", "\ufeff", "\u2028", "\r", "\n", "\n\n", "\t",
    " ", "  ",
    ".", "..", "?", "!", ",", '"', "'", "“", "”", "(", ")", ":", ";", "-", "1", "25", "\\n", "\\xa0", "\\", "[removed]",
    "nan", "_comma_", "I", "A", "End", "so", "it", "s", "t", "press quit", "take the survey", "thanks", ": )", ":)",
    "com", "www.", "http://", "😊", "👩", "e\u0301", "न", "\u094d", "ي", "中",
]  # fmt: skip
nasty = st.lists(st.sampled_from(PIECES) | st.characters(exclude_categories=["Cs"]), max_size=25).map("".join)
EVERY_RULE = (*GENERAL_RULES, *SOURCE_RULES)


@settings(max_examples=1_000, deadline=None)
@given(nasty)
@pytest.mark.parametrize("rules", [tuple(GENERAL_RULES), EVERY_RULE])
def test_cleaning_what_is_clean_changes_nothing(rules: tuple[str, ...], text: str) -> None:
    once, _ = clean_text(text, rules)
    assert clean_text(once, rules) == (once, [])


@settings(max_examples=300, deadline=None)
@given(nasty)
def test_the_named_rules_are_those_that_were_needed(text: str) -> None:
    cleaned, changed_by = clean_text(text, EVERY_RULE)
    assert bool(changed_by) == (cleaned != text)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.sampled_from(["word", "<Name>", "<3", "<p>", "</p>", "<b>", "<br>", "<div>", " ", "x<y"]), max_size=30)
)
def test_html_loses_no_word(pieces: list[str]) -> None:
    text = "".join(pieces)
    assert html(text).count("word") == text.count("word")
    assert html(text).count("<Name>") == text.count("<Name>")


@given(nasty)
def test_sentences_of_chat_are_the_text(text: str) -> None:
    assert "".join(split_sentences(text)) == text


@pytest.mark.parametrize(
    "line",
    [
        "call 1-800-273-8255", "Text HOME to 741741.", "Samaritans: 116 123", "988", "911 or 999", "(800) 273-TALK",
        "www.suicidepreventionlifeline.org", "https://www.thetrevorproject.org/get-help", "jo@samaritans.org",
        "call or text 988.", "+44 20 7946 0018", "13 11 14",
    ],
)  # fmt: skip
@pytest.mark.parametrize("around", ["{}", "Please {}", "Press quit and {}", "{} \nThank you."])
def test_crisis_lines_are_never_touched(line: str, around: str) -> None:
    text = around.format(line)
    cleaned, _ = clean_text(text, EVERY_RULE)
    assert line in cleaned


def test_a_text_that_never_settles_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(GENERAL_RULES, "spaces", lambda text: text + " x")
    with pytest.raises(Unsettled, match="still changes after 10 rounds"):
        clean_text("text")
