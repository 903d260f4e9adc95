"""How the next token is picked."""

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

Choose = Callable[["torch.Tensor"], int]
"""Picks a token from logits of shape (vocabulary,)."""


def greedy(logits: "torch.Tensor") -> int:
    """The likeliest token."""
    return int(logits.argmax())


def sampler(temperature: float, top_p: float, seed: int | None) -> Choose:
    """A way to pick tokens.

    Args:
        temperature: 0 takes the likeliest token; above, logits are divided by it before drawing.
        top_p: Draws among the likeliest tokens that together reach this probability (nucleus sampling, Holtzman et
            al., ICLR 2020).
        seed: Of the draws; none for draws that differ each time.
    """
    import torch

    if temperature == 0:
        return greedy
    generator = torch.Generator()
    if seed is None:
        generator.seed()
    else:
        generator.manual_seed(seed)

    def choose(logits: torch.Tensor) -> int:
        probabilities = torch.softmax(logits / temperature, dim=-1)
        # All tokens below this together are less than what lies outside of the nucleus: they need not be sorted.
        likely = (probabilities >= (1 - top_p) / len(logits)).nonzero().squeeze(1)
        probabilities, order = probabilities[likely].sort(descending=True)
        tokens = likely[order]
        before = probabilities.cumsum(-1) - probabilities
        probabilities = probabilities.masked_fill(before > top_p, 0.0)
        return int(tokens[torch.multinomial(probabilities, 1, generator=generator)])

    return choose
