"""What the model says to a few fixed prompts, before and after: for people to look at, no measure of anything."""

import json
from pathlib import Path

import torch

from finetune.chat import Chat, Turn
from finetune.compat import local_kv_cache
from finetune.network import Network

SAMPLES = "samples.jsonl"
PROMPTS = (
    "I have been lying awake for most of this week and I do not know why.",
    "My brother and I argue about our mother's care every time we talk.",
    "I start a new job on Monday and I am afraid that they will find out I am not good enough.",
)
"""Written for this purpose, so that no source holds them."""
NEW_TOKENS = 48


def replies(network: Network, chat: Chat, system_prompt: str | None) -> list[str]:
    """The likeliest reply to each prompt, token by token; every process of a run has to ask."""
    opening = [] if system_prompt is None else [Turn("system", system_prompt)]
    network.eval()
    with torch.no_grad():
        found = [_reply(network, chat.prompt([*opening, Turn("user", prompt)]), chat.stop_ids) for prompt in PROMPTS]
    return [chat.decode(ids) for ids in found]


def _reply(network: Network, ids: list[int], stop: frozenset[int]) -> list[int]:
    decoder = network.decoder
    device, length = decoder.tok_embeddings.weight.device, len(ids) + NEW_TOKENS
    said: list[int] = []
    cache = local_kv_cache(decoder, batch_size=1, device=device, dtype=network.precision, decoder_max_seq_len=length)
    with cache:
        causal = torch.ones(length, length, dtype=torch.bool, device=device).tril()
        fresh, place = ids, 0
        while len(said) < NEW_TOKENS:
            positions = torch.arange(place, place + len(fresh), device=device)[None]
            logits = network.next_logits(torch.tensor([fresh], device=device), causal[positions], positions)
            place, fresh = place + len(fresh), [int(logits.argmax())]
            if fresh[0] in stop:
                break
            said += fresh
    return said


def write_samples(file: Path, before: list[str], after: list[str]) -> None:
    """A line a prompt."""
    lines = (
        json.dumps({"prompt": prompt, "before": first, "after": then}, ensure_ascii=False)
        for prompt, first, then in zip(PROMPTS, before, after, strict=True)
    )
    file.write_text("".join(line + "\n" for line in lines), encoding="utf-8")
