"""Rule ``html``: what comes out, what must not change, and that links survive."""

import pytest

from curation.cleaning import clean_text
from curation.cleaning.html import html


@pytest.mark.parametrize(
    "text",
    [
        "I <3 you",
        "x < y and y > z",
        "if a<b and c>d then",
        "<Name> told me that I felt <nothing> at <time> in <address>",
        "-> this <- and <- that ->",
        "write to <joe@example.org> or <https://example.org>",
        "x <b> y",
        "< p > is no tag, <pain> neither",
        "&lt;3 &amp; hugs",
        "",
    ],
)
def test_what_is_no_html_stays(text: str) -> None:
    assert html(text) == text


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("<p>One.</p><p>Two.</p>", "One.\n\nTwo."),
        ("<p>One.</p><p><br></p><p>&nbsp;</p><p>Two.</p>", "One.\n\nTwo."),
        ("a<br>b<br/><br />c", "a\nb\n\nc"),
        ("<div>a</div><div><br></div><div>b</div><div>c</div>", "a\n\nb\nc"),
        ("<ul><li>one</li><li><p>two</p></li></ul>then", "- one\n- two\n\nthen"),
        ("<ol start='3'><li>three<ul><li>deep</li></ul></li><li>four</ol>", "3. three\n  - deep\n4. four"),
        ("<p>a<script>if (x<y) alert('<p>')</script><style>p{}</style><!-- no --><img src='data:x'>b</p>", "ab"),
        ("<!--[if gte mso 9]><xml><w:View>Normal</w:View></xml><![endif]--><p>kept<o:p></o:p></p>", "kept"),
        ("<p>unclosed <b>bold <i>and <p>next", "unclosed bold and\n\nnext"),
        ("<b>bold", "bold"),
        ("one\ntwo <b>three</b>\n\nfour", "one\ntwo three\n\nfour"),
        ("<p>one\ntwo</p>", "one two"),
        ("<p>I <3 <Name>, x &lt; y</p>", "I <3 <Name>, x < y"),
        ('<p style="font-family:" helvetica","sans-serif";="" x:"times="">kept</p>', "kept"),
        ('<span title="a > b">kept</span>', "kept"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"),
        ("<p></p>", ""),
        ("<img src='data:image/png;base64," + "A" * 220_000 + "'>", ""),
    ],
)
def test_html_becomes_the_text_that_is_seen(source: str, text: str) -> None:
    assert html(source) == text


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ('see <a href="https://a.org/x?b=1&amp;c=2">this page </a>and', "see this page (https://a.org/x?b=1&c=2) and"),
        ('<a href="http://www.a.org/">a.org</a>.', "a.org."),
        ("<a href='www.a.org'>us</a>", "us (www.a.org)"),
        ('<a href="tel:+1-800-273-8255">1-800-273-8255</a>', "1-800-273-8255"),
        ('<a href="tel:116123">Call us</a>!', "Call us (116123)!"),
        ('<a href="sms:741741?body=HOME">Text HOME</a>', "Text HOME (741741)"),
        ('<a href="mailto:jo@a.org?subject=Hi">Write</a>', "Write (jo@a.org)"),
        ('<a href="mailto:jo@a.org">jo@a.org</a>', "jo@a.org"),
        ('<a href="#top">up</a> <a href="javascript:void(0)">x</a>', "up x"),
        ('look: <a href="https://a.org/v"><img src="v.png"></a>now', "look: https://a.org/v now"),
        ('<p><a href="https://a.org">never closed<p>next', "never closed (https://a.org)\n\nnext"),
    ],
)
def test_a_link_keeps_its_target_unless_its_text_shows_it(source: str, text: str) -> None:
    assert html(source) == text


def test_html_that_was_escaped_twice() -> None:
    text, rules = clean_text("&amp;lt;p&amp;gt;Hello &amp;amp; bye&amp;lt;/p&amp;gt;")
    assert (text, rules) == ("Hello & bye", ["mojibake", "html"])


@pytest.mark.parametrize("hostile", ["<p " * 50_000, "<!--" * 50_000, '<a href="' * 50_000, "<div>" * 50_000 + "x"])
@pytest.mark.timeout(60)  # what takes time that grows with the square of its length takes longer
def test_hostile_input_is_met(hostile: str) -> None:
    html(hostile)


def test_no_nesting_is_too_deep_for_the_words_inside() -> None:
    assert html("<div>" * 3_000 + "word" + "</div>" * 3_000) == "word"
