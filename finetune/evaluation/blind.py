"""Conversations of the test part with the models' replies, as blind requests to a judge.

The judge sees what was said before the approved reply, and the replies with numbers, in an order drawn for the
conversation. All of it is scrubbed once more: a model can say a name that it was trained on.
"""

import json
import random
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from curation.config import load_config
from curation.generate.replies import format_of
from curation.generate.sentences import tokens
from curation.progress import Progress
from curation.step import digest
from curation.workspace import Workspace
from finetune.evaluation.domain import last_reply
from finetune.evaluation.rubric import SYSTEM, VERSION, Ratings
from schemas.config import GenerateConfig

if TYPE_CHECKING:
    from finetune.data import Conversation, Message

ANSWER_TOKENS = 120
"""The most tokens that the rating of one reply takes."""


class BlindRequest(NamedTuple):
    """What is asked of one conversation. ``order`` holds, for each reply as shown, the number of its model."""

    about: str
    body: dict[str, Any]
    key: str
    order: list[int]

    @property
    def tokens(self) -> int:
        """The most that it comes to, about, sent and received."""
        sent = sum(tokens(message["content"]) for message in self.body["messages"])
        return sent + int(self.body["max_tokens"])


def blind_requests(
    workspace: Workspace,
    config: GenerateConfig,
    conversations: "Sequence[Conversation]",
    replies: Sequence[Sequence[str]],
    progress: Progress,
) -> tuple[list[BlindRequest], int]:
    """The requests, in the order of the conversations, and how many stretches are masked in them."""
    from curation.pii import scrub_items

    pii = load_config(workspace).pii.model_copy(update={"mode": "placeholder"})
    requests, masked = [], 0
    with progress("scrub", len(conversations)) as advance:
        for place, conversation in enumerate(conversations):
            said = before_the_reply(conversation)
            texts = {f"turn {number}": turn.content for number, turn in enumerate(said)}
            texts |= {f"reply {number}": own[place] for number, own in enumerate(replies)}
            (scrubbed,) = scrub_items([texts], pii, ["en"])
            masked += sum(len(one.spans) for one in scrubbed.values())
            clean = {name: one.text for name, one in scrubbed.items()}
            requests.append(_request(conversation.item_id, said, clean, len(replies), config))
            advance(1)
    return requests, masked


def before_the_reply(conversation: "Conversation") -> "list[Message]":
    """What people said before the reply that was approved last; the system prompt is none of it."""
    return [turn for turn in conversation.messages[: last_reply(conversation)] if turn.role != "system"]


def _request(
    item_id: str, said: "Sequence[Message]", clean: Mapping[str, str], replies: int, config: GenerateConfig
) -> BlindRequest:
    order = list(range(replies))
    random.Random(digest(item_id)).shuffle(order)  # the same for every run, so that answers are found again
    who = {"user": "person", "assistant": "supporter"}
    shown = {
        "conversation": [{"who": who[turn.role], "text": clean[f"turn {number}"]} for number, turn in enumerate(said)],
        "replies": [{"reply": place, "text": clean[f"reply {number}"]} for place, number in enumerate(order, start=1)],
    }
    body = {
        "model": config.model,
        "messages": [
            {"role": "system", "content": SYSTEM},
            {"role": "user", "content": json.dumps(shown, ensure_ascii=False, indent=1)},
        ],
        "temperature": config.temperature,
        "seed": config.seed,
        "max_tokens": ANSWER_TOKENS * replies + 50,
        "response_format": format_of(Ratings),
    }
    # With the address: two servers may call their models alike.
    return BlindRequest(item_id, body, digest([VERSION, config.base_url, body]), order)
