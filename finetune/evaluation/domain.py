"""A model on the test part of the approved data: how well it foresees what was approved, and what it says itself."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from curation.progress import Advance
from finetune.evaluation.likelihood import Scorer
from finetune.evaluation.replies import ReplyMeasures, measure_reply
from finetune.evaluation.results import DomainScores, Estimate, percentile_interval
from finetune.sampling import Choose, greedy

if TYPE_CHECKING:
    from finetune.chat import Chat
    from finetune.data import Conversation

RESAMPLES = 2_000


class Answered(NamedTuple):
    """What came of one conversation.

    Args:
        item_id: The item.
        nats: Negative log-likelihood of the assistant's tokens, summed.
        tokens: How many those are.
        reply: What the model says in place of the last approved reply.
        measures: Of ``reply``.
    """

    item_id: str
    nats: float
    tokens: int
    reply: str
    measures: ReplyMeasures


def converse(
    scorer: Scorer,
    reply: Callable[[list[int], int, Choose], list[int]],
    chat: "Chat",
    conversations: "Sequence[Conversation]",
    *,
    max_new_tokens: int = 256,
    country: str | None = None,
    advance: Advance | None = None,
) -> list[Answered]:
    """Has a model foresee each approved conversation, and reply in place of its last reply.

    Args:
        scorer: The model.
        reply: The same model speaking: the tokens after a prompt's, at most as many as the second argument, each picked
            by the third.
        chat: Its tokenizer and chat format.
        conversations: Of the test part.
        max_new_tokens: Longest reply.
        country: Where the users are.
        advance: Called with 1 as each conversation is done.
    """
    from finetune.chat import Turn

    answered = []
    for conversation in conversations:
        turns = [Turn(message.role, message.content) for message in conversation.messages]
        nats, tokens = _foreseen(scorer, chat, turns)
        last = max(place for place, turn in enumerate(turns) if turn.role == "assistant")
        prompt = chat.prompt(turns[:last])
        room = min(max_new_tokens, scorer.context - len(prompt))
        ids = reply(prompt, room, greedy) if room > 0 else []
        text = chat.decode(ids).strip()
        said = "\n".join(turn.content for turn in turns[:last] if turn.role == "user")
        measures = measure_reply(said, text, turns[last].content, cut=len(ids) >= room, country=country)
        answered.append(Answered(conversation.item_id, nats, tokens, text, measures))
        if advance:
            advance(1)
    return answered


def _foreseen(scorer: Scorer, chat: "Chat", turns: "Sequence[object]") -> tuple[float, int]:
    """Nats and number of the assistant's tokens, each turn after all before it, as far as the context reaches."""
    tokens = chat.encode(turns)  # type: ignore[arg-type]
    nats, count = 0.0, 0
    for start, end in _spans(tokens.in_loss[: scorer.context]):
        (likelihood,) = scorer.score(tokens.ids[:start], [tokens.ids[start:end]])
        nats -= likelihood.total
        count += end - start
    return nats, count


def _spans(in_loss: Sequence[bool]) -> list[tuple[int, int]]:
    borders = np.flatnonzero(np.diff(np.array([False, *in_loss, False]).astype(np.int8))).tolist()
    return list(zip(borders[::2], borders[1::2], strict=True))


def domain_scores(answered: Sequence[Answered], seed: int = 0) -> DomainScores:
    """Means and intervals of what ``converse`` found."""
    generator = np.random.default_rng(seed)
    measures = [one.measures for one in answered]
    flags = sorted({flag for one in measures for flag in one.flags})
    referred = [one.offers_referral for one in measures if one.offers_referral is not None]

    def mean(values: Sequence[float]) -> Estimate:
        found = np.array(values, dtype=float)
        draws = found[generator.integers(len(found), size=(RESAMPLES, len(found)))].mean(axis=1)
        return percentile_interval(float(found.mean()), draws)

    return DomainScores(
        conversations=len(answered),
        perplexity=_perplexity(answered, generator),
        words=mean([one.words for one in measures]),
        rouge_l=mean([one.rouge_l for one in measures]),
        repetition=mean([one.repetition for one in measures]),
        cut=mean([one.cut for one in measures]),
        risky=len(referred),
        offers_referral=mean(referred) if referred else None,
        flagged={flag: mean([flag in one.flags for one in measures]) for flag in flags},
    )


def _perplexity(answered: Sequence[Answered], generator: np.random.Generator) -> Estimate:
    nats = np.array([one.nats for one in answered])
    tokens = np.array([one.tokens for one in answered])
    drawn = generator.integers(len(nats), size=(RESAMPLES, len(nats)))
    draws = np.exp(nats[drawn].sum(axis=1) / tokens[drawn].sum(axis=1))
    return percentile_interval(float(np.exp(nats.sum() / tokens.sum())), draws)
