"""The levels of risk that the queue is ordered by."""

from typing import Literal, get_args

Level = Literal["none", "third_party", "passive", "self_harm", "abuse_now", "harm_to_others", "active"]
"""From the least to the most urgent: how soon the life or the safety of somebody within reach could be at stake.

- ``none``: no phrase was recognised. That is not the same as no risk.
- ``third_party``: someone the seeker speaks of may be at risk.
- ``passive``: a wish to be dead, without thoughts of killing oneself.
- ``self_harm``: harming oneself without a word about dying.
- ``abuse_now``: violence or coercion that goes on, against the seeker.
- ``harm_to_others``: threat of violence by the seeker, or violence done to someone in their care.
- ``active``: thoughts of killing oneself, with or without method, intent, plan or attempt.

The order is a convention for a queue, to be changed here by a clinician; it ranks texts for reading, not people.
"""

LEVELS: tuple[Level, ...] = get_args(Level)


def most_urgent(levels: list[Level]) -> Level:
    """The most urgent of ``levels``; ``none`` of an empty list."""
    return max(levels, key=LEVELS.index, default="none")
