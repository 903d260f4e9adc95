"""How likely a model finds given continuations of a prefix: all that a multiple-choice benchmark asks of it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    import torch

    from finetune.compat import TransformerDecoder

Tokens = Sequence[int]


class Likelihood(NamedTuple):
    """How likely one continuation is.

    Args:
        total: Its log-likelihood, summed over its tokens, in nats.
        greedy: Whether each of its tokens is the model's first choice.
    """

    total: float
    greedy: bool


class Scorer(Protocol):
    """A model, seen as something that scores; a checkpoint here, a ``.pte`` in ``deploy``."""

    @property
    def context(self) -> int:
        """Longest sequence, in tokens."""
        ...

    def score(self, prefix: Tokens, endings: Sequence[Tokens]) -> list[Likelihood]:
        """Scores each ending after ``prefix``; neither may be empty, and together they fit the context."""
        ...


class CheckpointScorer:
    """Scores with a torchtune model, in the precision that it is in.

    Args:
        model: The model; it is put into evaluation mode.
        longest_pass: Most tokens that one forward pass takes, which bounds memory: attention's mask is of this squared.
    """

    def __init__(self, model: "TransformerDecoder", *, longest_pass: int = 2048) -> None:
        self._model = model.eval()
        self._longest_pass = min(longest_pass, self.context)

    @property
    def context(self) -> int:
        """Longest sequence, in tokens."""
        longest: int = self._model.max_seq_len
        return longest

    def score(self, prefix: Tokens, endings: Sequence[Tokens]) -> list[Likelihood]:
        """Scores all endings with one computation of the prefix.

        Prefix and endings go through the model as one sequence, in which each ending has the positions that follow the
        prefix and attends to the prefix and itself only: the same numbers as one pass for each, without the repetition.
        """
        scores: list[Likelihood] = []
        group: list[Tokens] = []
        for ending in endings:
            if group and len(prefix) + sum(map(len, group)) + len(ending) > self._longest_pass:
                scores += self._pass(prefix, group)
                group = []
            group.append(ending)
        return scores + self._pass(prefix, group) if group else scores

    def _pass(self, prefix: Tokens, endings: Sequence[Tokens]) -> list[Likelihood]:
        import torch

        device = next(self._model.parameters()).device
        inputs = list(prefix)
        positions = list(range(len(prefix)))
        owner = [0] * len(prefix)  # which ending a token belongs to; 0 is the prefix
        for number, ending in enumerate(endings, start=1):
            inputs += ending[:-1]  # its last token is predicted and predicts nothing
            positions += range(len(prefix), len(prefix) + len(ending) - 1)
            owner += [number] * (len(ending) - 1)
        owners = torch.tensor(owner, device=device)
        place = torch.arange(len(inputs), device=device)
        sees = (place[None, :] <= place[:, None]) & ((owners[None, :] == 0) | (owners[None, :] == owners[:, None]))
        with torch.inference_mode():
            logits = self._model(
                torch.tensor([inputs], device=device),
                mask=sees[None],
                input_pos=torch.tensor([positions], device=device),
            )[0]  # (tokens, vocabulary)
        scores = []
        start = len(prefix)
        for ending in endings:
            rows = [len(prefix) - 1, *range(start, start + len(ending) - 1)]
            scores.append(of_logits(logits[rows], ending))
            start += len(ending) - 1
        return scores


def of_logits(logits: "torch.Tensor", ending: Tokens) -> Likelihood:
    """The likelihood of ``ending`` from the logits that predict its tokens, shape (tokens of it, vocabulary)."""
    import torch

    wanted = torch.tensor(list(ending), device=logits.device)
    log_probabilities = logits.float().log_softmax(-1)
    total = log_probabilities.gather(-1, wanted[:, None]).double().sum()
    return Likelihood(float(total), bool((logits.argmax(-1) == wanted).all()))
