"""What other thresholds would remove is told exactly, without comparing anything again."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from curation.dedup.near import Near, NearPair
from schemas.config import DedupConfig

PLACES = 12
PAIR = st.builds(
    NearPair,
    st.integers(0, PLACES - 2),
    st.integers(1, PLACES - 1),
    st.sampled_from(["same", "same", "same answer"]),
    st.integers(600, 1000).map(lambda tenths: tenths / 10),
    st.booleans(),
    st.integers(0, 2),
    st.just(()),
)


@given(
    st.lists(PAIR.filter(lambda pair: pair.first < pair.second), unique_by=lambda pair: pair[:2], max_size=30),
    st.lists(st.integers(0, 2), min_size=PLACES, max_size=PLACES).map(sorted),
    st.sampled_from([80.0, 82.5]),
)
def test_each_threshold_removes_what_was_told(pairs: list[NearPair], ranks: list[int], threshold: float) -> None:
    near = Near(sorted(pairs), np.array(ranks, np.int64))
    told = near.at_thresholds(DedupConfig(threshold=threshold, grey_threshold=70))
    assert {float(one) for one in told} == {threshold, *map(float, range(70, 101))}
    assert {one: len(near.removals(float(one))) for one in told} == told
