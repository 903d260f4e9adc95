"""Conversations into the tensors of a forward pass, packed end to end or filled up to the longest.

Packed, a pass is one row without a single token of filling. Each conversation keeps its own positions, from 0, and
attends to itself alone: attention is computed conversation by conversation, so no mask of length x length is ever made.
The loss is that of the conversations one by one (Krell et al., "Efficient sequence packing without
cross-contamination", 2021).
"""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch.nn.functional import scaled_dot_product_attention

from finetune.compat import TransformerDecoder
from finetune.config import FinetuneConfig
from finetune.data import Sample

IGNORED = -100


class Batch(NamedTuple):
    """What a forward pass reads and what it shall predict.

    Args:
        tokens: Ids, shape (rows, length).
        labels: At each place the id that follows it, or ``IGNORED`` where predicting it is not trained; same shape.
        positions: Of each token in its own conversation; same shape.
        documents: Lengths of the conversations in the only row; none where each has a row of its own.
    """

    tokens: torch.Tensor
    labels: torch.Tensor
    positions: torch.Tensor
    documents: tuple[int, ...] | None

    def to(self, device: str) -> "Batch":
        """The same on another device."""
        return Batch(self.tokens.to(device), self.labels.to(device), self.positions.to(device), self.documents)


def batches(samples: Sequence[Sample], config: FinetuneConfig, pad_id: int) -> list[Batch]:
    """Divides conversations over forward passes.

    A packed pass holds at most as many tokens as a filled one could: ``batch_size`` x ``max_sequence_length``.
    """
    if not config.packing:
        size = config.batch_size
        return [pad(samples[start : start + size], pad_id) for start in range(0, len(samples), size)]
    passes: list[list[Sample]] = []
    room = 0
    for sample in samples:
        if len(sample.ids) > room:
            passes.append([])
            room = config.batch_size * config.max_sequence_length
        passes[-1].append(sample)
        room -= len(sample.ids)
    return [pack(chosen) for chosen in passes]


def pack(samples: Sequence[Sample]) -> Batch:
    """Lays conversations end to end in one row."""
    rows = [_shifted(sample) for sample in samples]
    return Batch(
        torch.cat([tokens for tokens, _ in rows])[None],
        torch.cat([labels for _, labels in rows])[None],
        torch.cat([torch.arange(len(tokens)) for tokens, _ in rows])[None],
        tuple(len(tokens) for tokens, _ in rows),
    )


def pad(samples: Sequence[Sample], pad_id: int) -> Batch:
    """Gives each conversation a row; what fills the shorter ones comes last, where no other token attends to it."""
    rows = [_shifted(sample) for sample in samples]
    stack = torch.nn.utils.rnn.pad_sequence
    tokens = stack([tokens for tokens, _ in rows], batch_first=True, padding_value=pad_id)
    labels = stack([labels for _, labels in rows], batch_first=True, padding_value=IGNORED)
    return Batch(tokens, labels, torch.arange(tokens.shape[1]).expand_as(tokens), None)


def trained_tokens(samples: Sequence[Sample]) -> int:
    """How many tokens of the samples are predicted in training."""
    return sum(sum(sample.in_loss[1:]) for sample in samples)


def _shifted(sample: Sample) -> tuple[torch.Tensor, torch.Tensor]:
    """Tokens but for the last, which predicts nothing, and what follows each."""
    ids, used = torch.tensor(sample.ids), torch.tensor(sample.in_loss)
    return ids[:-1], torch.where(used[1:], ids[1:], IGNORED)


def attend_within_documents(model: TransformerDecoder) -> None:
    """Makes the attention of ``model`` understand a ``documents`` of a batch in the place of its mask."""
    for layer in model.layers:
        # torchtune's own seam between its two kinds of attention; the lengths differ from pass to pass, too often
        # to compile them.
        layer.attn._attention_call = torch.compiler.disable(_attention)  # type: ignore[no-untyped-call]


def _attention(
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    mask: torch.Tensor | tuple[int, ...] | None,
    dropout_p: float,
    is_causal: bool,
) -> torch.Tensor:
    """Attention on (rows, heads, length, width); a tuple as mask holds the lengths of documents along the length."""
    if not isinstance(mask, tuple):
        mask = mask if mask is None else mask[:, None]
        return scaled_dot_product_attention(query, key, value, mask, dropout_p, is_causal)
    documents = zip(*(torch.split(tensor, list(mask), dim=2) for tensor in (query, key, value)), strict=True)
    return torch.cat([scaled_dot_product_attention(q, k, v, None, dropout_p, True) for q, k, v in documents], dim=2)
