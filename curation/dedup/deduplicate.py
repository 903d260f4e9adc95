"""The deduplication of items: exact, then near; and the groups that a split must not part."""

from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from curation.dedup.candidates import candidate_pairs
from curation.dedup.groups import Groups
from curation.dedup.sign import PERMUTATIONS, compared
from curation.dedup.verify import differ_by_typos_only, similarity
from curation.table import texts
from schemas.config import DedupConfig

EXACT, NEAR = "exact duplicate", "near-duplicate"


class Duplicate(NamedTuple):
    """One item that goes, the one that stands for it, and why."""

    place: int
    kept: int
    reason: str
    score: float
    """Similarity of the least similar field, 0 to 100."""


class Deduplicated(NamedTuple):
    """What :func:`deduplicate` found; places are rows of the table that it was given."""

    duplicates: list[Duplicate]
    groups: list[int]
    """For each item, the place of the first item of its group."""


class _Pair(NamedTuple):
    first: int
    second: int
    score: float
    same: bool
    """Whether one of the two may go."""


Preference = tuple[bool, int, int]
"""Of duplicates the one with the smallest stays: written by a human, then longer, then earlier."""


def deduplicate(items: pa.Table, config: DedupConfig) -> Deduplicated:
    """Finds the items that say what another says, and groups those that must not part in a split.

    Two QA pairs are duplicates when their questions are and their answers are; two dialogues when all their turns are.
    Of a set of duplicates the one written by a human stays, then the longer, then the earlier, and every other was
    compared with it directly. A group holds near-duplicates that stay, the answers of one question, the questions of
    one answer, and items with a parent in common.

    Args:
        items: Columns of :data:`curation.table.CONTENT`, of :class:`curation.dedup.sign.Sign` and ``provenance``.
        config: The thresholds.
    """
    preferences = _preferences(items)
    duplicates = _exact(items, preferences)
    gone = {duplicate.place for duplicate in duplicates}
    standing = np.array([place for place in range(len(items)) if place not in gone], dtype=np.int64)
    pairs = _scored_pairs(items, standing, config) if config.near and len(standing) > 1 else []
    duplicates = _settled([*duplicates, *_stars(pairs, preferences)])

    groups = Groups(len(items))
    for pair in pairs:
        if pair.score >= config.group_threshold:
            groups.join(pair.first, pair.second)
    for duplicate in duplicates:
        groups.join(duplicate.place, duplicate.kept)
    for column in ("question_key", "answer_key"):
        groups.join_equal((key,) if key is not None else () for key in items[column].to_pylist())
    groups.join_equal(provenance["parent_ids"] or () for provenance in items["provenance"].to_pylist())
    return Deduplicated(duplicates, groups.roots().tolist())


def _preferences(items: pa.Table) -> list[Preference]:
    rows = items.select(["question", "answer", "turns", "provenance"]).to_pylist()
    return [(row["provenance"]["origin"] != "human", -_length(row), place) for place, row in enumerate(rows)]


def _length(row: dict[str, Any]) -> int:
    """Characters without white space: a line break more is not a longer answer."""
    return sum(len(part) for _, text in texts(row) for part in text.split())


def _exact(items: pa.Table, preferences: list[Preference]) -> list[Duplicate]:
    same: dict[bytes, list[int]] = {}
    for place, key in enumerate(items["exact_key"].to_pylist()):
        same.setdefault(key, []).append(place)
    duplicates = []
    for places in same.values():
        kept, *others = sorted(places, key=preferences.__getitem__)
        duplicates += [Duplicate(place, kept, EXACT, 100.0) for place in others]
    return duplicates


def _scored_pairs(items: pa.Table, standing: Any, config: DedupConfig) -> list[_Pair]:
    """Candidate pairs of items with as many fields, with the similarity of their least similar field."""
    signatures = np.frombuffer(b"".join(items["signature"].take(standing).to_pylist()), dtype="<u4")
    places = standing[candidate_pairs(signatures.reshape(len(standing), PERMUTATIONS))]
    involved = np.unique(places)
    rows = items.select(["question", "answer", "turns"]).take(involved).to_pylist()
    fields = dict(zip(involved.tolist(), map(compared, rows), strict=True))
    pairs = []
    for first, second in places.tolist():
        if len(fields[first]) == len(fields[second]):
            score = min(map(similarity, fields[first], fields[second]))
            same = score >= config.threshold and all(map(differ_by_typos_only, fields[first], fields[second]))
            pairs.append(_Pair(first, second, score, same))
    return pairs


def _stars(pairs: list[_Pair], preferences: list[Preference]) -> list[Duplicate]:
    """Of verified pairs, the items that go: each was compared with the very item that stands for it."""
    partners: dict[int, dict[int, float]] = {}
    for pair in pairs:
        if pair.same:
            partners.setdefault(pair.first, {})[pair.second] = pair.score
            partners.setdefault(pair.second, {})[pair.first] = pair.score
    gone: set[int] = set()
    duplicates = []
    for kept in sorted(partners, key=preferences.__getitem__):
        if kept in gone:
            continue
        for place, score in sorted(partners[kept].items()):
            if place not in gone and preferences[kept] < preferences[place]:
                gone.add(place)
                duplicates.append(Duplicate(place, kept, NEAR, round(score, 1)))
    return duplicates


def _settled(duplicates: list[Duplicate]) -> list[Duplicate]:
    """Each duplicate with one that stays: an exact one's keeper can itself be a near-duplicate of another."""
    keeper = {duplicate.place: duplicate for duplicate in duplicates}
    settled = []
    for duplicate in duplicates:
        further = keeper.get(duplicate.kept)
        if further is not None:
            duplicate = duplicate._replace(kept=further.kept, reason=further.reason, score=further.score)
        settled.append(duplicate)
    return sorted(settled)
