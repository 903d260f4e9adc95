"""Talking to a bundle."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from deploy import Chat
from schemas.errors import CurateError

if TYPE_CHECKING:
    from conftest import Deployed


def say(chat: Chat, text: str, **options: float) -> str:
    return "".join(chat.reply(text, **{"temperature": 0, "max_new_tokens": 16, **options}))


def test_the_model_says_what_it_was_taught(chat: Chat) -> None:
    question = "I have not slept well since the new term began, and everything feels heavier at night."
    answer = "It sounds as if the nights have become the hardest part of your day."
    assert say(chat, question, max_new_tokens=60) == answer


def test_the_same_question_has_the_same_reply(deployed: Deployed) -> None:
    first, second = Chat(deployed.path), Chat(deployed.path)
    for question in ["I feel alone.", "And at night?"]:
        assert say(first, question) == say(second, question)
        assert say(first, question, temperature=1.5, seed=3) == say(second, question, temperature=1.5, seed=3)


def test_replies_depend_on_what_was_said_before(chat: Chat) -> None:
    say(chat, "I keep checking the door, four times, five times, until I am late.")
    second = list(chat.reply("Maybe on Saturday.", temperature=2.0, seed=1, max_new_tokens=16))
    assert chat.remembered_exchanges == 2
    chat.reset()
    assert chat.remembered_exchanges == 0
    assert list(chat.reply("Maybe on Saturday.", temperature=2.0, seed=1, max_new_tokens=16)) != second


def test_the_oldest_turns_leave_and_the_conversation_goes_on(chat: Chat) -> None:
    remembered = []
    for i in range(12):
        say(chat, f"This is thought number {i}, and it is about work.", max_new_tokens=24)
        remembered.append(chat.remembered_exchanges)
    assert remembered[0] == 1
    assert max(remembered) < 12
    assert remembered[-1] >= 1


def test_a_forgotten_turn_leaves_no_trace_but_the_system_prompt_stays(deployed: Deployed) -> None:
    """After forgetting, the reply is that of a conversation which never had the forgotten turn."""
    long, fresh = Chat(deployed.path), Chat(deployed.path)
    filler = "work " * (deployed.manifest.context // 6)
    say(long, filler)
    question = "I feel guilty whenever I rest, as though I were letting everyone down."
    assert say(long, question, max_new_tokens=60) == say(fresh, question, max_new_tokens=60)
    assert long.remembered_exchanges == 1


def test_a_reply_that_was_broken_off_is_remembered_as_far_as_it_went(chat: Chat) -> None:
    reply = chat.reply("Who could sit with you this evening?", temperature=2.0, seed=1)
    next(reply)
    reply.close()
    assert chat.remembered_exchanges == 1
    say(chat, "And tomorrow?")
    assert chat.remembered_exchanges == 2


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (" \n", "there is nothing to say. Give a message"),
        ("word " * 400, "tokens and the context only 160. Shorten the message."),
    ],
)
def test_messages_that_cannot_be_answered(chat: Chat, text: str, message: str) -> None:
    with pytest.raises(CurateError) as caught:
        chat.reply(text)
    assert message in str(caught.value)
    assert chat.remembered_exchanges == 0


def test_chatting_writes_nothing_and_prints_nothing(deployed: Deployed, tmp_path: Path) -> None:
    code = f"""
from deploy import Chat
chat = Chat({str(deployed.path)!r})
print("".join(chat.reply("I feel alone.", temperature=0, max_new_tokens=8)), end="")
"""
    temporary, working = tmp_path / "temporary", tmp_path / "working"
    temporary.mkdir()
    working.mkdir()
    before = {p: p.stat().st_mtime_ns for p in deployed.path.rglob("*")}
    output = subprocess.run(
        [sys.executable, "-B", "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=working,
        env=os.environ | {"TMPDIR": str(temporary), "HOME": str(working)},
    )
    assert output.stdout == say(Chat(deployed.path), "I feel alone.", max_new_tokens=8)
    assert output.stderr == ""
    assert {p: p.stat().st_mtime_ns for p in deployed.path.rglob("*")} == before
    assert [*temporary.rglob("*"), *working.rglob("*")] == []


def test_missing_packages_are_named_with_the_way_to_install_them(deployed: Deployed) -> None:
    code = f"""
import sys
sys.modules["pytorch_tokenizers"] = None
from deploy import Chat
from schemas.errors import MissingExtra
try:
    Chat({str(deployed.path)!r})
except MissingExtra as error:
    print(error)
"""
    output = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert output.stdout == (
        "Running a bundle needs packages that are not installed. In a checkout, run: pip install -e '.[deploy]'\n"
    )
