"""Rules ``task_chatter`` and ``detokenized_spacing``: what goes, and above all what must stay."""

import pytest

from curation.cleaning.task_chatter import split_sentences, task_chatter
from curation.cleaning.tokenised import detokenized_spacing


@pytest.mark.parametrize(
    "chatter",
    [
        "Can you press quit and take the survey?",
        "Just press quit and fill out the survey :)",
        "I can't end it from my end",
        "You need to press quit from your end though cos I can't do it from my end :)",
        "please click the quit button",
        "Press the quit button or you will not get paid.",
        "I think you have not put any real effort into completing this HIT.",
        "We need 10 messages each to get that bonus.",
        "( 15min is minimum )",
        "15 minutes minimum",
        "I think we've hit the 15 min mark and 10 turns each.",
        "Only the support seeker can.",
        "you first quit bro",
        "Can you press quit first , I can ' t this end : )",
    ],
)
def test_a_turn_about_the_study_becomes_empty(chatter: str) -> None:
    assert task_chatter(chatter) == ""


@pytest.mark.parametrize(
    ("turn", "rest"),
    [
        ("You're very welcome :) Can you press the quit button first, I can't this end :)", "You're very welcome :)"),
        ("(can you press quit first and do the survey) Well thanks :)", "Well thanks :)"),
        ("thanks a lot (15min is minimum) you made my mood go up.", "thanks a lot you made my mood go up."),
        ("Take care!\nPlease press quit.", "Take care!"),
        (
            "Okay it has been nice chatting with you, feel free to end the chat now",
            "Okay it has been nice chatting with you.",
        ),
    ],
)
def test_only_the_sentence_about_the_study_goes(turn: str, rest: str) -> None:
    assert task_chatter(turn) == rest


@pytest.mark.parametrize(
    "content",
    [
        "I've been doing mturk for money.",
        "Mturk has been nice but I have to spend a lot of time on it.",
        "Have you tried scripts that catch hits that are hard to get on Mturk?",
        "I quit drinking and then I quit my job.",
        "My boss told me to quit. I think i'll quit the job.",
        "My therapist asked me to fill out the survey.",
        "I've been playing with these survey sites.",
        "The boss gets a bonus for each of us he lays off.",
        "I hit rock bottom when covid hit.",
        "He knows how to push my buttons.",
        "I just wanted to end it. I want it to end.",
        "How do I end the conversation when he yells?",
        "I walk 15 minutes a day.",
        "15 minutes.",
        "I have trouble finishing a task at work.",
        "And if I quit?",
        "You need to stop talking to me and call 1-800-273-8255 or press quit.",
        "Tell the operator that you have a plan, and disconnect from this chat.",
        "If you might kill yourself, press quit and text HOME to 741741.",
        "Before we end the conversation, I'd love hearing a few of those suggestions.",
    ],
)
def test_what_belongs_to_a_life_or_to_help_stays(content: str) -> None:
    assert task_chatter(content) == content


def test_sentences_of_chat_join_to_the_text_again() -> None:
    text = "Hi :) (how are you?) fine.\nYes!! no.really : ) ok"
    assert "".join(split_sentences(text)) == text
    assert [sentence.strip() for sentence in split_sentences(text)] == [
        "Hi :)", "(how are you?)", "fine.", "Yes!!", "no.really : )", "ok",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("spaced", "joined"),
    [
        ("it ' s late , I can ' t sleep .", "it's late, I can't sleep."),
        ("Okay . . Thanks : ) Bye !", "Okay.. Thanks :) Bye!"),
        ("covid - 19 cut my part - time job - badly .", "covid-19 cut my part-time job - badly."),
        ("call 1 - 800 - 273 - 8255 , 24 / 7 .", "call 1-800-273-8255, 24/7."),
        ('she said " I quit " and left ( again ) .', 'she said "I quit" and left (again).'),
        ("see google . com , pay $ 1 , 000 or 10 % .", "see google.com, pay $1,000 or 10%."),
    ],
)
def test_tokenised_text_is_joined(spaced: str, joined: str) -> None:
    assert detokenized_spacing(spaced) == joined


@pytest.mark.parametrize("text", ["Hello , I typed this. Myself .", "no marks at all", "‘ a ’", "Text HOME to 741741."])
def test_text_that_was_typed_so_is_left(text: str) -> None:
    assert detokenized_spacing(text) == text
