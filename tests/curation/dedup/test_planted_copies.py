"""The copies and contrasts that were planted in real texts, with the figures that deduplication has to reach."""

import collections
import json
from pathlib import Path

import pytest

from curation.dedup import deduplicate_texts
from schemas.config import DedupConfig


@pytest.mark.parametrize("terms", [True, False])
def test_planted_copies_are_found_and_planted_contrasts_kept(shared: Path, terms: bool) -> None:
    corpus = [json.loads(line) for line in (shared / "dedup" / "corpus_10k.jsonl").open(encoding="utf-8")]
    found = deduplicate_texts(
        [str(row["id"]) for row in corpus], [row["text"] for row in corpus], DedupConfig(terms=terms)
    ).removed()
    gone = {one.id for one in found}
    left = collections.Counter(row["cluster"] for row in corpus if str(row["id"]) not in gone)
    clusters = {row["cluster"] for row in corpus}
    contrasts = {row["cluster"] for row in corpus if row["kind"] == "contrast"}
    taken = len(corpus) - len(clusters) - sum(count - 1 for count in left.values())
    assert taken >= 0.97 * (len(corpus) - len(clusters))
    assert taken >= 0.995 * len(found)
    assert len(clusters - left.keys()) <= 0.001 * len(clusters)
    assert len(contrasts - left.keys()) <= 0.02 * len(contrasts)
