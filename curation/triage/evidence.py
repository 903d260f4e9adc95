"""What recognition finds in a text, and the verdict that comes of it."""

from typing import NamedTuple

from curation.triage.levels import Level

HISTORY = "history"


class Evidence(NamedTuple):
    """A phrase in the text: code points ``start`` to ``end`` (exclusive), the rule that it met, and how sure that is.

    ``rule`` is ``level/group``, such as ``passive/wish-to-be-dead``; a phrase about someone else is
    ``third_party/wish-to-be-dead``, and one about the past ``history/self-harm``. Where it is ``level/model``, no rule
    was met: the trained model took the sentences for that level, and ``confidence`` is the chance that it gives.
    """

    start: int
    end: int
    rule: str
    confidence: float


class Triaged(NamedTuple):
    """What was recognised in a text: the most urgent level, whether there is a history, and the phrases."""

    level: Level
    history: bool
    evidence: list[Evidence]


class Found(NamedTuple):
    """Evidence with its level, and the levels of which there must be other evidence for it to count."""

    level: Level
    evidence: Evidence
    beside: tuple[Level, ...] = ()
    own: bool = True
    """Whether the phrase itself names the one who writes: I, me, my."""
