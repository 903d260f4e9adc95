"""How strongly each model is preferred: the model of Bradley and Terry (1952).

The probability that i is preferred to j is s_i / (s_i + s_j). Strengths are found by the minorisation-maximisation of
Hunter (2004, Annals of Statistics 32, equation 3). A tie counts as half a preference for each.
"""

import numpy as np
import numpy.typing as npt

Wins = npt.NDArray[np.float64]
"""How often the row's model was preferred to the column's; a tie is half for each."""

PRIOR = 0.5
"""Preferences added to each side of each compared pair when a model never wins or never loses: without them its
strength has no finite estimate. Its size is that of a tie."""


def strengths(wins: Wins, *, steps: int = 10_000, tolerance: float = 1e-12) -> npt.NDArray[np.float64]:
    """Log-strengths, shape (models,), with mean 0.

    Args:
        wins: Shape (models, models).
        steps: Most steps of the iteration.
        tolerance: Largest change of a log-strength at which it ends.

    Raises:
        ValueError: If the comparisons do not link all models: then their strengths cannot be compared.
    """
    games = wins + wins.T
    if not _linked(games > 0):
        raise ValueError("the comparisons do not link all models")
    if not _linked_one_way(wins > 0):
        wins = wins + PRIOR * (games > 0)
        games = wins + wins.T
    total = wins.sum(axis=1)
    log: npt.NDArray[np.float64] = np.zeros(len(wins))
    for _ in range(steps):
        strength = np.exp(log)
        shared = games / (strength[:, None] + strength[None, :])
        new = np.log(total / shared.sum(axis=1))
        new = new - new.mean()
        if np.abs(new - log).max() < tolerance:
            return np.asarray(new)
        log = new
    return np.asarray(log)


def _linked(edges: npt.NDArray[np.bool_]) -> bool:
    """Whether every model is reached from the first."""
    reached = np.zeros(len(edges), dtype=bool)
    reached[0] = True
    for _ in edges:
        reached |= edges[reached].any(axis=0)
    return bool(reached.all())


def _linked_one_way(wins: npt.NDArray[np.bool_]) -> bool:
    """Whether each model is reached from each by preferences: then, and only then, the strengths are finite.

    Source: Ford (1957), American Mathematical Monthly 64.
    """
    return all(_linked(np.roll(np.roll(wins, -i, axis=0), -i, axis=1)) for i in range(len(wins)))
