from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from finetune.compat import TransformerDecoder
from finetune.evaluation.likelihood import Likelihood, Tokens
from finetune.models import ModelFolder, build, open_model, read_weights
from finetune.tiny import make_tiny_model
from finetune.tokenizer import open_chat

BENCHMARK_DATA = Path(__file__).parent / "benchmarks"
"""A few questions written here in the layout of each of the nine benchmarks on the Hub."""

BEGIN = 1024  # the tiny tokenizer's <|begin_of_text|>


@pytest.fixture(scope="session")
def tiny_folder(tmp_path_factory: pytest.TempPathFactory) -> ModelFolder:
    folder = tmp_path_factory.mktemp("tiny-model")
    make_tiny_model(folder)
    return open_model(folder)


@pytest.fixture(scope="session")
def tiny_model(tiny_folder: ModelFolder) -> TransformerDecoder:
    return build(tiny_folder.architecture, read_weights(tiny_folder)).eval()


@pytest.fixture(scope="session")
def encode(tiny_folder: ModelFolder) -> Callable[[str], list[int]]:
    return open_chat(tiny_folder).text


class LooksUp:
    """A model of known answers: an ending is likely if it is among those it was told, and unlikely otherwise."""

    context = 4096

    def __init__(self, right: set[tuple[int, ...]]) -> None:
        self.right = right
        self.asked = 0

    def score(self, prefix: Tokens, endings: Sequence[Tokens]) -> list[Likelihood]:
        self.asked += len(endings)
        return [Likelihood(-1.0 if (*prefix, *ending) in self.right else -50.0, False) for ending in endings]
