"""Presidio's engine without a model and without a network, run only on texts that could hold something.

Three things in Presidio reach for the network or fail silently when there is no model: its engine downloads a spaCy
pipeline, its e-mail recognizer fetches the public suffix list, and words of context (``card``, ``passport``) raise no
score, since a blank pipeline has no lemmas. Here the pipeline is a blank one, loading does nothing, the suffix list
is that on disk, and a word's lemma is the word in lower case.
"""

import logging
import re
from collections.abc import Sequence
from functools import cache
from typing import Any

import spacy
from presidio_analyzer import AnalyzerEngine, BatchAnalyzerEngine, RecognizerRegistry, RecognizerResult
from presidio_analyzer.context_aware_enhancers import LemmaContextAwareEnhancer
from presidio_analyzer.nlp_engine import SpacyNlpEngine
from spacy.language import Language
from spacy.tokens import Doc

from curation.pii.glance import Glance, glance
from curation.pii.recognizers import LABEL_OF, build
from curation.pii.spans import Span, merged

LEAST_SCORE = 0.4
"""Presidio's score of a telephone number without a word of context; weaker patterns need such a word."""

BATCH = 64

REACH = 120
"""Code points before and after that are looked at with what could be something; Presidio weighs five words of context."""

_WEB = re.compile(
    r"@|://|www\d{0,3}\.|\.(?<=[a-z0-9]\.)(?:(?:com|org|net|edu|gov|info|biz|io|app|blog|uk|ca|ie|de|fr|eu|co\.in|co\.nz|org\.nz)(?![\w@-])"
    r"|(?<=[a-z]\.)(?:me|ee|co|ly|gl|be|to|gg)/)",
    re.IGNORECASE,
)
_DOTTED = re.compile(r"\.(?=[a-z])", re.IGNORECASE)
"""What an address without ``@``, ``://`` and ``www`` holds; looking for it first is cheap."""

_NUMBER = re.compile(r"\d(?:[^\w\n]{0,3}\w{0,4}?[^\w\n]{0,3}\d){5}|:[0-9a-f]{0,4}:", re.IGNORECASE)
_SPACE = re.compile(r"\s")
_WALLET = re.compile(r"\b(?:bc1|[13])[a-zA-Z0-9]{25}")

LONGEST = 2000
"""The longest address or run of digits that is looked at in one piece."""

_WEB_ENTITIES = ["EMAIL_ADDRESS", "URL"]
_NUMBER_ENTITIES = [entity for entity in LABEL_OF if entity not in _WEB_ENTITIES]

# Presidio logs the words around what it found at the level DEBUG.
logging.getLogger("presidio-analyzer").setLevel(logging.WARNING)


class _BlankEngine(SpacyNlpEngine):  # type: ignore[misc]
    """A spaCy engine of an English tokenizer alone."""

    def __init__(self) -> None:
        super().__init__(models=[{"lang_code": "en", "model_name": "blank"}])
        pipeline = spacy.blank("en")
        pipeline.add_pipe("emocurate_lower_case_lemmas")
        self.nlp = {"en": pipeline}

    def load(self) -> None:
        """Nothing: it is loaded."""


class _InPlace(list[RecognizerResult]):
    """Results that are raised in place; Presidio copies all of them first, which takes longer than finding them."""

    def __deepcopy__(self, memo: dict[int, Any]) -> "_InPlace":
        return self


class _Enhancer(LemmaContextAwareEnhancer):  # type: ignore[misc]
    """Presidio's, without its copies."""

    def enhance_using_context(self, text: str, raw_results: list[RecognizerResult], *rest: Any, **named: Any) -> Any:
        """See Presidio."""
        return super().enhance_using_context(text, _InPlace(raw_results), *rest, **named) if raw_results else []


@Language.component("emocurate_lower_case_lemmas")
def _lower_case_lemmas(doc: Doc) -> Doc:
    for token in doc:
        token.lemma_ = token.lower_
    return doc


@cache
def _engine(regions: tuple[str, ...]) -> BatchAnalyzerEngine:
    """One engine a process and set of regions, built when it is first needed."""
    return BatchAnalyzerEngine(
        AnalyzerEngine(
            registry=RecognizerRegistry(recognizers=build(regions), supported_languages=["en"]),
            nlp_engine=_BlankEngine(),
            supported_languages=["en"],
            context_aware_enhancer=_Enhancer(context_matching_mode="whole_word"),
        )
    )


def find(texts: Sequence[str], regions: tuple[str, ...]) -> list[list[Span]]:
    """What the recognizers find in each of ``texts``; spans may overlap."""
    found: list[list[Span]] = [[] for _ in texts]
    by_need: dict[tuple[str, ...], list[tuple[int, int, str]]] = {}
    for place, text in enumerate(texts):
        if entities := _entities_in_reach(text):
            by_need.setdefault(entities, []).extend((place, start, text[start:end]) for start, end in _reaches(text))
    for entities, pieces in by_need.items():
        results = _engine(regions).analyze_iterator(
            [piece for _, _, piece in pieces],
            language="en",
            batch_size=BATCH,
            entities=list(entities),
            score_threshold=LEAST_SCORE,
        )
        for (place, start, _), of_piece in zip(pieces, results, strict=True):
            found[place] += [_span(result, start) for result in of_piece]
    return found


def _reaches(text: str) -> list[tuple[int, int]]:
    """The parts of ``text`` around what could be something, from space to space; words of context lie within them."""
    parts: list[tuple[int, int]] = []
    for pattern in _tried(glance(text)):
        done = 0
        for match in pattern.finditer(text):
            if match.end() + REACH <= done:
                continue
            start, end = max(0, match.start() - REACH), min(len(text), match.end() + REACH)
            space = _SPACE.search(text, end, min(len(text), end + LONGEST))
            done = space.start() if space else min(len(text), end + LONGEST)
            before = text.rfind(" ", max(0, start - LONGEST), start + 1)
            parts.append((before + 1 if before >= 0 else max(0, start - LONGEST), done))
    return merged(parts)


def _tried(look: Glance) -> list[re.Pattern[str]]:
    """The patterns of which ``look`` does not show at once that they find nothing."""
    text = look.text
    tried = [_WEB] if "@" in text or "://" in text or look.has("www") or _DOTTED.search(text) else []
    if look.digit or ":" in text:
        tried.append(_NUMBER)
    return [*tried, _WALLET] if look.digit else tried


def _entities_in_reach(text: str) -> tuple[str, ...]:
    """The entities that ``text`` could hold by its characters; for most texts, none."""
    tried = [pattern for pattern in _tried(glance(text)) if pattern.search(text)]
    entities: list[str] = []
    if _WEB in tried:
        entities += _WEB_ENTITIES if "@" in text else ["URL"]
    if _NUMBER in tried or _WALLET in tried:
        entities += _NUMBER_ENTITIES
    return tuple(entities)


def _span(result: RecognizerResult, shift: int) -> Span:
    recognizer = result.recognition_metadata[RecognizerResult.RECOGNIZER_NAME_KEY]
    label = LABEL_OF[result.entity_type]
    return Span(
        result.start + shift, result.end + shift, label, f"presidio:{recognizer}", round(float(result.score), 3)
    )
