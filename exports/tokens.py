"""How many tokens a conversation has, by the tokenizer of the model that it is meant for.

Reads Llama 3's ``tokenizer.model`` (BPE ranks as tiktoken writes them) and any ``tokenizer.json`` of Hugging Face.
Where the vocabulary has Llama 3's header tokens, its chat format is counted with the texts: ``<|begin_of_text|>``, and
for each message two header tokens, its role, a blank line and ``<|eot_id|>``.
"""

import base64
from collections.abc import Callable
from pathlib import Path

from exports.messages import Messages
from schemas.errors import CurateError, MissingExtra

LLAMA_3_WORDS = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|"
    r"\s*[\r\n]+|\s+(?!\S)|\s+"
)
"""How Llama 3 cuts text into words before it merges bytes (meta-llama/llama-models, tokenizer.py)."""
_MEND = "Give the tokenizer.model or tokenizer.json from the model's folder."

Count = Callable[[Messages], int]
"""Counts the tokens of a conversation."""


def token_counter(file: Path) -> Count:
    """What counts tokens as the model of this tokenizer does.

    Raises:
        CurateError: If the file is missing or is no tokenizer. MissingExtra: If tiktoken is not installed.
    """
    if not file.is_file():
        raise CurateError("there is no such file", file=file, mend=_MEND)
    if file.suffix == ".json":
        return _from_json(file)
    return _in_chat(_from_ranks(file))


def _in_chat(count: Callable[[str], int]) -> Count:
    role_tokens = {role: count(role) for role in ("system", "user", "assistant")}
    blank_line = count("\n\n")

    def tokens(messages: Messages) -> int:
        return 1 + sum(3 + role_tokens[one["role"]] + blank_line + count(one["content"].strip()) for one in messages)

    return tokens


def _from_ranks(file: Path) -> Callable[[str], int]:
    try:
        import tiktoken
    except ImportError:
        raise MissingExtra("counting tokens by a tokenizer.model", "train") from None
    try:
        lines = [line.split() for line in file.read_bytes().splitlines()]
        ranks = {base64.b64decode(token): int(rank) for token, rank in lines}
        encoding = tiktoken.Encoding("llama3", pat_str=LLAMA_3_WORDS, mergeable_ranks=ranks, special_tokens={})
    except ValueError:
        raise CurateError("is no tokenizer in tiktoken's format", file=file, mend=_MEND) from None
    return lambda text: len(encoding.encode_ordinary(text))


def _from_json(file: Path) -> Count:
    from tokenizers import Tokenizer

    try:
        tokenizer = Tokenizer.from_file(str(file))
    except Exception:  # the library raises plain Exception
        raise CurateError("is no tokenizer in Hugging Face's format", file=file, mend=_MEND) from None

    def count(text: str) -> int:
        return len(tokenizer.encode(text, add_special_tokens=False).ids)

    if tokenizer.token_to_id("<|start_header_id|>") is not None:
        return _in_chat(count)
    return lambda messages: sum(count(one["content"]) for one in messages)
