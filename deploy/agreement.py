"""``parity.json``: how near the model on the phone is to the model that was trained, and how near it has to be."""

from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict

if TYPE_CHECKING:
    from collections.abc import Sequence

    import torch

PARITY = "parity.json"
EAGER_LIMIT = 1e-4
"""The largest difference of a logit between two implementations in float32 of one model."""


class EagerParity(BaseModel):
    """The converted model in ExecuTorch's Python against the trained one in torchtune, both in float32."""

    model_config = ConfigDict(frozen=True)

    positions: int
    max_abs_logit_difference: float
    limit: float = EAGER_LIMIT


class Agreement(BaseModel):
    """Next-token predictions of the ``.pte`` against those of another model."""

    model_config = ConfigDict(frozen=True)

    positions: int
    mean_kl: float
    """Kullback-Leibler divergence of the .pte's prediction from the other's, in nats."""
    max_kl: float
    top1: float
    """Share of positions in which both put the same token first."""
    top5: float
    """Share of the other's five likeliest tokens that are among the .pte's."""
    max_abs_logit_difference: float


class Limits(BaseModel):
    """What the .pte may differ by from a model with the same rounding.

    Conversions that are right measured a mean divergence of 4e-7 to 9e-5 nats (the latter where the scales of training
    are rounded once more on the phone); scales chosen otherwise 1e-2, adapters merged before quantisation 5e-4.
    """

    model_config = ConfigDict(frozen=True)

    mean_kl: float = 2e-4
    top1: float = 0.98
    top5: float = 0.98

    def broken(self, agreement: Agreement) -> list[str]:
        """The limits that do not hold, in words."""
        found = []
        if not agreement.mean_kl <= self.mean_kl:  # also where it is no number
            found.append(f"a divergence of {agreement.mean_kl:.2g} nats ({self.mean_kl:g} is allowed)")
        if not agreement.top1 >= self.top1:
            found.append(f"the same likeliest token in {agreement.top1:.1%} ({self.top1:.0%} is asked for)")
        if not agreement.top5 >= self.top5:
            found.append(f"{agreement.top5:.1%} of the five likeliest tokens in common ({self.top5:.0%} is asked for)")
        return found


class Parity(BaseModel):
    """``parity.json``."""

    model_config = ConfigDict(frozen=True)

    prompts: int
    """Messages that no training has seen."""
    eager: EagerParity
    reference: str
    """What the next two are against."""
    prefill: Agreement
    """What follows a prompt that was given at once."""
    decode: Agreement
    """What follows each token that the .pte went on with."""
    limits: Limits
    unquantised: Agreement
    """Against the trained model without any rounding: what quantisation costs. No limit applies."""

    def refusals(self) -> list[str]:
        """Why the bundle must not be made; nothing where it may."""
        return [
            f"in {name}, {words}" for name in ("prefill", "decode") for words in self.limits.broken(getattr(self, name))
        ]


def agreement(expected: "Sequence[torch.Tensor]", found: "Sequence[torch.Tensor]") -> Agreement:
    """Compares logits.

    Args:
        expected: A tensor a prompt, (positions, vocabulary), of the other model.
        found: The same of the .pte.
    """
    import torch

    divergences, first, five, largest = [], [], [], 0.0
    for other, ours in zip(expected, found, strict=True):
        p, q = other.log_softmax(-1), ours.log_softmax(-1)
        divergences.append((p.exp() * (p - q)).sum(-1))
        first.append(other.argmax(-1) == ours.argmax(-1))
        best = [logits.topk(5, dim=-1).indices for logits in (other, ours)]
        five.append((best[0].unsqueeze(-1) == best[1].unsqueeze(-2)).any(-1).float().mean(-1))
        largest = max(largest, float((other - ours).abs().max()))
    kl = torch.cat(divergences)
    return Agreement(
        positions=len(kl),
        mean_kl=max(float(kl.mean()), 0.0),
        max_kl=float(kl.max()),
        top1=float(torch.cat(first).float().mean()),
        top5=float(torch.cat(five).mean()),
        max_abs_logit_difference=largest,
    )
