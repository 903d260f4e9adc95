"""Measures how far the model on the phone is from the model that was trained."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from deploy.agreement import Agreement, EagerParity, Limits, Parity, agreement
from deploy.manifest import Quantisation
from deploy.runtime import PteModel

if TYPE_CHECKING:
    import torch

    from finetune.compat import TransformerDecoder

DECODED = 8
"""Tokens that each prompt is continued by."""
UNQUANTISED = 32
"""Prompts on which the cost of quantisation is measured."""

BATCH = 8
"""Prompts that the trained model is given at once."""

Ids = list[int]


def measure(
    pte: Path,
    checkpoint: Path,
    quantisation: Quantisation,
    prompts: Sequence[Ids],
    eager: EagerParity,
    on_stage: Callable[[str], None] = lambda words: None,
) -> Parity:
    """Compares a ``.pte`` with the trained model, rounded as the phone rounds, over prompts and their continuations.

    The continuation is what the ``.pte`` says; the other model is given the same tokens and predicts after each.

    Args:
        pte: The exported model.
        checkpoint: The Hugging Face folder that it should be.
        quantisation: How it was quantised.
        prompts: Token ids; each with :data:`DECODED` more fits into the context.
        eager: What was measured before the export.
        on_stage: Called with a few words as each part begins.
    """
    from deploy.reference import as_on_the_phone, as_trained

    on_stage("running the .pte")
    said, found = _continue(PteModel(pte), prompts)
    on_stage("running the trained model with the phone's rounding")
    expected = _predict(as_on_the_phone(checkpoint, quantisation), prompts, said)
    on_stage("running the trained model")
    few = slice(0, UNQUANTISED)
    unrounded = _predict(as_trained(checkpoint), prompts[few], said[few])
    return Parity(
        prompts=len(prompts),
        eager=eager,
        reference=f"torchtune, {quantisation.words}",
        prefill=_agreement(expected, found, slice(0, 1)),
        decode=_agreement(expected, found, slice(1, None)),
        limits=Limits(),
        unquantised=agreement(unrounded, found[few]),
    )


def _agreement(expected: "Sequence[torch.Tensor]", found: "Sequence[torch.Tensor]", positions: slice) -> Agreement:
    return agreement([one[positions] for one in expected], [one[positions] for one in found])


def _continue(model: PteModel, prompts: Sequence[Ids]) -> "tuple[list[Ids], list[torch.Tensor]]":
    """What the .pte says after each prompt, and its logits: after the prompt, and after each token but the last."""
    import torch

    said, found = [], []
    for prompt in prompts:
        ids = list(prompt)
        logits = []
        for _ in range(DECODED):
            logits.append(model.logits(ids))
            ids.append(int(logits[-1].argmax()))
        said.append(ids[len(prompt) :])
        found.append(torch.stack(logits))
    return said, found


def _predict(model: "TransformerDecoder", prompts: Sequence[Ids], said: Sequence[Ids]) -> "list[torch.Tensor]":
    """Logits of another model at the same positions."""
    import torch

    sequences = [[*prompt, *tokens[:-1]] for prompt, tokens in zip(prompts, said, strict=True)]
    found = []
    with torch.no_grad():
        for place in range(0, len(sequences), BATCH):
            batch = sequences[place : place + BATCH]
            longest = max(map(len, batch))
            # What is filled up on the right is seen by nothing on its left.
            logits = model(torch.tensor([ids + [0] * (longest - len(ids)) for ids in batch]))
            for row, ids in enumerate(batch):
                found.append(logits[row, len(ids) - DECODED : len(ids)].float().clone())
    return found
