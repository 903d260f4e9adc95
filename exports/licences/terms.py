"""What licences ask, from ``terms.yaml``, and licence expressions taken apart."""

import re
from functools import cache
from importlib.resources import files
from itertools import product
from typing import Literal

import yaml

from schemas.items import Strict

Asks = Literal["attribution", "notice", "noncommercial", "share_alike", "no_derivatives", "terms"]


class Terms(Strict):
    """What one licence asks of whoever gives a changed text on."""

    title: str
    hub: str
    """Its name on the Hugging Face hub."""
    asks: tuple[Asks, ...]
    also: tuple[str, ...] = ()
    """With ``share_alike``: the other licences under which changed texts may be given on."""
    source: str


class Generator(Strict):
    """A program whose terms go on with what it wrote."""

    pattern: str
    licence: str


@cache
def known_terms() -> dict[str, Terms]:
    """The licences of the table, by their SPDX ids."""
    return {name: Terms.model_validate(terms) for name, terms in _table()["licences"].items()}


@cache
def generators() -> list[Generator]:
    """The programs of the table."""
    return [Generator.model_validate(one) for one in _table()["generators"]]


def _table() -> dict[str, dict[str, object]]:
    loaded: dict[str, dict[str, object]] = yaml.safe_load((files("exports.licences") / "terms.yaml").read_text())
    return loaded


def alternatives(expression: str) -> list[frozenset[str]]:
    """The sets of licences of an SPDX expression of which one has to be kept to: ``A AND (B OR C)`` has two."""
    tokens = re.findall(r"\(|\)|[^\s()]+", expression)

    def either() -> list[frozenset[str]]:
        found = both()
        while tokens and tokens[0] == "OR":
            tokens.pop(0)
            found = found + both()
        return found

    def both() -> list[frozenset[str]]:
        found = one()
        while tokens and tokens[0] == "AND":
            tokens.pop(0)
            found = [left | right for left, right in product(found, one())]
        return found

    def one() -> list[frozenset[str]]:
        token = tokens.pop(0)
        if token == "(":
            found = either()
            tokens.pop(0)
            return found
        if tokens[:1] == ["WITH"]:
            token = f"{token} WITH {tokens[1]}"
            del tokens[:2]
        return [frozenset([token])]

    return either()
