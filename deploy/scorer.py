"""Scores continuations with a ``.pte``, on the runtime that the phone has."""

from collections.abc import Sequence

from deploy.runtime import PteModel
from finetune.evaluation.likelihood import Likelihood, Tokens, of_logits


class PteScorer:
    """What ``finetune.evaluation.CheckpointScorer`` is for a checkpoint.

    A prefix is read once for all its endings, and stays in the KV cache. An ending is read in one call where the model
    was exported with the logits of all positions (``curate deploy --full-logits``), else token by token.

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

        scores: list[Likelihood] = []
        after_prefix: torch.Tensor | None = None  # (1, vocabulary); the same for all endings
        for ending in endings:
            read = [*prefix, *ending[:-1]]  # the last token is predicted, not read
            if after_prefix is None:
                logits = self._model.logits_from(read, len(prefix) - 1)
                after_prefix = logits[:1]
            elif len(ending) > 1:
                logits = torch.cat([after_prefix, self._model.logits_from(read, len(prefix))])
            else:
                logits = after_prefix
            scores.append(of_logits(logits, ending))
        return scores
