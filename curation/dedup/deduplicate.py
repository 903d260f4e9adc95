"""The deduplication of items: exact, then near; and the groups that a split must not part."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from curation.dedup.candidates import Meet, meetings
from curation.dedup.compare import Comparable
from curation.dedup.groups import Groups
from curation.dedup.keeper import preferred
from curation.dedup.minhash import PERMUTATIONS
from curation.dedup.near import Near, NearPair, Relation, near_duplicates
from curation.dedup.sign import compared
from curation.dedup.terms import terms_of
from curation.long_tables import taken
from curation.progress import Progress, silent
from schemas.config import DedupConfig

EXACT, NEAR, SAME_ANSWER = "exact duplicate", "near-duplicate", "same answer under another question"


class Duplicate(NamedTuple):
    """One item that goes, the one that stands for it, and why."""

    place: int
    kept: int
    reason: str
    score: float
    """0 to 100, see :class:`curation.dedup.verdict.Verdict`."""
    words: tuple[str, ...]
    """The words that differ and mean something, each as ``before -> after``."""


class Pair(NamedTuple):
    """Two items that are alike, whatever became of them: other thresholds can be tried on these."""

    first: int
    """The preferred one."""
    second: int
    relation: Relation
    score: float
    guarded: bool
    """Whether the words that differ mean too much for one to be removed, whatever the threshold."""
    zone: str
    """``removed``, ``grey`` (for a reviewer to decide, both stay until then) or ``kept`` (reported only)."""
    words: tuple[str, ...]


class Deduplicated(NamedTuple):
    """What :func:`deduplicate` found; places are rows of the table that it was given."""

    duplicates: list[Duplicate]
    groups: list[int]
    """For each item, the place of the first item of its group."""
    pairs: list[Pair]
    """The near pairs, the most alike last."""
    at_thresholds: dict[str, int]
    """How many near-duplicates other thresholds would remove."""


def deduplicate(
    items: pa.Table,
    config: DedupConfig,
    *,
    reviewed: Collection[str] = frozenset(),
    sources: Sequence[str] = (),
    progress: Progress = silent,
    meet: Meet = meetings,
) -> Deduplicated:
    """Finds the items that say what another says, and groups those that must not part in a split.

    Two QA pairs are duplicates when their questions are and their answers are. Two dialogues are when their turns are,
    or when one breaks off where the other goes on. Every item that goes was compared with the very one that stands for
    it (:mod:`curation.dedup.keeper` says which one that is). A group holds near pairs that stay, the answers of one
    question, the questions of one answer, and items with a parent in common. The order of the rows changes nothing.

    Args:
        items: Columns of :data:`curation.table.CONTENT`, of :class:`curation.dedup.sign.Sign`, ``item_id``,
            ``provenance``.
        config: The thresholds.
        reviewed: Ids of items that a reviewer has decided on; of two that say the same these stay.
        sources: The sources in their order.
        progress: Told how far it is.
        meet: Finds the candidates for near-duplicates.
    """
    words = [np.frombuffer(one, "<u4") for one in items["words"].to_pylist()]
    order, standings = preferred(items, list(map(len, words)), reviewed, sources)
    exact, standing = _exact(items, order)
    near = _near(items, words, [(order[rank], int(standings[rank])) for rank in standing], config, progress, meet)
    places = [order[rank] for rank in standing]
    removals = near.removals(config.threshold, same_answer=config.same_answer == "remove")
    removed = [
        Duplicate(places[one.place], places[one.kept], _reason(one.pair), one.pair.score, one.pair.words)
        for one in removals.values()
    ]
    duplicates = _settled([*exact, *removed])
    pairs = sorted((_pair(pair, places, config, removals.keys()) for pair in near.pairs), key=lambda one: one.score)
    return Deduplicated(duplicates, _groups(items, duplicates, pairs), pairs, near.at_thresholds(config))


def _exact(items: pa.Table, order: list[int]) -> tuple[list[Duplicate], list[int]]:
    """Items equal but for case, spacing and punctuation to a preferred one, and the ranks of all others."""
    first: dict[bytes, int] = {}
    keys = items["exact_key"].to_pylist()
    duplicates, standing = [], []
    for rank, place in enumerate(order):
        kept = first.setdefault(keys[place], place)
        if kept == place:
            standing.append(rank)
        else:
            duplicates.append(Duplicate(place, kept, EXACT, 100.0, ()))
    return duplicates, standing


def _near(
    items: pa.Table,
    words: list[np.ndarray],  # type: ignore[type-arg]
    standing: list[tuple[int, int]],
    config: DedupConfig,
    progress: Progress,
    meet: Meet,
) -> Near:
    """Near pairs among the items at these places, which have these standings; numbered by their place in the list."""
    places = [place for place, _ in standing]
    ranks = np.array([rank for _, rank in standing], np.int64)
    if not config.near or not places:
        return Near([], ranks)
    at = np.array(places, np.int64)
    signatures = np.concatenate([_signatures(chunk) for chunk in items["signature"].chunks])[at]
    batches = items.select(["question", "answer", "turns"]).to_batches()

    def texts(wanted: Sequence[int]) -> list[tuple[str, ...]]:
        return [compared(row) for row in taken(batches, at[np.asarray(wanted, np.int64)]).to_pylist()]

    question_words = items["question_words"].fill_null(-1).to_numpy().astype(np.int64)[at]
    comparable = Comparable([words[place] for place in places], question_words, signatures, ranks, texts)
    near = near_duplicates(comparable, config, terms_of(config), progress, meet)
    answers = items["answer_key"].to_pylist()
    return Near(sorted([*near.pairs, *_equal_answers([answers[place] for place in places], near)]), ranks)


def _signatures(chunk: pa.Array) -> NDArray[np.uint16]:
    """Shape (rows, permutations), of a column of their bytes."""
    return np.frombuffer(b"".join(chunk.to_pylist()), "<u2").reshape(len(chunk), PERMUTATIONS)


def _equal_answers(keys: list[bytes | None], near: Near) -> list[NearPair]:
    """Items in the order of preference, given the keys of their answers, that have the answer of an earlier one, word
    for word, and are no near pair of it.
    """
    known = {(pair.first, pair.second) for pair in near.pairs}
    first: dict[bytes, int] = {}
    pairs = []
    for place, key in enumerate(keys):
        if key is not None and (earlier := first.setdefault(key, place)) != place and (earlier, place) not in known:
            pairs.append(NearPair(earlier, place, "same answer", 100.0, False, 0, ()))
    return pairs


def _reason(pair: NearPair) -> str:
    return SAME_ANSWER if pair.relation == "same answer" else NEAR


def _pair(pair: NearPair, places: list[int], config: DedupConfig, gone: Collection[int]) -> Pair:
    zone = "kept"
    if pair.first in gone or pair.second in gone:
        zone = "removed"
    elif pair.relation == "same":
        zone = "grey"
    return Pair(places[pair.first], places[pair.second], pair.relation, pair.score, pair.guarded, zone, pair.words)


def _groups(items: pa.Table, duplicates: list[Duplicate], pairs: list[Pair]) -> list[int]:
    groups = Groups(len(items))
    for pair in pairs:
        groups.join(pair.first, pair.second)
    for duplicate in duplicates:
        groups.join(duplicate.place, duplicate.kept)
    for column in ("question_key", "answer_key"):
        groups.join_equal((key,) if key is not None else () for key in items[column].to_pylist())
    groups.join_equal(provenance["parent_ids"] or () for provenance in items["provenance"].to_pylist())
    roots: list[int] = groups.roots().tolist()
    return roots


def _settled(duplicates: list[Duplicate]) -> list[Duplicate]:
    """Each duplicate with one that stays: an exact one's keeper can itself be a near-duplicate of another."""
    keeper = {duplicate.place: duplicate for duplicate in duplicates}
    settled = []
    for duplicate in duplicates:
        further = keeper.get(duplicate.kept)
        if further is not None:
            duplicate = further._replace(place=duplicate.place)
        settled.append(duplicate)
    return sorted(settled)
