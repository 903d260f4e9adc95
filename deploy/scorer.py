"""Scores continuations with a ``.pte``, on the runtime that the phone has."""

from collections.abc import Sequence

from deploy.runtime import PteModel
from finetune.evaluation.likelihood import Likelihood, Tokens, of_logits


class PteScorer:
    """What ``finetune.evaluation.CheckpointScorer`` is for a checkpoint.

    The model gives the logits of the last token of a call only, so an ending is read token by token; its prefix is
    read in one call, once for all its endings, and stays in the KV cache.

    Args:
        model: The loaded ``.pte``.
    """

    def __init__(self, model: PteModel) -> None:
        self._model = model

    @property
    def context(self) -> int:
        """Longest sequence, in tokens."""
        return self._model.context

    def score(self, prefix: Tokens, endings: Sequence[Tokens]) -> list[Likelihood]:
        """Scores each ending after ``prefix``; neither may be empty, and together they fit the context."""
        import torch

        first = self._model.logits(prefix)
        scores = []
        for ending in endings:
            later = [self._model.logits([*prefix, *ending[:read]]) for read in range(1, len(ending))]
            scores.append(of_logits(torch.stack([first, *later]), ending))
        return scores
