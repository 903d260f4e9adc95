"""From tokens to the loss: torchtune's decoder with a head that computes logits only where they are trained.

The vocabulary of Llama 3 has 128,256 entries and its logits are the largest tensor of a training step. They are made
for the trained positions alone, a chunk at a time, and their gradient is taken at once, so no chunk outlives its turn
(as Liger Kernel's fused linear cross-entropy, Hsu et al. 2024). torchtune's loss computes and keeps all of them.
"""

from typing import Any

import torch
from torch import nn
from torch.nn.functional import cross_entropy
from torch.utils.checkpoint import checkpoint

from finetune.batches import IGNORED, Batch, attend_within_documents
from finetune.compat import TransformerDecoder

CHUNK = 1024
"""Positions whose logits are held at a time."""


class Network(nn.Module):
    """A decoder whose forward pass ends in the loss.

    Args:
        decoder: torchtune's.
        precision: Of computation; what ``decoder`` holds in another is cast as it is used.
    """

    def __init__(self, decoder: TransformerDecoder, precision: torch.dtype = torch.float32) -> None:
        super().__init__()
        attend_within_documents(decoder)
        self.decoder = decoder
        self.precision = precision

    def forward(self, batch: Batch) -> torch.Tensor:
        """Cross-entropy (nats) summed over the trained tokens of ``batch``."""
        hidden = self._hidden(batch.tokens, batch.documents, batch.positions)
        trained = batch.labels != IGNORED
        inputs = hidden[trained], self._head_weight(), batch.labels[trained]
        loss: torch.Tensor = _SummedCrossEntropy.apply(*inputs)  # type: ignore[no-untyped-call]
        return loss

    def next_logits(self, tokens: torch.Tensor, mask: torch.Tensor, positions: torch.Tensor) -> torch.Tensor:
        """Logits after the last of ``tokens`` (1, length), shape (vocabulary,); the decoder's caches hold the rest."""
        hidden = self._hidden(tokens, mask, positions)[0, -1:]
        return (hidden.float() @ self._head_weight().float().T)[0]

    def _hidden(self, tokens: torch.Tensor, mask: Any, positions: torch.Tensor) -> torch.Tensor:
        decoder = self.decoder
        with torch.autocast(tokens.device.type, self.precision, enabled=self.precision != torch.float32):
            hidden = decoder.tok_embeddings(tokens)
            for layer in decoder.layers:
                hidden = layer(hidden, mask=mask, input_pos=positions)
            hidden = decoder.norm(hidden)
        fake_quantise = getattr(decoder.output, "activation_fake_quantizer", None)
        hidden = hidden if fake_quantise is None else fake_quantise(hidden)
        matched: torch.Tensor = hidden.to(self._head_weight().dtype)
        return matched

    def _head_weight(self) -> torch.Tensor:
        head = self.decoder.output
        weight = head.weight if isinstance(head, nn.Module) else head.tied_module.weight
        assert isinstance(weight, torch.Tensor)
        return weight


class _SummedCrossEntropy(torch.autograd.Function):
    """Sum of -log softmax(hidden W^T)[label]; hidden (positions, width), W (vocabulary, width), labels (positions,)."""

    @staticmethod
    def forward(ctx: Any, hidden: torch.Tensor, weight: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        total = torch.zeros((), device=hidden.device)
        learns_hidden, learns_weight = ctx.needs_input_grad[0], ctx.needs_input_grad[1]
        for_hidden = torch.empty_like(hidden) if learns_hidden else None
        for_weight = torch.zeros_like(weight, dtype=torch.float32) if learns_weight else None
        for start in range(0, len(labels), CHUNK):
            piece = slice(start, start + CHUNK)
            logits = (hidden[piece] @ weight.T).float()
            total += cross_entropy(logits, labels[piece], reduction="sum")
            if not (learns_hidden or learns_weight):
                continue
            gradient = logits.softmax(-1)
            gradient[torch.arange(len(gradient), device=gradient.device), labels[piece]] -= 1
            gradient = gradient.to(hidden.dtype)
            if for_hidden is not None:
                for_hidden[piece] = gradient @ weight
            if for_weight is not None:
                for_weight += gradient.T @ hidden[piece]
        ctx.save_for_backward(for_hidden, for_weight)
        ctx.weight_dtype = weight.dtype
        return total

    @staticmethod
    def backward(ctx: Any, *gradients: torch.Tensor) -> tuple[torch.Tensor | None, torch.Tensor | None, None]:
        for_hidden, for_weight = ctx.saved_tensors
        (scale,) = gradients
        return (
            None if for_hidden is None else for_hidden * scale.to(for_hidden.dtype),
            None if for_weight is None else (for_weight * scale).to(ctx.weight_dtype),
            None,
        )


def recompute_activations(decoder: TransformerDecoder) -> None:
    """Keeps only what goes into each layer, and computes the rest again in the backward pass."""
    for layer in decoder.layers:
        layer.forward = _recomputed(layer.forward)


def _recomputed(forward: Any) -> Any:
    return lambda *args, **kwargs: checkpoint(forward, *args, use_reentrant=False, **kwargs)
