"""The parts of the dataset: a stable hash of the group decides, so that what belongs together stays together."""

import hashlib

from schemas.config import SplitConfig

PARTS = ("train", "validation", "test")


def part_of(group_id: str, config: SplitConfig) -> str:
    """``train``, ``validation`` or ``test``: the same for the same group and seed, whatever else is in the build."""
    drawn = hashlib.sha256(f"{config.seed}:{group_id}".encode()).digest()
    share = int.from_bytes(drawn[:8], "big") / 2**64
    if share < config.train:
        return "train"
    return "validation" if share < config.train + config.validation else "test"
