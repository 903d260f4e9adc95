"""Words of the field which never stand in for one another: disorders, drugs, relations, opposites.

The lists are data (``terms.yaml``), each with its source. No list is complete, so the rules work without them; with them a
term is also safe from being taken for a misspelling or a synonym, and counts in a long text as in a short one.
"""

from functools import cache
from importlib.resources import files

import yaml

from schemas.config import DedupConfig


def terms_of(config: DedupConfig) -> frozenset[str]:
    """The words of all lists, or none where ``config`` switches them off."""
    return all_terms() if config.terms else frozenset()


@cache
def all_terms() -> frozenset[str]:
    lists = yaml.safe_load(files("curation.dedup").joinpath("terms.yaml").read_text(encoding="utf-8"))
    return frozenset(word for one in lists.values() for word in one["words"].split())
