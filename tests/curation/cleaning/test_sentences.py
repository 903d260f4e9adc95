"""Rule ``glued_sentences``: where the space was lost, and where there was none."""

import pytest

from curation.cleaning.sentences import glued_sentences


@pytest.mark.parametrize(
    ("glued", "parted"),
    [
        ("to hang out with.Seriously, the", "to hang out with. Seriously, the"),
        ("Really?Yes!I am.A friend", "Really? Yes! I am. A friend"),
        ("I don't.Only you", "I don't. Only you"),
        ("my PTSD.You are", "my PTSD. You are"),
        ('be "the best."If she', 'be "the best." If she'),
        ('the reasons."Imposter" is', 'the reasons. "Imposter" is'),
        ("(in time.)Then", "(in time.) Then"),
        ("like you).Have you", "like you). Have you"),
        ("He left.“Why?”I asked", "He left. “Why?” I asked"),
        ("lower your stress?2. Sleep.3.) Walk", "lower your stress? 2. Sleep. 3.) Walk"),
        ("conversación.Él no. Así.Órale", "conversación. Él no. Así. Órale"),
        ("on 1-800-273-8255.Then text HOME to 741741.Or call", "on 1-800-273-8255. Then text HOME to 741741. Or call"),
    ],
)
def test_glued_sentences_are_parted(glued: str, parted: str) -> None:
    assert glued_sentences(glued) == parted


@pytest.mark.parametrize(
    "text",
    [
        "see counselchat.com or RelationshipsGoneRight.Com",
        "https://a.org/Some.Page.Html?x=A.B and www.LivingYes.org",
        "write to Jo.Smith@example.org",
        "the U.S.A., e.g. a Ph.D. or M.Ed from J.K.Rowling, Psy.D., at 5 p.m.",
        "Dr.Smith and Mrs.Jones",
        "Node.js 3.5.1, ASP.NET, Report.pdf, notes.Txt",
        "so...I think...Maybe",
        "it costs $25.00 or 3.5",
        "adviceTalk LinkedIn PayPal",
        "see 10.1176/appi.ajp.162.1.151",
        "为什么?我不知道。",
    ],
)
def test_what_is_not_glued_stays(text: str) -> None:
    assert glued_sentences(text) == text


def test_the_ambiguous_name_of_a_magazine_is_parted() -> None:
    assert glued_sentences("in Psychology.Today we") == "in Psychology. Today we"
