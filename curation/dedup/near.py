"""Near-duplicates: candidates, compared word by word, and of each set of them the one that stays.

Texts are given in the order of preference: of two that say the same the earlier one stays. Nothing here depends on any
other order, so that the result is the same however the rows came.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from curation.dedup.candidates import Meet, candidate_pairs, meetings
from curation.dedup.compare import Comparable, Compared, Comparer
from curation.dedup.groups import Groups
from curation.dedup.terms import Terms
from curation.garbage import without_collection
from curation.progress import Progress, silent
from schemas.config import DedupConfig

Relation = Literal["same", "same answer", "same question"]
Zone = Literal["removed", "grey", "different"]

ROUNDS = 3
"""How often what stands is compared with the texts that took the place of its near-duplicates."""


class NearPair(NamedTuple):
    """Two texts that are alike, ``first`` being preferred."""

    first: int
    second: int
    relation: Relation
    score: float
    """See :class:`curation.dedup.verdict.Verdict`; of a pair of items, of the least alike of their fields."""
    guarded: bool
    """Whether the words that differ mean too much for one to be removed, whatever the threshold."""
    goes: int
    """0 where either may go, 1 or 2 where only the first or the second may, since the other holds more."""
    words: tuple[str, ...]
    """The words that decided."""

    def zone(self, threshold: float, grey_threshold: float) -> Zone:
        """Where the pair falls with these thresholds."""
        if self.score >= threshold and not self.guarded:
            return "removed"
        return "grey" if self.score >= grey_threshold else "different"


class Removal(NamedTuple):
    """A text that goes, and the pair that says why."""

    place: int
    kept: int
    pair: NearPair


class Near(NamedTuple):
    """What was found: all pairs that are alike enough to be told of, so that other thresholds can be tried on them."""

    pairs: list[NearPair]
    ranks: NDArray[np.int64]
    """Shape (texts,): a text of a smaller rank is preferred to one of a larger, whichever holds more."""

    def removals(self, threshold: float, *, same_answer: bool = False) -> dict[int, Removal]:
        """The texts that go with this threshold: each was compared with the very one that stands for it, which stays.

        Args:
            threshold: The least score of a pair of which one goes.
            same_answer: Whether the same answer under another question goes as well.
        """
        return self._removals(self._partners(threshold, same_answer), threshold)

    def at_thresholds(self, config: DedupConfig) -> dict[str, int]:
        """How many texts other thresholds would remove, the configured one among them."""
        thresholds = sorted({config.threshold, config.grey_threshold, *(float(one) for one in range(50, 101))})
        thresholds = [one for one in thresholds if one >= config.grey_threshold]
        counts = [0] * len(thresholds)
        for partners in self._sets(config.grey_threshold):
            # Between two thresholds with no score of the set in between, the same texts go.
            steps = {bisect_right(thresholds, pair.score) for of_place in partners.values() for pair in of_place}
            for low, high in pairwise([0, *sorted(steps)]):
                gone = len(self._removals(partners, thresholds[high - 1]))
                for place in range(low, high):
                    counts[place] += gone
        return {f"{one:g}": count for one, count in zip(thresholds, counts, strict=True)}

    def _sets(self, threshold: float) -> Iterable[dict[int, list[NearPair]]]:
        """The pairs of which one text can go, set by set: what becomes of one set does not depend on another."""
        partners = self._partners(threshold, same_answer=False)
        groups = Groups(len(self.ranks))
        for of_place in partners.values():
            for pair in of_place:
                groups.join(pair.first, pair.second)
        roots = groups.roots()
        sets: dict[int, dict[int, list[NearPair]]] = defaultdict(dict)
        for place, of_place in partners.items():
            sets[int(roots[place])][place] = of_place
        return sets.values()

    def _partners(self, threshold: float, same_answer: bool) -> dict[int, list[NearPair]]:
        """The pairs of which one text can go, by their first text, in the order of these."""
        relations = ("same", "same answer") if same_answer else ("same",)
        partners: dict[int, list[NearPair]] = defaultdict(list)
        for pair in self.pairs:
            if not pair.guarded and pair.score >= threshold and pair.relation in relations:
                partners[pair.first].append(pair)
        return dict(sorted(partners.items()))

    def _removals(self, partners: dict[int, list[NearPair]], threshold: float) -> dict[int, Removal]:
        gone: dict[int, Removal] = {}
        keepers: set[int] = set()
        for place, of_place in partners.items():
            if place in gone:
                continue
            pairs = [pair for pair in of_place if pair.score >= threshold]
            whole = [pair for pair in pairs if pair.goes == 1 and self._are_equal(pair) and pair.second not in gone]
            if whole and place not in keepers:
                gone[place] = Removal(place, whole[0].second, whole[0])
                keepers.add(whole[0].second)
                continue
            for pair in pairs:
                if pair.goes != 1 and pair.second not in gone and pair.second not in keepers:
                    gone[pair.second] = Removal(pair.second, place, pair)
                    keepers.add(place)
        return gone

    def _are_equal(self, pair: NearPair) -> bool:
        return bool(self.ranks[pair.first] == self.ranks[pair.second])


@without_collection()
def near_duplicates(
    comparable: Comparable,
    config: DedupConfig,
    terms: Terms,
    progress: Progress = silent,
    meet: Meet = meetings,
) -> Near:
    """Finds the pairs of texts that are alike.

    Args:
        comparable: The texts, the preferred ones first.
        config: The thresholds.
        terms: Words of the field.
        progress: Told of the pairs compared.
        meet: Finds the candidates.
    """
    lengths = np.fromiter(map(len, comparable.words), np.int64, len(comparable.words))
    pairs = candidate_pairs(comparable.signatures, lengths, meet)
    pairs = pairs[lengths[pairs].min(axis=1) > 0]
    comparer = Comparer(comparable, terms, config.grey_threshold)
    with progress("sift", len(pairs)) as advance:
        pairs = comparer.near(pairs, advance)
    with progress("compare", len(pairs)) as advance:
        compared = comparer.compare(pairs, advance)
        seen = {(one.first, one.second) for one in compared}
        near = Near(_told(compared, config), comparable.ranks)
        del compared
        more = comparer.greeted() - seen
        for _ in range(ROUNDS):
            # Of the candidates that were left out as too far apart, a near-duplicate's keeper is worth a second look.
            more |= _with_new_keepers(near, config) - seen
            if not more:
                break
            seen |= more
            near.pairs.extend(_told(comparer.compare(np.array(sorted(more), np.int64), candidates=False), config))
            near.pairs.sort()
            more = set()
    if config.model is not None:
        near.pairs.extend(_paraphrases(comparable, near, config, progress))
        near.pairs.sort()
    return near


def _paraphrases(comparable: Comparable, near: Near, config: DedupConfig, progress: Progress) -> list[NearPair]:
    from curation.dedup.semantic import paraphrases

    known = {(pair.first, pair.second) for pair in near.pairs}
    texts = ["\n".join(fields) for fields in comparable.texts(range(len(comparable.words)))]
    found = paraphrases(texts, Path(config.model or ""), config.model_threshold / 100, progress)
    return [pair for pair in found if (pair.first, pair.second) not in known]


def _told(compared: Iterable[Compared], config: DedupConfig) -> list[NearPair]:
    pairs = [related(one, config) for one in compared]
    return [pair for pair in pairs if pair.score >= config.grey_threshold]


def related(compared: Compared, config: DedupConfig) -> NearPair:
    """A pair of items from what its fields come to: all of them must say the same for one item to go."""
    verdicts = compared.verdicts
    if len(verdicts) == 2:
        question, answer = (_alone(compared, place) for place in (0, 1))
        zones = [one.zone(config.threshold, config.grey_threshold) for one in (question, answer)]
        if zones == ["different", "removed"]:
            return answer._replace(relation="same answer", words=(*question.words, *answer.words))
        if zones == ["removed", "different"]:
            return question._replace(relation="same question", words=(*question.words, *answer.words))
    goes = {verdict.only for verdict in verdicts} - {0}
    return NearPair(
        compared.first,
        compared.second,
        "same",
        min(verdict.score for verdict in verdicts),
        any(verdict.guarded for verdict in verdicts) or len(goes) > 1,
        max(goes, default=0),
        tuple(words for verdict in verdicts for words in verdict.words),
    )


def _alone(compared: Compared, place: int) -> NearPair:
    verdict = compared.verdicts[place]
    return NearPair(
        compared.first, compared.second, "same", verdict.score, verdict.guarded, verdict.only, verdict.words
    )


def _with_new_keepers(near: Near, config: DedupConfig) -> set[tuple[int, int]]:
    """Pairs of texts that stand and the keepers of their near-duplicates that are gone."""
    gone = near.removals(config.threshold)
    more = set()
    for pair in near.pairs:
        if pair.relation == "same" and not pair.guarded and pair.score >= config.threshold:
            for one, other in ((pair.first, pair.second), (pair.second, pair.first)):
                if one in gone and other not in gone and gone[one].kept != other:
                    more.add((min(gone[one].kept, other), max(gone[one].kept, other)))
    return more
