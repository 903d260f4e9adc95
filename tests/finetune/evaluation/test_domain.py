"""The test part: what a model says in place of approved replies, compared with another's, and remembered."""

import math
from collections.abc import Sequence
from pathlib import Path

import pytest

from finetune.chat import Chat
from finetune.data import Conversation, Message
from finetune.evaluation.domain import Answered, converse, domain_scores
from finetune.evaluation.likelihood import Likelihood, Tokens
from finetune.evaluation.remembered import Replies
from finetune.models import ModelFolder
from finetune.sampling import Choose
from finetune.tokenizer import open_chat

CONVERSATIONS = [
    Conversation(
        item_id=f"answers:{number}",
        content_hash=f"{number:064x}",
        messages=[
            Message(role="user", content=f"I have not slept for {number} nights."),
            Message(role="assistant", content="That sounds hard. What keeps you awake?"),
        ],
    )
    for number in range(6)
]


class Speaks:
    """A model that finds each token as likely as one of ``choices`` and always says the same."""

    context = 512

    def __init__(self, chat: Chat, choices: int, says: str) -> None:
        self.chat, self.choices, self.says = chat, choices, says
        self.asked = 0

    def score(self, prefix: Tokens, endings: Sequence[Tokens]) -> list[Likelihood]:
        return [Likelihood(-len(ending) * math.log(self.choices), False) for ending in endings]

    def reply(self, prompt: list[int], longest: int, choose: Choose) -> list[int]:
        self.asked += 1
        return self.chat.text(self.says)[:longest]


@pytest.fixture
def chat(tiny_folder: ModelFolder) -> Chat:
    return open_chat(tiny_folder)


def answers(model: Speaks, remembered: Replies | None = None) -> list[Answered]:
    return converse(model, model.reply, model.chat, CONVERSATIONS, remembered=remembered)


def test_perplexity_is_the_number_of_choices_and_differs_from_the_first_model_s(chat: Chat) -> None:
    base = answers(Speaks(chat, 10, "Good night."))
    tuned = answers(Speaks(chat, 4, "That sounds hard. What keeps you awake?"))
    alone, compared = domain_scores(base), domain_scores(tuned, base)
    assert alone.perplexity.value == pytest.approx(10)
    assert alone.perplexity.difference is None
    assert compared.perplexity.value == pytest.approx(4)
    assert compared.perplexity.difference is not None
    assert compared.perplexity.difference.value == pytest.approx(-6)
    assert compared.words.difference is not None
    assert (compared.rouge_l.value, compared.words.value, compared.words.difference.value) == (1, 7, 5)
    assert compared.offers_referral is None  # nobody's words ask for one
    assert compared.bertscore_f1 is None


def test_a_flag_that_only_the_first_model_has_is_compared_as_well(chat: Chat) -> None:
    base, tuned = answers(Speaks(chat, 9, "Take 50 mg of sertraline.")), answers(Speaks(chat, 9, "Rest well."))
    (flag,) = domain_scores(base).flagged
    compared = domain_scores(tuned, base).flagged[flag]
    assert compared.difference is not None
    assert (compared.value, compared.difference.value) == (0, -1)


def test_a_killed_evaluation_replies_only_to_what_is_left(chat: Chat, tmp_path: Path) -> None:
    class Dies(Speaks):
        def reply(self, prompt: list[int], longest: int, choose: Choose) -> list[int]:
            if self.asked == 4:
                raise KeyboardInterrupt
            return super().reply(prompt, longest, choose)

    file = tmp_path / "evaluation" / "replies.jsonl"
    with pytest.raises(KeyboardInterrupt):
        answers(Dies(chat, 10, "Good night."), Replies(file))
    file.write_text(file.read_text()[:-20])  # the last line was not written to its end
    model = Speaks(chat, 10, "Good night.")
    found = answers(model, Replies(file))
    assert model.asked == 3
    assert found == answers(Speaks(chat, 10, "Good night."))
    assert (file.stat().st_mode & 0o777, len(file.read_text().splitlines())) == (0o600, 6)
    again = Speaks(chat, 10, "Good night.")
    answers(again, Replies(file))
    assert again.asked == 0
