"""Name models that a user has installed: a spaCy pipeline, GLiNER or a transformer, never fetched from a network.

``spacy:en_core_web_trf`` is a package or a folder; ``gliner:PATH`` and ``transformers:PATH`` are folders, or names that are
in the local cache already.
"""

import os
from collections.abc import Callable, Sequence
from functools import cache
from importlib import import_module
from typing import Any

from curation.pii.light import spacy_lacks_torch
from curation.pii.spans import Span
from schemas.errors import ConfigError, CurateError, MissingExtra

_LABEL_OF = {
    **dict.fromkeys(("PERSON", "PER", "person"), "PERSON"),
    **dict.fromkeys(("GPE", "LOC", "LOCATION", "FAC", "location", "address"), "LOCATION"),
    **dict.fromkeys(("ORG", "organization", "school", "employer"), "ORG"),
}
_ASKED = ["person", "location", "address", "organization", "school", "employer"]


class _Heavier:
    """A model wrapped: ``entities`` gives (start, end, label, score) of a text in the model's own labels."""

    def __init__(self, name: str, entities: Callable[[Sequence[str]], list[list[tuple[int, int, str, float]]]]) -> None:
        self.name, self.entities = name, entities

    def find(self, texts: Sequence[str]) -> list[list[Span]]:
        """See :class:`curation.pii.ner.NameFinder`."""
        return [
            [
                Span(start, end, _LABEL_OF[label], f"ner:{self.name}", round(float(score), 3))
                for start, end, label, score in of_text
                if label in _LABEL_OF
            ]
            for of_text in self.entities(texts)
        ]


@cache
def heavier(name: str) -> _Heavier:
    """The model of ``name``, loaded once a process.

    Raises:
        MissingExtra: If its library is not installed.
        ConfigError: If the model is not on this machine, or there is no such kind of model.
    """
    kind, _, model = name.partition(":")
    if kind not in _LOADERS or not model:
        raise ConfigError(
            f"there is no name model '{name}'",
            field="pii.model",
            mend="Use embedded, none, spacy:NAME, gliner:PATH or transformers:PATH.",
        )
    # Both libraries would otherwise ask the hub for a newer version of what lies on disk.
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    try:
        return _Heavier(name, _LOADERS[kind](model))
    except ImportError as error:
        raise _missing(kind, name) from error
    except (OSError, ValueError) as error:
        raise ConfigError(
            f"the name model '{name}' is not on this machine ({type(error).__name__})",
            field="pii.model",
            mend="Put it into a folder yourself, or install its package; nothing is downloaded here.",
        ) from error


def _missing(kind: str, name: str) -> CurateError:
    """What is said where the library of a model is not installed."""
    if kind == "transformers":
        return MissingExtra(f"the name model '{name}'", "names")
    return ConfigError(
        f"the name model '{name}' needs a package that is not installed", field="pii.model", mend=f"pip install {kind}"
    )


def _spacy(model: str) -> Callable[[Sequence[str]], list[list[tuple[int, int, str, float]]]]:
    try:
        pipeline = import_module("spacy").load(model)
    except ValueError as error:
        if spacy_lacks_torch():
            raise ConfigError(
                f"the name model 'spacy:{model}' may need torch, and this process loaded spaCy without it",
                field="pii.model",
                mend="Scrub with this model before any other, or in a process of its own.",
            ) from error
        raise

    def entities(texts: Sequence[str]) -> list[list[tuple[int, int, str, float]]]:
        docs = pipeline.pipe(texts)
        return [[(entity.start_char, entity.end_char, entity.label_, 0.85) for entity in doc.ents] for doc in docs]

    return entities


def _gliner(model: str) -> Callable[[Sequence[str]], list[list[tuple[int, int, str, float]]]]:
    import_module("curation.onnx")  # GLiNER can load ONNX Runtime, which reports to its maker unless told not to
    loaded = import_module("gliner").GLiNER.from_pretrained(model, local_files_only=True)

    def entities(texts: Sequence[str]) -> list[list[tuple[int, int, str, float]]]:
        return [
            [
                (found["start"], found["end"], found["label"], found["score"])
                for found in loaded.predict_entities(text, _ASKED)
            ]
            for text in texts
        ]

    return entities


def _transformers(model: str) -> Callable[[Sequence[str]], list[list[tuple[int, int, str, float]]]]:
    transformers: Any = import_module("transformers")
    pipeline: Any = transformers.pipeline(
        "token-classification",
        model=transformers.AutoModelForTokenClassification.from_pretrained(model, local_files_only=True),
        tokenizer=transformers.AutoTokenizer.from_pretrained(model, local_files_only=True),
        aggregation_strategy="simple",
        device=-1,
    )

    def entities(texts: Sequence[str]) -> list[list[tuple[int, int, str, float]]]:
        return [
            [(found["start"], found["end"], found["entity_group"], found["score"]) for found in of_text]
            for of_text in pipeline(list(texts), stride=64)
        ]

    return entities


_LOADERS = {"spacy": _spacy, "gliner": _gliner, "transformers": _transformers}
