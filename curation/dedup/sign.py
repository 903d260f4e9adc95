"""The row step before deduplication: what is compared of an item, as keys and a MinHash signature.

Deduplication itself then looks at these columns alone, and at the texts of the pairs that it must verify.

MinHash: A. Z. Broder, "On the resemblance and containment of documents", 1997.
"""

import hashlib
from itertools import pairwise
from typing import ClassVar

import numpy as np
import pyarrow as pa

from curation.dedup.normalise import words
from curation.step import FAULT_COLUMN
from curation.table import texts
from schemas.config import Section

PERMUTATIONS, SEED = 128, 42
KEY = pa.binary(16)
LEAST_WORDS_OF_AN_ANSWER = 5
"""Words of the shortest answer that ties the items which share it: "Thank you" ties nothing."""


class SignConfig(Section):
    """Nothing to configure yet: signatures are comparable only while their parameters are the same."""


class Sign:
    """Writes the keys by which items are exactly equal, and the signature by which they are similar.

    ``exact_key`` is of all words of the item, ``question_key`` and ``answer_key`` of one field of a QA pair (null
    otherwise); ``signature`` is 128 little-endian uint32 over the words and the pairs of neighbouring words.
    """

    name: ClassVar[str] = "sign"
    reads: ClassVar[tuple[str, ...]] = ("question", "answer", "turns")
    writes: ClassVar[pa.Schema] = pa.schema(
        [
            ("exact_key", KEY),
            ("question_key", KEY),
            ("answer_key", KEY),
            ("signature", pa.binary(4 * PERMUTATIONS)),
        ]
    )
    libraries: ClassVar[tuple[str, ...]] = ("numpy", "rensa")

    def __init__(self, config: SignConfig | None = None) -> None:
        self.config = config or SignConfig()

    def __call__(self, rows: pa.Table) -> pa.Table:
        from rensa import RMinHash

        exact, questions, answers, shingles = [], [], [], []
        for row in rows.to_pylist():
            fields = compared(row)
            exact.append(_key(*fields))
            is_pair = row["turns"] is None
            questions.append(_key(fields[0]) if is_pair else None)
            answers.append(_key(fields[1]) if is_pair and len(fields[1]) >= LEAST_WORDS_OF_AN_ANSWER else None)
            tokens = [word for field in fields for word in field]
            shingles.append({*tokens, *(f"{one} {two}" for one, two in pairwise(tokens))})
        matrix = np.asarray(RMinHash.digest_matrix_from_token_sets(shingles, PERMUTATIONS, SEED).to_rows(), dtype="<u4")
        signatures = [signature.tobytes() for signature in matrix.reshape(len(rows), PERMUTATIONS)]
        columns = [exact, questions, answers, signatures, [None] * len(rows)]
        schema = pa.schema([*self.writes, FAULT_COLUMN])
        return pa.table([pa.array(c, f.type) for c, f in zip(columns, schema, strict=True)], schema=schema)


def compared(row: dict) -> tuple[list[str], ...]:  # type: ignore[type-arg]
    """The words of each field of an item that must be equal for it to be a duplicate, turn by turn for a dialogue.

    A text without words, such as "???", stands for itself.
    """
    return tuple(words(text) or [text] for _, text in texts(row))


def _key(*fields: list[str]) -> bytes:
    text = "\n".join(" ".join(field) for field in fields)
    return hashlib.blake2b(text.encode(), digest_size=KEY.byte_width).digest()
