"""What can be measured of a reply without a person: each measure says what it measures, and none says "good"."""

from collections.abc import Callable
from typing import NamedTuple

from curation.triage import Level, flag_answer, triage_text
from curation.triage.answers import NEEDS_REFERRAL, Flag, offers_referral
from finetune.evaluation.bertscore import BertScore
from schemas.errors import needs

NGRAM = 4

Similarity = Callable[[str, str], BertScore]
"""BERTScore of a reply and the approved one."""


class ReplyMeasures(NamedTuple):
    """One reply to one conversation of the test part.

    Args:
        words: Its length.
        rouge_l: Overlap with the approved reply: F1 of the longest common subsequence of stemmed words (Lin 2004). A
            good reply may share no words with the approved one.
        bertscore: How near the meanings of its words are to the approved reply's; none without an encoder. It is no
            measure of clinical quality, see ``finetune.evaluation.bertscore``.
        repetition: Share of its 4-grams that stand earlier in it already (Welleck et al. 2020).
        cut: Whether it reached the limit of tokens before it ended.
        level: The risk that was recognised in what the person wrote.
        offers_referral: Whether it names a place, a profession or a number where help is found; none where nothing in
            the person's words asks for it.
        flags: Reasons to look at it, see ``curation.triage``: an amount of a medicine, detail of a method, blame, a
            helpline's former number or one of another country.
    """

    words: int
    rouge_l: float
    bertscore: BertScore | None
    repetition: float
    cut: bool
    level: Level
    offers_referral: bool | None
    flags: tuple[Flag, ...]


def measure_reply(
    said: str,
    reply: str,
    approved: str,
    *,
    cut: bool,
    country: str | None = None,
    similarity: Similarity | None = None,
) -> ReplyMeasures:
    """Measures one reply.

    Args:
        said: All that the person wrote before it.
        reply: What the model says.
        approved: What a reviewer approved.
        cut: Whether the reply reached the limit of tokens.
        country: Where the users are (ISO 3166), for the check of helplines.
        similarity: Computes BERTScore; none leaves it out.
    """
    level = triage_text(said).level
    flags = {flagged.flag for flagged in flag_answer(reply, level, country)}
    return ReplyMeasures(
        words=len(reply.split()),
        rouge_l=_rouge_l(approved, reply),
        bertscore=similarity(reply, approved) if similarity else None,
        repetition=repetition(reply),
        cut=cut,
        level=level,
        offers_referral=offers_referral(reply) if level in NEEDS_REFERRAL else None,
        flags=tuple(sorted(flags - {"no_referral"})),
    )


def repetition(text: str, n: int = NGRAM) -> float:
    """1 - distinct n-grams / n-grams, over lower-case words; 0 for a text of fewer than n words."""
    words = text.lower().split()
    grams = [tuple(words[i : i + n]) for i in range(len(words) - n + 1)]
    return 1 - len(set(grams)) / len(grams) if grams else 0.0


def _rouge_l(approved: str, reply: str) -> float:
    with needs("eval", "comparing replies"):
        from rouge_score.rouge_scorer import RougeScorer

    return float(RougeScorer(["rougeL"], use_stemmer=True).score(approved, reply)["rougeL"].fmeasure)
