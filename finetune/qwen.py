"""Qwen 2.5's tokenizer and chat format (ChatML): text to token ids, and which of them count in the loss."""

import json
import unicodedata
from collections.abc import Sequence
from pathlib import Path

from finetune.chat import Chat, ChatTokens, Turn
from finetune.compat import QWEN2_5_SPECIAL_TOKENS, Qwen2Tokenizer
from schemas.errors import CurateError

_MEND = "Take vocab.json and merges.txt from the folder of the model."
_FIRST_SPECIAL = min(QWEN2_5_SPECIAL_TOKENS.values())


def load_qwen(vocabulary: Path, merges: Path, vocab_size: int) -> Chat:
    """The chat format for a model with ``vocab_size`` embeddings.

    Special tokens follow the vocabulary, in Qwen's order; Qwen's own models have 151,643 entries before them.

    Raises:
        CurateError: If a file is not what it should be, or the tokens do not fit the model.
    """
    try:
        entries = len(json.loads(vocabulary.read_text(encoding="utf-8")))
        special = {token: place - _FIRST_SPECIAL + entries for token, place in QWEN2_5_SPECIAL_TOKENS.items()}
        tokenizer = Qwen2Tokenizer(str(vocabulary), str(merges), special_tokens=special)
    except (ValueError, TypeError) as error:
        raise CurateError("not a Qwen tokenizer", file=vocabulary, mend=_MEND) from error
    if entries + len(special) > vocab_size:  # the models have some embeddings more than there are tokens
        raise CurateError(
            f"the tokenizer has {entries + len(special)} tokens, the model {vocab_size}", file=vocabulary, mend=_MEND
        )
    end = special["<|im_end|>"]
    return Chat(
        encode=lambda turns: _encode(tokenizer, turns),
        prompt=lambda turns: _encode(tokenizer, turns).ids + _header(tokenizer, "assistant"),
        decode=lambda ids: tokenizer.decode(list(ids), skip_special_tokens=True),
        text=lambda text: _text(tokenizer, text),
        begin_id=special["<|endoftext|>"],
        pad_id=special["<|endoftext|>"],
        stop_ids=frozenset((end, special["<|endoftext|>"])),
    )


def _encode(tokenizer: Qwen2Tokenizer, turns: Sequence[Turn]) -> ChatTokens:
    """``<|im_start|>role``, the text, ``<|im_end|>`` for each turn.

    Special tokens spelled out in a message stay ordinary text, and no system prompt is put in where there is none.
    """
    ids: list[int] = []
    in_loss: list[bool] = []
    for turn in turns:
        header = _header(tokenizer, turn.role)
        body = [*_text(tokenizer, turn.content.strip()), tokenizer.im_end_id]
        after = _text(tokenizer, "\n")
        ids += header + body + after
        in_loss += [False] * len(header) + [turn.role == "assistant"] * len(body) + [False] * len(after)
    return ChatTokens(ids, in_loss)


def _header(tokenizer: Qwen2Tokenizer, role: str) -> list[int]:
    return [tokenizer.im_start_id, *_text(tokenizer, f"{role}\n")]


def _text(tokenizer: Qwen2Tokenizer, text: str) -> list[int]:
    """Past torchtune's ``encode``, which takes special tokens for what they spell."""
    return [tokenizer.encoder[piece] for piece in tokenizer._tokenize(unicodedata.normalize("NFC", text))]
