"""Choices that only the holder of a key can repeat, and that differ from item to item."""

import hashlib
import hmac
from collections.abc import Sequence

from curation.pii.ner.features import plain


class Choice:
    """Chooses for one item.

    Args:
        key: The workspace's secret; without it a surrogate cannot be led back to what it replaced.
        item: The item's id: the same name has unrelated surrogates in two items.
    """

    def __init__(self, key: bytes, item: str) -> None:
        self.key, self.item = key, item
        self._taken: dict[tuple[str, str], str] = {}

    def number(self, purpose: str, value: str, below: int) -> int:
        """A number of 0 up to ``below``, always the same for the item, purpose and value."""
        message = "\0".join((self.item, purpose, value)).encode()
        return int.from_bytes(hmac.digest(self.key, message, hashlib.sha256)[:8], "big") % below

    def one(self, purpose: str, value: str, pool: Sequence[str], avoid: str) -> str:
        """One of ``pool``: not ``avoid``, and not what stands for another value already, while there are others."""
        if (purpose, value) not in self._taken:
            start = self.number(purpose, value, len(pool))
            used = {plain(given) for (of, _), given in self._taken.items() if of == purpose}
            order = [*pool[start:], *pool[:start]]
            free = (name for name in order if plain(name) != plain(avoid) and plain(name) not in used)
            self._taken[purpose, value] = next(free, order[0])
        return self._taken[purpose, value]

    def digits(self, purpose: str, value: str) -> str:
        """``value`` with other digits and letters in their places; signs and spaces stay."""
        shown = []
        for place, character in enumerate(value):
            if character.isdigit():
                shown.append(str(self.number(purpose, f"{value}\0{place}", 10)))
            elif character.isalpha() and character.isascii():
                letter = "ABCDEFGHJKLMNPRSTVWXYZ"[self.number(purpose, f"{value}\0{place}", 22)]
                shown.append(letter if character.isupper() else letter.lower())
            else:
                shown.append(character)
        return "".join(shown)
