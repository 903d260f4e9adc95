"""The deduplication of texts by themselves, without question and answer: what ``curate dedup`` does."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from curation.dedup.compare import Comparable
from curation.dedup.minhash import PERMUTATIONS
from curation.dedup.near import Near, NearPair, near_duplicates
from curation.dedup.sign import sign_texts
from curation.dedup.terms import terms_of
from curation.progress import Progress, silent
from schemas.config import DedupConfig

EXACT, NEAR = "exact duplicate", "near-duplicate"
_TEXTS_AT_ONCE = 2_500
"""Few enough for what is worked out of them to fit a processor's cache."""


class TextDuplicate(NamedTuple):
    """A text that goes, the one that stands for it, and why."""

    id: str
    kept_id: str
    score: float
    reason: str


class GreyPair(NamedTuple):
    """Two texts of which a person must say whether they are one; both stay until then."""

    id: str
    other_id: str
    score: float
    words: tuple[str, ...]


class DeduplicatedTexts(NamedTuple):
    """What was found; it can be asked what another threshold would have done, without comparing anything again."""

    ids: list[str]
    """The ids of the texts that differ by more than case, spacing and punctuation, the preferred first."""
    exact: list[tuple[str, int]]
    """Ids of the others, each with the place in ``ids`` of the text that it is equal to."""
    near: Near
    config: DedupConfig

    def removed(self, threshold: float | None = None) -> list[TextDuplicate]:
        """The texts that go at a threshold, the configured one if not given, by their ids."""
        removals = self.near.removals(self.config.threshold if threshold is None else threshold)
        found = [
            TextDuplicate(self.ids[one.place], self.ids[one.kept], one.pair.score, _reason(one.pair))
            for one in removals.values()
        ]
        for text_id, place in self.exact:
            kept = removals.get(place)
            if kept is None:
                found.append(TextDuplicate(text_id, self.ids[place], 100.0, EXACT))
            else:
                found.append(TextDuplicate(text_id, self.ids[kept.kept], kept.pair.score, _reason(kept.pair)))
        return sorted(found)

    def at_thresholds(self) -> dict[str, int]:
        """How many near-duplicates other thresholds would remove."""
        return self.near.at_thresholds(self.config)

    def grey(self) -> list[GreyPair]:
        """The pairs to be shown to a person, the most alike first: those of which both texts stay."""
        gone = self.near.removals(self.config.threshold)
        found = [
            GreyPair(self.ids[pair.second], self.ids[pair.first], pair.score, pair.words)
            for pair in self.near.pairs
            if pair.first not in gone and pair.second not in gone
        ]
        return sorted(found, key=lambda one: (-one.score, one.id, one.other_id))


def deduplicate_texts(
    ids: Sequence[str], texts: Sequence[str], config: DedupConfig | None = None, progress: Progress = silent
) -> DeduplicatedTexts:
    """Finds the texts that say what another says. Of these the longest stays, then the one of the smallest id.

    Args:
        ids: The id of each text; no two are equal.
        texts: The texts.
        config: Thresholds and term lists.
        progress: Told how far it is.
    """
    config = config or DedupConfig()
    words: list[NDArray[np.uint32]] = []
    keys: list[bytes] = []
    signatures: list[NDArray[np.uint16]] = [np.empty((0, PERMUTATIONS), np.uint16)]
    with progress("sign", len(texts)) as advance:
        for start in range(0, len(texts), _TEXTS_AT_ONCE):
            signed = sign_texts(texts[start : start + _TEXTS_AT_ONCE])
            words += [np.frombuffer(one, "<u4") for one in signed.words]
            keys += signed.keys
            signatures.append(signed.signatures)
            advance(len(signed.keys))
    order = _preferred(ids, texts, words)
    places: list[int] = []
    exact: list[tuple[str, int]] = []
    first: dict[bytes, int] = {}
    for place in order:
        stands = first.setdefault(keys[place], len(places))
        if stands == len(places):
            places.append(place)
        else:
            exact.append((ids[place], stands))
    together = np.concatenate(signatures)
    del signatures, keys, first
    words = [words[place] for place in places]
    comparable = Comparable(
        words,
        np.full(len(places), -1, np.int64),
        together[places],
        np.zeros(len(places), np.int64),
        lambda wanted: [(texts[places[place]],) for place in wanted],
    )
    del together
    near = (
        near_duplicates(comparable, config, terms_of(config), progress) if config.near else Near([], comparable.ranks)
    )
    return DeduplicatedTexts([ids[place] for place in places], exact, near, config)


def _preferred(ids: Sequence[str], texts: Sequence[str], words: Sequence[NDArray[np.uint32]]) -> list[int]:
    """Places in the order of preference: by words, by characters but spaces, by the shorter and the smaller id."""
    by_id = np.array(sorted(range(len(ids)), key=ids.__getitem__), np.int64)
    word_counts = np.fromiter(map(len, words), np.int64, len(words))
    characters = [len(text) - text.count(" ") - text.count("\n") for text in texts]
    id_lengths = np.fromiter(map(len, ids), np.int64, len(ids))
    keys = (id_lengths, -np.array(characters, np.int64), -word_counts)
    order: list[int] = by_id[np.lexsort([key[by_id] for key in keys])].tolist()
    return order


def _reason(pair: NearPair) -> str:
    return NEAR if not pair.words else f"{NEAR}: {'; '.join(pair.words)}"
