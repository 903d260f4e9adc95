"""Measures how far the model on the phone is from the model that was trained."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from deploy.agreement import BFLOAT16_LIMITS, Agreement, EagerParity, Limits, Parity, agreement
from deploy.manifest import Quantisation
from deploy.quiet import quiet
from deploy.runtime import PteModel
from deploy.trained import Trained

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
    trained: Trained,
    quantisation: Quantisation,
    prompts: Sequence[Ids],
    eager: EagerParity,
    on_stage: Callable[[str], None] = lambda words: None,
) -> Parity:
    """Compares a ``.pte`` with the trained model, rounded as the phone rounds, over prompts and their continuations.

    The continuation is what the ``.pte`` says; the other model is given the same tokens and predicts after each.

    Args:
        pte: The exported model.
        trained: The model that it should be.
        quantisation: How it was quantised.
        prompts: Token ids; each with :data:`DECODED` more fits into the context.
        eager: What was measured before the export.
        on_stage: Called with a few words as each part begins.
    """
    from deploy.reference import as_on_the_phone, as_trained

    on_stage("running the .pte")
    said, found = _continue(PteModel(pte), prompts)
    on_stage("running the trained model with the phone's rounding")
    expected = _predict(as_on_the_phone(trained, quantisation), prompts, said)
    on_stage("running the trained model")
    few = slice(0, UNQUANTISED)
    unrounded = _predict(as_trained(trained), prompts[few], said[few])
    return Parity(
        prompts=len(prompts),
        eager=eager,
        reference=f"torchtune, {quantisation.words}",
        prefill=_agreement(expected, found, slice(0, 1)),
        decode=_agreement(expected, found, slice(1, None)),
        limits=BFLOAT16_LIMITS if quantisation.linear == "bf16" else Limits(),
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

    from deploy.reference import logits_of

    sequences = [[*prompt, *tokens[:-1]] for prompt, tokens in zip(prompts, said, strict=True)]
    found = []
    with quiet(), torch.no_grad():  # torch warns of precisions that differ
        for place in range(0, len(sequences), BATCH):
            logits = logits_of(model, sequences[place : place + BATCH])
            found += [of_sequence[-DECODED:].clone() for of_sequence in logits]
    return found
