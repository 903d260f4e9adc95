"""Llama 3's tokenizer and chat format: text to token ids, and which of them count in the loss.

One file format serves training and the phone: BPE ranks as tiktoken writes them (``tokenizer.model``), followed by 256
special tokens that are not in the file. Their ids are the number of ranks plus their place in ``SPECIAL_TOKENS``, the
order that Meta and ExecuTorch use. With Llama 3's 128,000 ranks that gives ``<|begin_of_text|>`` its id 128000 and a
vocabulary of 128,256, as many as the model has embeddings.

torchtune by itself puts ``<|image|>`` at 128256, one past the embeddings of the text models; hence the explicit table.
"""

import base64
import binascii
from collections.abc import Sequence
from pathlib import Path

from finetune.chat import Chat, ChatTokens, Turn
from finetune.compat import Llama3Tokenizer, Message
from finetune.models import ModelFolder
from finetune.qwen import load_qwen
from finetune.tiktoken_cache import uncached_tiktoken
from schemas.errors import CurateError

NUMBER_OF_SPECIAL_TOKENS = 256

_NAMED = (
    "<|begin_of_text|>",
    "<|end_of_text|>",
    "<|reserved_special_token_0|>",
    "<|reserved_special_token_1|>",
    "<|finetune_right_pad_id|>",
    "<|step_id|>",
    "<|start_header_id|>",
    "<|end_header_id|>",
    "<|eom_id|>",
    "<|eot_id|>",
    "<|python_tag|>",
    "<|image|>",
)
SPECIAL_TOKENS: tuple[str, ...] = _NAMED + tuple(
    f"<|reserved_special_token_{2 + i}|>" for i in range(NUMBER_OF_SPECIAL_TOKENS - len(_NAMED))
)

_MEND = "Take tokenizer.model from the folder of the model (in Meta's downloads it lies in original/)."


def read_ranks(path: Path) -> list[bytes]:
    """The tokens of a tiktoken file, by rank.

    Raises:
        CurateError: If the file is missing or is not such a file; names the line.
    """
    if not path.is_file():
        raise CurateError("the tokenizer is missing", file=path, mend=_MEND)
    tokens: list[bytes] = []
    for row, line in enumerate(path.read_bytes().splitlines(), start=1):
        try:
            encoded, rank = line.split()
            token = base64.b64decode(encoded, validate=True)
            in_order = int(rank) == len(tokens)
        except (ValueError, binascii.Error):
            in_order = False
        if not in_order:
            raise CurateError("not a line of a tiktoken tokenizer", file=path, row=row, mend=_MEND)
        tokens.append(token)
    if len(tokens) < 256:
        raise CurateError(f"a tokenizer of {len(tokens)} tokens cannot spell every byte", file=path, mend=_MEND)
    return tokens


def load_tokenizer(path: Path, vocab_size: int | None = None) -> Llama3Tokenizer:
    """torchtune's tokenizer for a ``tokenizer.model``, the tiny one or Llama 3's.

    Args:
        path: The file.
        vocab_size: Of the model that it has to fit, if there is one.

    Raises:
        CurateError: If the file is missing, is not a tiktoken file or does not fit the model.
    """
    base = len(read_ranks(path))
    if vocab_size not in (None, base + NUMBER_OF_SPECIAL_TOKENS):
        raise CurateError(
            f"the tokenizer has {base + NUMBER_OF_SPECIAL_TOKENS} tokens, the model {vocab_size}", file=path, mend=_MEND
        )
    special_tokens = {token: base + i for i, token in enumerate(SPECIAL_TOKENS)}
    with uncached_tiktoken():
        return Llama3Tokenizer(str(path), special_tokens=special_tokens)


def encode_chat(tokenizer: Llama3Tokenizer, turns: Sequence[Turn]) -> ChatTokens:
    """Tokenises a conversation in Llama 3's chat format.

    The ids are those of torchtune's ``tokenize_messages`` without its closing ``<|end_of_text|>``, which no chat
    contains. The mask is stricter than torchtune's: it leaves out the assistant's header too, which is given at
    inference and never generated. Special tokens spelled out in a message stay ordinary text.
    """
    ids, in_loss = [tokenizer.bos_id], [False]
    for turn in turns:
        header = tokenizer.tokenize_message(Message(role=turn.role, content=""), add_end_tokens=False)
        body = tokenizer.tokenize_message(Message(role=turn.role, content=turn.content), add_start_tokens=False)
        ids += header + body
        in_loss += [False] * len(header) + [turn.role == "assistant"] * len(body)
    return ChatTokens(ids, in_loss)


def llama_chat(path: Path, vocab_size: int) -> Chat:
    """The chat format for a model with ``vocab_size`` embeddings.

    Raises:
        CurateError: If the file is missing, is not a tiktoken file or does not fit the model.
    """
    tokenizer = load_tokenizer(path, vocab_size)
    header = tokenizer.tokenize_message(Message(role="assistant", content=""), add_end_tokens=False)
    return Chat(
        encode=lambda turns: encode_chat(tokenizer, turns),
        prompt=lambda turns: encode_chat(tokenizer, turns).ids + header,
        decode=lambda ids: tokenizer.decode(list(ids), truncate_at_eos=False, skip_special_tokens=True),
        text=lambda text: list(tokenizer.encode(text, add_bos=False, add_eos=False)),
        begin_id=tokenizer.bos_id,
        pad_id=tokenizer.pad_id,
        stop_ids=frozenset((tokenizer.eos_id, tokenizer.eom_id, tokenizer.eot_id)),
    )


def open_chat(model: ModelFolder) -> Chat:
    """The chat format of a model on disk.

    Raises:
        CurateError: If its tokenizer is damaged or is another model's.
    """
    if model.architecture.model_type == "qwen2":
        vocabulary, merges = model.tokenizer_files
        return load_qwen(vocabulary, merges, model.architecture.vocab_size)
    return llama_chat(model.tokenizer_files[0], model.architecture.vocab_size)
