"""Runs a ``.pte`` with ExecuTorch's runtime, the engine that runs it on the phone."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deploy.llama_export import FULL_LOGITS
from deploy.quiet import quiet
from finetune.sampling import Choose
from schemas.errors import CurateError, MissingExtra

if TYPE_CHECKING:
    import torch


def load_runtime() -> Any:
    """ExecuTorch's runtime with the operators that a ``.pte`` of this toolkit needs.

    Raises:
        MissingExtra: If it is not installed.
    """
    try:
        with quiet():
            from executorch.extension.llm.custom_ops import custom_ops  # noqa: F401  registers fused attention
            from executorch.kernels import quantized  # noqa: F401  registers the 8-bit embedding
            from executorch.runtime import Runtime

            return Runtime.get()
    except ModuleNotFoundError as error:
        raise MissingExtra("Running a bundle", "deploy") from error


class PteModel:
    """A loaded model and its KV cache.

    Args:
        file: The ``.pte``.

    Raises:
        MissingExtra: If ExecuTorch is not installed.
        CurateError: If the runtime cannot load the file.
    """

    def __init__(self, file: Path) -> None:
        runtime = load_runtime()
        from executorch.runtime import Verification

        try:
            with quiet():
                self._program = runtime.load_program(file, verification=Verification.Minimal)
                self._forward: Any = self._program.load_method("forward")
                self.context = self._constant("get_max_context_len")
                self.vocab_size = self._constant("get_vocab_size")
                self.full_logits = FULL_LOGITS in self._program.method_names
                # The method takes one token less than its longest sequence: a limit of the export.
                self._longest_input = self._constant("get_max_seq_len") - 1
        except RuntimeError as error:
            raise CurateError(
                "ExecuTorch cannot load the model", file=file, mend="Make the bundle again with `curate deploy`."
            ) from error
        self._cached: list[int] = []

    def _constant(self, name: str) -> int:
        return int(self._program.load_method(name).execute([])[0])

    def logits(self, tokens: Sequence[int]) -> "torch.Tensor":
        """What follows ``tokens``: logits in float32, shape (vocabulary,).

        Raises:
            CurateError: If there are more tokens than the context holds, or none, or the runtime fails.
        """
        return self.logits_from(tokens, len(tokens) - 1)[0]

    def logits_from(self, tokens: Sequence[int], first: int) -> "torch.Tensor":
        """What follows each of ``tokens[first:]``, after all before it: logits, shape (``len(tokens) - first``,
        vocabulary).

        One call of the model where it gives the logits of all positions and takes as many tokens; else a call a
        position, as it gives those after a call's last token alone.

        Only what differs from the tokens of the last call is computed: its KV cache still holds the beginning that
        both share. Attention looks no further than the position it is at, so what lies beyond does no harm.

        Raises:
            CurateError: If there are more tokens than the context holds, or none, or the runtime fails.
        """
        import torch

        if not 0 < len(tokens) <= self.context:
            raise CurateError(
                f"{len(tokens)} tokens do not fit into a context of {self.context}",
                mend="Shorten the message, or deploy with a larger context.",
            )
        tokens = list(tokens)
        position = min(_shared_prefix(self._cached, tokens), first)  # what is asked for is computed again
        self._cached = []  # stays empty if the runtime fails half way
        found = []
        while position < len(tokens):
            asked = max(position, first)  # the first of this call's positions whose logits are wanted
            end = min(len(tokens) if self.full_logits else asked + 1, position + self._longest_input)
            output = self.execute((torch.tensor([tokens[position:end]]), torch.tensor([position])))
            if end > asked:
                rows = output.reshape(-1, output.shape[-1])
                found.append(rows[asked - end :].clone())  # the runtime writes its next output over these
            position = end
        self._cached = tokens
        return torch.cat(found)

    def execute(self, inputs: "tuple[torch.Tensor, torch.Tensor]") -> "torch.Tensor":
        """One call of the model: tokens (1, n) and the position of the first (1,) to logits, (1, vocabulary) or (1, n,
        vocabulary).

        Raises:
            CurateError: If the runtime fails.
        """
        try:
            output: torch.Tensor = self._forward.execute(inputs)[0]
        except RuntimeError as error:
            raise CurateError("the model failed", mend="Say it again; if that does not help, start anew.") from error
        return output


def _shared_prefix(left: Sequence[int], right: Sequence[int]) -> int:
    for i, (a, b) in enumerate(zip(left, right, strict=False)):
        if a != b:
            return i
    return min(len(left), len(right))


def generate(
    model: PteModel, tokens: Sequence[int], *, max_new_tokens: int, stop: Sequence[int], choose: Choose
) -> Iterator[int]:
    """Continues ``tokens`` one token at a time, until one of ``stop``, which is not yielded, or the limit."""
    sequence = list(tokens)
    for _ in range(max_new_tokens):
        token = choose(model.logits(sequence))
        if token in stop:
            return
        sequence.append(token)
        yield token
