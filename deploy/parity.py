"""How far the model on the phone is from the model that was trained."""

from pathlib import Path

from deploy.manifest import ChatFormat, Parity
from deploy.runtime import PteModel
from deploy.tokenizer import DeviceTokenizer

PROMPTS = (
    "I have been lying awake for most of this week and I do not know why.",
    "My brother and I argue about our mother's care every time we talk.",
    "Was kann ich tun, wenn mir vor Prüfungen schlecht wird?",
)


def measure(model: PteModel, tokenizer: DeviceTokenizer, chat: ChatFormat, checkpoint: Path) -> Parity:
    """Compares the next-token predictions at every position of a few fixed prompts.

    Args:
        model: The ``.pte``.
        tokenizer: The bundle's.
        chat: The bundle's.
        checkpoint: The Hugging Face folder it was exported from; loaded in float32 by torchtune.
    """
    import torch

    from finetune.models import build, open_model, read_weights

    folder = open_model(checkpoint)
    reference = build(folder.architecture, read_weights(folder)).eval()
    agreed, largest, divergences = 0, 0.0, []
    for prompt in PROMPTS:
        ids = [chat.begin_of_text, *tokenizer.turn("user", prompt, chat), *tokenizer.header("assistant", chat)]
        with torch.no_grad():
            expected = reference(torch.tensor([ids]))[0].float()  # (positions, vocabulary)
        found = torch.stack([model.logits(ids[: i + 1]) for i in range(len(ids))])
        agreed += int((expected.argmax(-1) == found.argmax(-1)).sum())
        largest = max(largest, float((expected - found).abs().max()))
        p, q = expected.log_softmax(-1), found.log_softmax(-1)
        divergences += (p.exp() * (p - q)).sum(-1).tolist()
    return Parity(
        positions=len(divergences),
        top1_agreement=agreed / len(divergences),
        max_abs_logit_difference=largest,
        mean_kl=sum(divergences) / len(divergences),
    )
