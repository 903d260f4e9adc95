"""Words of the field which never stand in for one another: disorders, drugs, relations, opposites.

The lists are data (``terms.yaml``), each with its source. No list is complete, so the rules work without them; with
them a term is also safe from being taken for a misspelling or a synonym, and counts in a long text as in a short one.
"""

from functools import cache
from importlib.resources import files
from typing import NamedTuple

import yaml

from schemas.config import DedupConfig


class Terms(NamedTuple):
    """Words that mean different things, however alike what stands around them."""

    words: frozenset[str] = frozenset()
    """Terms of which any two differ, and of which one more or less is another text."""
    opposites: frozenset[frozenset[str]] = frozenset()
    """Pairs of words that say the contrary."""

    def differ(self, first: set[str], second: set[str]) -> bool:
        """Whether words of one text stand for other terms, or for the contrary, in the place of words of another."""
        one, other = first & self.words, second & self.words
        if one and other and one != other:
            return True
        return any(frozenset((word, contrary)) in self.opposites for word in first for contrary in second)


def terms_of(config: DedupConfig) -> Terms:
    """The terms of all lists, or none where ``config`` switches them off."""
    return _all() if config.terms else Terms()


@cache
def _all() -> Terms:
    lists = yaml.safe_load(files("curation.dedup").joinpath("terms.yaml").read_text(encoding="utf-8"))
    return Terms(
        frozenset(word for one in lists.values() for word in one.get("words", "").split()),
        frozenset(frozenset(pair.split("/")) for one in lists.values() for pair in one.get("pairs", "").split()),
    )
