"""The rules by name and in their order, and :func:`clean_text`, which applies them until nothing changes any more."""

from collections.abc import Callable, Iterable

from curation.cleaning.html import html
from curation.cleaning.mojibake import mojibake
from curation.cleaning.placeholders import comma_placeholder, placeholder_tokens
from curation.cleaning.sentences import glued_sentences
from curation.cleaning.spaces import spaces
from curation.cleaning.task_chatter import task_chatter
from curation.cleaning.tokenised import detokenized_spacing

Rule = Callable[[str], str]

GENERAL_RULES: dict[str, Rule] = {
    "mojibake": mojibake,
    "html": html,
    "placeholder_tokens": placeholder_tokens,
    "spaces": spaces,
    "glued_sentences": glued_sentences,
}
"""The rules that every text goes through."""

SOURCE_RULES: dict[str, Rule] = {
    "comma_placeholder": comma_placeholder,
    "detokenized_spacing": detokenized_spacing,
    "task_chatter": task_chatter,
}
"""The rules that a source asks for by name."""

_ORDER = (
    "mojibake",
    "html",
    "placeholder_tokens",
    "spaces",
    "comma_placeholder",
    "detokenized_spacing",
    "task_chatter",
    "glued_sentences",
)
"""Encoding and entities before HTML, which they can hide; the source's rules on text; sentences are parted last."""

MOST_ROUNDS = 10
"""How often the rules are applied at most. One round settles most texts, three the worst of the real ones."""


class Unsettled(ValueError):
    """A text still changed after :data:`MOST_ROUNDS` rounds."""


def in_order(rules: Iterable[str]) -> list[tuple[str, Rule]]:
    """The named rules in the order in which they are applied.

    Raises:
        ValueError: If there is no rule of a name.
    """
    names = set(rules)
    every = GENERAL_RULES | SOURCE_RULES
    if unknown := sorted(names - every.keys()):
        raise ValueError(f"no cleaning rule is called {', '.join(map(repr, unknown))}; there are {', '.join(every)}")
    return [(name, every[name]) for name in _ORDER if name in names]


def clean_text(text: str, rules: Iterable[str] = tuple(GENERAL_RULES)) -> tuple[str, list[str]]:
    """``text`` as the named rules leave it, and the names of those that changed it, in their order.

    The rules are applied in turns until a round changes nothing, since one can lay bare what another looks for (HTML
    that was escaped twice). So cleaning what is clean changes nothing.

    Raises:
        ValueError: If there is no rule of a name.
        Unsettled: If the text still changes after :data:`MOST_ROUNDS` rounds.
    """
    return settle(text, in_order(rules))


def settle(text: str, rules: list[tuple[str, Rule]]) -> tuple[str, list[str]]:
    """:func:`clean_text` with rules from :func:`in_order`."""
    changed_by: set[str] = set()
    for _ in range(MOST_ROUNDS):
        before = text
        for name, rule in rules:
            after = rule(text)
            if after != text:
                changed_by.add(name)
                text = after
        if text == before:
            return text, [name for name, _ in rules if name in changed_by]
    raise Unsettled(f"the text still changes after {MOST_ROUNDS} rounds of cleaning")
