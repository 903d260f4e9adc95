"""Paraphrases: texts that say the same in other words, found by the embeddings of a model that the user names.

A model is read from a folder and never fetched. What it finds is alike in meaning as far as the model can tell, which
is not far enough to remove anything: its pairs are grey, for a person to decide.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from curation.dedup.near import NearPair
from curation.progress import Progress, silent
from schemas.errors import ConfigError, MissingExtra

ROWS_AT_ONCE = 1024
"""Texts whose similarities to all others are held at once."""
PARAPHRASE = "another wording"


def paraphrases(texts: Sequence[str], model: Path, least: float, progress: Progress = silent) -> list[NearPair]:
    """Pairs of texts whose embeddings are alike.

    Args:
        texts: The texts, the preferred first.
        model: The folder of a sentence-transformers model.
        least: The least cosine similarity of a pair.
        progress: Told of the texts done.

    Raises:
        ConfigError: If the folder holds no model.
        MissingExtra: If sentence-transformers is not installed.
    """
    if not (model / "config.json").is_file():
        raise ConfigError(
            "is no folder of a model", file=model, mend="Name a folder that holds config.json and weights."
        )
    try:
        from sentence_transformers import SentenceTransformer
    except ImportError as error:
        raise MissingExtra("finding paraphrases", "semantic") from error
    encoder = SentenceTransformer(str(model), device="cpu", local_files_only=True)
    vectors = []
    with progress("embed", len(texts)) as advance:
        for start in range(0, len(texts), ROWS_AT_ONCE):
            some = list(texts[start : start + ROWS_AT_ONCE])
            vectors.append(encoder.encode(some, normalize_embeddings=True, show_progress_bar=False))
            advance(len(some))
    return alike(np.concatenate(vectors), least) if vectors else []


def alike(vectors: NDArray[np.float32], least: float) -> list[NearPair]:
    """Pairs of vectors (shape (texts, dimensions), each of length 1) with a cosine of ``least`` or more."""
    pairs = []
    for start in range(0, len(vectors), ROWS_AT_ONCE):
        cosines = vectors[start : start + ROWS_AT_ONCE] @ vectors.T
        for row, column in zip(*np.nonzero(cosines >= least), strict=True):
            first, second = start + int(row), int(column)
            if first < second:
                score = round(100 * min(1.0, float(cosines[row, column])), 1)
                pairs.append(NearPair(first, second, "same", score, True, 0, (PARAPHRASE,)))
    return pairs
