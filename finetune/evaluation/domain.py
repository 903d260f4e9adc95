"""A model on the test part of the approved data: how well it foresees what was approved, and what it says itself."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from curation.progress import Advance
from finetune.evaluation.likelihood import Scorer
from finetune.evaluation.remembered import Replies, Reply
from finetune.evaluation.replies import ReplyMeasures, Similarity, measure_reply
from finetune.evaluation.results import (
    CONVERSATION_RESAMPLES,
    Compared,
    DomainScores,
    compared_means,
    percentile_interval,
)
from finetune.sampling import Choose, greedy

if TYPE_CHECKING:
    from finetune.chat import Chat, ChatTokens
    from finetune.data import Conversation


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
    similarity: Similarity | None = None,
    remembered: Replies | None = None,
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
        similarity: BERTScore of a reply and the approved one.
        remembered: What the model replied before.
        advance: Called with 1 as each conversation is done.
    """
    from finetune.chat import Turn

    answered = []
    for conversation in conversations:
        turns = [Turn(message.role, message.content) for message in conversation.messages]
        last = last_reply(conversation)
        approved, prompt = chat.encode(turns), chat.prompt(turns[:last])
        room = min(max_new_tokens, scorer.context - len(prompt))
        key = Replies.key(approved.ids, prompt, room)
        found = remembered.get(key) if remembered else None
        if found is None:
            nats, tokens = _foreseen(scorer, approved)
            found = Reply(nats, tokens, reply(prompt, room, greedy) if room > 0 else [])
            if remembered:
                remembered.put(key, found)
        text = chat.decode(found.ids).strip()
        said = "\n".join(turn.content for turn in turns[:last] if turn.role == "user")
        measures = measure_reply(
            said, text, turns[last].content, cut=len(found.ids) >= room, country=country, similarity=similarity
        )
        answered.append(Answered(conversation.item_id, found.nats, found.tokens, text, measures))
        if advance:
            advance(1)
    return answered


def last_reply(conversation: "Conversation") -> int:
    """The place of the turn that the models reply in place of."""
    return max(place for place, turn in enumerate(conversation.messages) if turn.role == "assistant")


def _foreseen(scorer: Scorer, tokens: "ChatTokens") -> tuple[float, int]:
    """Nats and number of the assistant's tokens, each turn after all before it, as far as the context reaches."""
    nats, count = 0.0, 0
    for start, end in _spans(tokens.in_loss[: scorer.context]):
        (likelihood,) = scorer.score(tokens.ids[:start], [tokens.ids[start:end]])
        nats -= likelihood.total
        count += end - start
    return nats, count


def _spans(in_loss: Sequence[bool]) -> list[tuple[int, int]]:
    borders = np.flatnonzero(np.diff(np.array([False, *in_loss, False]).astype(np.int8))).tolist()
    return list(zip(borders[::2], borders[1::2], strict=True))


def domain_scores(answered: Sequence[Answered], first: Sequence[Answered] | None = None) -> DomainScores:
    """Means and intervals of what ``converse`` found.

    Args:
        answered: Of a model.
        first: Of the model that it is compared with, on the same conversations.
    """
    flags = sorted({flag for one in (*answered, *(first or [])) for flag in one.measures.flags})

    def mean(value: Callable[[ReplyMeasures], float | None]) -> Compared | None:
        values, others = ([value(one.measures) for one in model or []] for model in (answered, first))
        return compared_means(values, others if first is not None else None)

    def all_have(value: Callable[[ReplyMeasures], float]) -> Compared:
        found = mean(value)
        assert found is not None, "every reply has this measure"
        return found

    return DomainScores(
        conversations=len(answered),
        perplexity=_perplexity(answered, first),
        words=all_have(lambda one: one.words),
        rouge_l=all_have(lambda one: one.rouge_l),
        bertscore_precision=mean(lambda one: one.bertscore and one.bertscore.precision),
        bertscore_recall=mean(lambda one: one.bertscore and one.bertscore.recall),
        bertscore_f1=mean(lambda one: one.bertscore and one.bertscore.f1),
        repetition=all_have(lambda one: one.repetition),
        cut=all_have(lambda one: one.cut),
        risky=sum(one.measures.offers_referral is not None for one in answered),
        offers_referral=mean(lambda one: one.offers_referral),
        flagged={flag: all_have(partial(_has_flag, flag)) for flag in flags},
    )


def _has_flag(flag: str, measures: ReplyMeasures) -> bool:
    return flag in measures.flags


def _perplexity(answered: Sequence[Answered], first: Sequence[Answered] | None, seed: int = 0) -> Compared:
    drawn = np.random.default_rng(seed).integers(len(answered), size=(CONVERSATION_RESAMPLES, len(answered)))
    value, draws = _perplexities(answered, drawn)
    difference = None
    if first is not None:
        other, others = _perplexities(first, drawn)
        difference = percentile_interval(value - other, draws - others)
    return Compared(**percentile_interval(value, draws).model_dump(), difference=difference)


def _perplexities(answered: Sequence[Answered], drawn: NDArray[np.int64]) -> tuple[float, NDArray[np.float64]]:
    """Over all conversations, and over each drawing of them."""
    nats = np.array([one.nats for one in answered])
    tokens = np.array([one.tokens for one in answered])
    draws = np.exp(nats[drawn].sum(axis=1) / tokens[drawn].sum(axis=1))
    return float(np.exp(nats.sum() / tokens.sum())), draws
