"""Paraphrases are found by a model in a folder, and are shown, never removed."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from curation.dedup.near import Near
from curation.dedup.semantic import alike, paraphrases
from schemas.errors import ConfigError, MissingExtra


def test_vectors_that_point_one_way_are_a_pair_that_no_threshold_removes() -> None:
    vectors = np.array([[1, 0], [0.99, 0.14], [0, 1]], np.float32)
    (pair,) = alike(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), 0.9)
    assert (pair.first, pair.second, pair.zone(50, 50)) == (0, 1, "grey")
    assert Near([pair], np.zeros(3, np.int64)).removals(50) == {}


def test_a_folder_without_a_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="is no folder of a model"):
        paraphrases(["a"], tmp_path, 0.9)


@pytest.mark.skipif(importlib.util.find_spec("sentence_transformers") is not None, reason="the extra is installed")
def test_without_the_extra_the_message_tells_how_to_install_it(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(MissingExtra, match=r"\.\[semantic\]"):
        paraphrases(["a"], tmp_path, 0.9)
