"""Trains a small byte-pair encoding in tiktoken's format.

    python -m finetune.bpe        # writes finetune/data/tiny_tokenizer.model again, byte for byte

The project carries a tiny tokenizer of its own so that everything can be tried and tested without the Llama tokenizer,
whose licence does not let it travel with the code.

Source of the algorithm: Sennrich, Haddow and Birch, "Neural Machine Translation of Rare Words with Subword Units"
(ACL 2016), on bytes as in GPT-2.
"""

import base64
from collections import Counter
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path

DATA = Path(__file__).parent / "data"
TINY_SENTENCES = DATA / "tiny_sentences.txt"
TINY_TOKENIZER = DATA / "tiny_tokenizer.model"
TINY_RANKS = 1024

# Llama 3's split of text into pieces that merges never cross.
LLAMA3_PATTERN = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}"
    r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)

Piece = tuple[bytes, ...]


def train_ranks(text: str, ranks: int) -> list[bytes]:
    """Learns ``ranks`` tokens from ``text``: the 256 bytes, then merges, the most frequent pair first.

    Equally frequent pairs are taken in the order of their bytes, so the result depends on the text alone.

    Raises:
        ValueError: If ``text`` is too short to yield that many merges.
    """
    import regex

    pieces: Counter[Piece] = Counter(
        tuple(bytes([byte]) for byte in match.encode()) for match in regex.findall(LLAMA3_PATTERN, text)
    )
    tokens = [bytes([byte]) for byte in range(256)]
    while len(tokens) < ranks:
        pairs: Counter[tuple[bytes, bytes]] = Counter()
        for piece, count in pieces.items():
            for pair in pairwise(piece):
                pairs[pair] += count
        if not pairs:
            raise ValueError(f"the text yields {len(tokens)} ranks, {ranks} were asked for")
        best = min(pairs, key=lambda pair: (-pairs[pair], pair))
        if best[0] + best[1] not in tokens:  # "a"+"bc" may spell a token that "ab"+"c" has made before
            tokens.append(best[0] + best[1])
        pieces = Counter({_merge(piece, best): count for piece, count in pieces.items()})
    return tokens


def _merge(piece: Piece, pair: tuple[bytes, bytes]) -> Piece:
    merged: list[bytes] = []
    i = 0
    while i < len(piece):
        if piece[i : i + 2] == pair:
            merged.append(piece[i] + piece[i + 1])
            i += 2
        else:
            merged.append(piece[i])
            i += 1
    return tuple(merged)


def write_ranks(tokens: Iterable[bytes], path: Path) -> None:
    """Writes ranks as tiktoken reads them: a line a token, base64 and rank."""
    lines = (base64.b64encode(token) + b" " + str(rank).encode() for rank, token in enumerate(tokens))
    path.write_bytes(b"\n".join(lines) + b"\n")


if __name__ == "__main__":
    write_ranks(train_ranks(TINY_SENTENCES.read_text(encoding="utf-8"), TINY_RANKS), TINY_TOKENIZER)
