"""What the model says to a few fixed prompts, before and after: for people to look at, no measure of anything."""

import json
from pathlib import Path

from finetune.chat import Chat, Turn
from finetune.generation import continuation
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
    """The continuation reply to each prompt, token by token; every process of a run has to ask."""
    opening = [] if system_prompt is None else [Turn("system", system_prompt)]
    network.eval()
    prompts = [chat.prompt([*opening, Turn("user", prompt)]) for prompt in PROMPTS]
    return [chat.decode(continuation(network, prompt, chat.stop_ids, NEW_TOKENS)) for prompt in prompts]


def write_samples(file: Path, before: list[str], after: list[str]) -> None:
    """A line a prompt."""
    lines = (
        json.dumps({"prompt": prompt, "before": first, "after": then}, ensure_ascii=False)
        for prompt, first, then in zip(PROMPTS, before, after, strict=True)
    )
    file.write_text("".join(line + "\n" for line in lines), encoding="utf-8")
