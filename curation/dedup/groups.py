"""Sets that grow together: items joined by any chain of links are in one group."""

from collections.abc import Hashable, Iterable

import numpy as np
from numpy.typing import NDArray


class Groups:
    """Union-find over ``size`` places, numbered from 0; a group is named by its smallest place."""

    def __init__(self, size: int) -> None:
        self._parent = list(range(size))

    def root(self, place: int) -> int:
        """The smallest place of the group that ``place`` is in."""
        path = []
        while self._parent[place] != place:
            path.append(place)
            place = self._parent[place]
        for passed in path:
            self._parent[passed] = place
        return place

    def join(self, first: int, second: int) -> None:
        """Makes the groups of two places one."""
        low, high = sorted((self.root(first), self.root(second)))
        self._parent[high] = low

    def join_equal(self, keys: Iterable[Iterable[Hashable]]) -> None:
        """Joins all places that have a key in common, given the keys of each place."""
        first_with: dict[Hashable, int] = {}
        for place, keys_of_place in enumerate(keys):
            for key in keys_of_place:
                self.join(first_with.setdefault(key, place), place)

    def roots(self) -> NDArray[np.int64]:
        """Shape (size,): the group of each place."""
        return np.array([self.root(place) for place in range(len(self._parent))], dtype=np.int64)
