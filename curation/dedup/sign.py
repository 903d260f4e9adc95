"""The row step before deduplication: what is compared of an item, as keys, a MinHash signature and its words as
numbers.

Deduplication itself then looks at these columns alone, and at the texts of the pairs whose words differ.

Shingles: A. Z. Broder, "On the resemblance and containment of documents", 1997.
"""

import hashlib
from collections.abc import Sequence
from itertools import chain
from typing import ClassVar, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from curation.dedup.english import WEAK
from curation.dedup.minhash import PERMUTATIONS, minhash
from curation.dedup.tokens import SPEAKERS, Hashes, Places, Tokens, mixed, short, tokenise
from curation.step import FAULT_COLUMN
from schemas.config import Section

KEY = pa.binary(16)
FEW_WORDS = 24
"""Words of the longest text of which the weak ones count by themselves."""
LEAST_WORDS_OF_AN_ANSWER = 5
"""Words of the shortest answer that ties the items which share it: "Thank you" ties nothing."""

_PAIR = np.uint64(0x9E3779B97F4A7C15)


class Signed(NamedTuple):
    """What is compared of some texts."""

    words: list[bytes]
    """For each text, its words as little-endian uint32."""
    keys: list[bytes]
    """For each text, 16 bytes that are equal for two texts which differ in case, spacing and punctuation alone."""
    signatures: NDArray[np.uint16]
    """Shape (texts, :data:`curation.dedup.minhash.PERMUTATIONS`)."""


class SignConfig(Section):
    """Nothing to configure yet: signatures are comparable only while their parameters are the same."""


class Sign:
    """Writes the keys by which items are exactly equal, the signature by which they are similar, and their words.

    ``exact_key`` is of all words of the item, ``question_key`` and ``answer_key`` of one field of a QA pair (null
    otherwise); ``signature`` is 126 little-endian uint16; ``words`` are uint32, and of them the first
    ``question_words`` are the question's. A dialogue is one run of words in which a word of its own tells who speaks.
    """

    name: ClassVar[str] = "sign"
    reads: ClassVar[tuple[str, ...]] = ("question", "answer", "turns")
    writes: ClassVar[pa.Schema] = pa.schema(
        [
            ("exact_key", KEY),
            ("question_key", KEY),
            ("answer_key", KEY),
            ("signature", pa.binary(2 * PERMUTATIONS)),
            ("words", pa.binary()),
            ("question_words", pa.int32()),
        ]
    )
    libraries: ClassVar[tuple[str, ...]] = ("numpy",)

    def __init__(self, config: SignConfig | None = None) -> None:
        self.config = config or SignConfig()

    def __call__(self, rows: pa.Table) -> pa.Table:
        fields = [compared(row) for row in rows.to_pylist()]
        texts = list(chain.from_iterable(fields))
        tokens = tokenise(texts)
        first = np.zeros(len(fields) + 1, np.int64)
        np.cumsum([len(row) for row in fields], out=first[1:])
        counts = np.diff(tokens.offsets)
        keys = _keys(texts, tokens)
        exact, questions, answers, question_words = [], [], [], []
        for place, row in enumerate(fields):
            start = first[place]
            exact.append(
                keys[start]
                if len(row) == 1
                else hashlib.blake2b(b"".join(keys[start : start + 2]), digest_size=16).digest()
            )
            is_pair = len(row) == 2
            questions.append(keys[start] if is_pair else None)
            answers.append(keys[start + 1] if is_pair and counts[start + 1] >= LEAST_WORDS_OF_AN_ANSWER else None)
            question_words.append(int(counts[start]) if is_pair else None)
        whole = Tokens(tokens.hashes, tokens.offsets[first])
        signatures = [signature.tobytes() for signature in _signatures(whole)]
        columns = [exact, questions, answers, signatures, _packed(whole), question_words, [None] * len(rows)]
        schema = pa.schema([*self.writes, FAULT_COLUMN])
        return pa.table([pa.array(c, f.type) for c, f in zip(columns, schema, strict=True)], schema=schema)


def compared(row: dict) -> tuple[str, ...]:  # type: ignore[type-arg]
    """The texts of an item that are compared each with its like: question and answer, or all turns as one text.

    Who speaks is a word of its own before each turn, from the private use area, so that no text holds it.
    """
    if row["turns"] is None:
        return row["question"], row["answer"]
    return ("\n".join(f"{_SPEAKER_OF.get(turn['role'], _OTHER_SPEAKER)} {turn['text']}" for turn in row["turns"]),)


_SPEAKER_OF = {"seeker": chr(SPEAKERS[0]), "supporter": chr(SPEAKERS[1])}
_OTHER_SPEAKER = chr(SPEAKERS[2])


def sign_texts(texts: Sequence[str]) -> Signed:
    """Signs texts that are compared as they stand."""
    tokens = tokenise(texts)
    return Signed(_packed(tokens), _keys(texts, tokens), _signatures(tokens))


def _keys(texts: Sequence[str], tokens: Tokens) -> list[bytes]:
    """A text without words, such as "???", stands for itself."""
    data = memoryview(tokens.hashes.astype("<u8").tobytes())
    bounds = (8 * tokens.offsets).tolist()
    return [
        hashlib.blake2b(
            data[bounds[i] : bounds[i + 1]] or text.encode("utf-8", "surrogatepass"), digest_size=16
        ).digest()
        for i, text in enumerate(texts)
    ]


def _packed(tokens: Tokens) -> list[bytes]:
    data = short(tokens.hashes).astype("<u4").tobytes()
    bounds = (4 * tokens.offsets).tolist()
    return [data[bounds[i] : bounds[i + 1]] for i in range(len(bounds) - 1)]


def _signatures(tokens: Tokens) -> NDArray[np.uint16]:
    """Signatures over the words that are not weak, and over the pairs of neighbouring words.

    Weak words by themselves would make any two long texts alike; in pairs they tell one phrase from another, and a
    short text has no others to spare.
    """
    return minhash(*_shingles(tokens))


def _shingles(tokens: Tokens) -> tuple[Hashes, Places]:
    """Word ``i`` and its pair with word ``i + 1``, interleaved so that the shingles of a text stay together."""
    hashes = tokens.hashes
    both = np.empty((len(hashes), 2), np.uint64)
    both[:, 0] = hashes
    both[:-1, 1] = mixed(hashes[:-1] * _PAIR + hashes[1:])
    counts = np.ones((len(hashes), 2), bool)
    lengths = np.diff(tokens.offsets)
    counts[:, 0] = ~np.isin(hashes, _weak()) | np.repeat(lengths <= FEW_WORDS, lengths)
    lasts = tokens.offsets[1:][lengths > 0] - 1
    counts[lasts, 1] = False
    sums = np.zeros(len(hashes) + 1, np.int64)
    np.cumsum(counts.sum(axis=1), out=sums[1:])
    return both[counts], sums[tokens.offsets]


def _weak() -> Hashes:
    return tokenise(sorted(WEAK)).hashes
