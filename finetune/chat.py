"""A conversation as a model's family reads it: what ``finetune.tokenizer`` (Llama 3) and ``finetune.qwen`` make."""

from collections.abc import Callable, Sequence
from typing import Literal, NamedTuple


class Turn(NamedTuple):
    """One message of a conversation."""

    role: Literal["system", "user", "assistant"]
    content: str


class ChatTokens(NamedTuple):
    """A conversation as token ids.

    Args:
        ids: Token ids.
        in_loss: For each id, whether predicting it is trained: true for what the assistant says and the token that
            ends its turn, false for everything else, the headers included.
    """

    ids: list[int]
    in_loss: list[bool]


class Chat(NamedTuple):
    """The tokenizer and chat format of a model.

    Args:
        encode: Conversations to ids.
        prompt: Likewise, up to where the assistant begins to speak.
        decode: Ids to text, special tokens left out.
        text: Plain text to ids; special tokens spelled out in it stay text.
        begin_id: What a text that is no conversation begins with.
        pad_id: What fills shorter conversations.
        stop_ids: What ends a turn.
    """

    encode: Callable[[Sequence[Turn]], ChatTokens]
    prompt: Callable[[Sequence[Turn]], list[int]]
    decode: Callable[[Sequence[int]], str]
    text: Callable[[str], list[int]]
    begin_id: int
    pad_id: int
    stop_ids: frozenset[int]
