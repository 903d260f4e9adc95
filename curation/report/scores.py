"""What other thresholds of deduplication would do: exact over all stored scores, however few pairs the page shows."""

from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from schemas.manifest import BuildManifest


class Threshold(NamedTuple):
    """One place of the slider.

    ``removed`` is what the rule removes at this threshold. The pairs are those whose score lies between this threshold
    and the next: ``free`` ones, of which one goes if the score reaches the threshold, and ``guarded`` ones, which
    differ in a word of meaning and both stay at any.
    """

    score: float
    removed: int
    free: int
    guarded: int


class Thresholds(NamedTuple):
    """All places of the slider; ``chosen`` is that of this build."""

    steps: list[Threshold]
    chosen: int

    @property
    def pairs(self) -> int:
        return sum(one.free + one.guarded for one in self.steps)

    @property
    def highest(self) -> int:
        return max(one.free + one.guarded for one in self.steps)


def thresholds(manifest: BuildManifest, near: pa.Table) -> Thresholds | None:
    """What the build would have removed at other thresholds; None where no near-duplicates were looked for.

    Args:
        manifest: The counts of removals that the rule comes to at each threshold.
        near: The near pairs, columns of :data:`curation.flow.PAIRS`.
    """
    if not manifest.config["dedup"]["near"] or not manifest.removed_at:
        return None
    removed = {float(score): number for score, number in manifest.removed_at.items()}
    scores = np.array(sorted(removed))
    same = pc.equal(near["relation"], "same")
    found = [
        _counted(near.filter(pc.and_(same, pc.equal(near["guarded"], guarded)))["score"], scores)
        for guarded in (False, True)
    ]
    steps = [
        Threshold(score, removed[score], int(free), int(guarded))
        for score, free, guarded in zip(scores.tolist(), *found, strict=True)
    ]
    return Thresholds(steps, int(np.searchsorted(scores, manifest.config["dedup"]["threshold"])))


def _counted(values: pa.ChunkedArray, scores: NDArray[np.float64]) -> NDArray[np.int64]:
    """How many values lie between each score and the next."""
    places = np.searchsorted(scores, values.to_numpy(), side="right") - 1
    return np.bincount(places[places >= 0], minlength=len(scores))
