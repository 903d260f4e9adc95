"""The prompts on which models are compared: messages that no training has seen, the same for every bundle.

They are the labelled messages that the recogniser was built on, which are written for this project and in no source.
"""

from deploy.manifest import ChatFormat
from deploy.safety.figures import labelled
from deploy.tokenizer import DeviceTokenizer

PROMPTS = 208
"""How many are compared."""
LONGEST = 64
"""Tokens of a message that are used: a comparison needs many positions rather than long ones."""


def prompts(tokenizer: DeviceTokenizer, chat: ChatFormat, longest: int) -> list[list[int]]:
    """Token ids of :data:`PROMPTS` conversations, up to where the assistant speaks.

    Args:
        tokenizer: The bundle's.
        chat: The bundle's.
        longest: Tokens that a whole prompt may have; the middle of one that has more is left out.
    """
    messages = labelled("build")
    chosen = [messages[place * len(messages) // PROMPTS].said[-1][1] for place in range(PROMPTS)]
    begin = [chat.begin_of_text]
    if chat.system_prompt is not None:
        begin += tokenizer.turn("system", chat.system_prompt, chat)
    end = [chat.end_of_turn, *tokenizer.header("assistant", chat)]
    found = []
    for text in chosen:
        asked = tokenizer.header("user", chat) + tokenizer.encode(text)[:LONGEST]
        room = max(longest - len(end) - len(asked), 1)
        found.append([*begin[:room], *asked, *end][-longest:])
    return found
