"""The part of an item depends on its group and the seed, and on nothing else."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from curation.split import PARTS, part_of
from schemas.config import SplitConfig

GOLDEN = [
    "train",
    "train",
    "train",
    "train",
    "validation",
    "train",
    "train",
    "train",
    "train",
    "train",
    "validation",
    "train",
]


def test_shares_come_out_as_configured() -> None:
    config = SplitConfig(train=0.7, validation=0.2, test=0.1)
    counts = Counter(part_of(f"group-{number}", config) for number in range(10_000))
    assert [round(counts[part] / 10_000, 1) for part in PARTS] == [0.7, 0.2, 0.1]


def test_a_group_is_in_the_part_that_earlier_releases_put_it_into() -> None:
    assert [part_of(f"forum-{number}", SplitConfig()) for number in range(12)] == GOLDEN


@given(st.text(), st.integers())
def test_every_group_is_in_some_part(group: str, seed: int) -> None:
    assert part_of(group, SplitConfig(seed=seed)) in PARTS


def test_everything_can_go_into_one_part() -> None:
    assert {part_of(str(number), SplitConfig(train=1, validation=0, test=0)) for number in range(500)} == {"train"}
