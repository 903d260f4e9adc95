"""Placeholders such as ``[PHONE_1]``: one number for each value of an item, in all of its texts."""

import re
from collections.abc import Iterable
from functools import cached_property

from curation.helplines import host_of
from curation.pii.keep import key
from curation.pii.spans import LABELS

PLACEHOLDER = re.compile(rf"\[({'|'.join(LABELS)})_(\d{{1,6}})\]")


class Numbering:
    """Gives the values of one item their placeholders, in the order in which they are asked for.

    Args:
        texts: The item's texts as they came. Numbers begin above those of placeholders that they hold already.
    """

    def __init__(self, texts: Iterable[str]) -> None:
        self._texts = tuple(texts)
        self._given: dict[tuple[str, str], str] = {}

    @cached_property
    def _last(self) -> dict[str, int]:
        """The highest number of each label; most items ask for none, and their texts are not searched for any."""
        last: dict[str, int] = {}
        for text in self._texts:
            for label, number in PLACEHOLDER.findall(text):
                last[label] = max(last.get(label, 0), int(number))
        return last

    def placeholder(self, label: str, value: str) -> str:
        """The placeholder of ``value``; spellings of one number, address or name have the same."""
        identity = (label, _canonical(label, value))
        if identity not in self._given:
            self._last[label] = self._last.get(label, 0) + 1
            self._given[identity] = f"[{label}_{self._last[label]}]"
        return self._given[identity]


def regions(text: str) -> list[tuple[int, int]]:
    """Where placeholders stand in ``text``."""
    return [match.span() for match in PLACEHOLDER.finditer(text)]


def _canonical(label: str, value: str) -> str:
    canonical = key(value) or value
    if label == "PHONE" and len(canonical) == 11:
        return canonical.removeprefix("1")
    if label == "URL":
        return key(host_of(value)) + "/" + key(re.sub(r"^(?:[a-z]+://)?[^/?#]*", "", value.casefold()))
    return canonical
