"""Signatures agree in about the share of shingles that two texts have in common."""

import numpy as np
import pytest

from curation.dedup.minhash import PERMUTATIONS, minhash
from curation.dedup.tokens import Hashes, mixed


def shingles(*ranges: range) -> tuple[Hashes, np.ndarray]:  # type: ignore[type-arg]
    """Texts that have the shingles of these numbers."""
    numbers = np.concatenate([np.array(one, np.uint64) for one in ranges])
    return mixed(numbers), np.cumsum([0, *map(len, ranges)])


@pytest.mark.parametrize("size", [12, 60, 400, 3000])
@pytest.mark.parametrize("shared", [0.2, 0.5, 0.8])
def test_the_agreement_is_the_share_in_common(size: int, shared: float) -> None:
    common = round(2 * size * shared / (1 + shared))
    agreements = []
    for start in range(0, 40 * 10_000, 10_000):
        first = range(start, start + size)
        second = range(start + size - common, start + 2 * size - common)
        one, other = minhash(*shingles(first, second))
        agreements.append(np.mean(one == other))
    assert np.mean(agreements) == pytest.approx(common / (2 * size - common), abs=0.06)


def test_a_signature_depends_on_nothing_but_the_shingles_of_its_text() -> None:
    texts = [range(0, 90), range(40, 47), range(3, 4), range(500, 900)]
    together = minhash(*shingles(*texts))
    assert together.shape == (4, PERMUTATIONS)
    for place, text in enumerate(texts):
        hashes, offsets = shingles(text)
        assert (minhash(hashes[::-1].copy(), offsets)[0] == together[place]).all()
