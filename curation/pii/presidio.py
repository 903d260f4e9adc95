"""Our rules, cues and the name model as recognizers of Presidio's own interface, for who has an engine of Presidio's already.

    AnalyzerEngine(registry=RecognizerRegistry(recognizers=recognizers()), ...)

The scrubber itself calls the functions behind them directly, a batch at a time.
"""

from collections.abc import Callable, Sequence

from presidio_analyzer import LocalRecognizer, RecognizerResult
from presidio_analyzer.nlp_engine import NlpArtifacts

from curation.pii import cues, dates, forms, identifiers, places
from curation.pii.ner import NameFinder, embedded
from curation.pii.spans import LABELS, Span


class SpanRecognizer(LocalRecognizer):  # type: ignore[misc]
    """A recognizer of Presidio's around a function from a text to spans.

    Args:
        name: The recognizer's name.
        find: The function; its labels become Presidio's entities.
    """

    def __init__(self, name: str, find: Callable[[str], list[Span]]) -> None:
        self.find = find
        super().__init__(supported_entities=list(LABELS), name=name)

    def load(self) -> None:
        """Nothing: what it needs is loaded at its first use."""

    def analyze(
        self, text: str, entities: Sequence[str], nlp_artifacts: NlpArtifacts | None = None
    ) -> list[RecognizerResult]:
        """The spans of ``text`` whose label is among ``entities``."""
        return [
            RecognizerResult(
                span.label,
                span.start,
                span.end,
                span.score,
                recognition_metadata={RecognizerResult.RECOGNIZER_NAME_KEY: span.source},
            )
            for span in self.find(text)
            if span.label in entities and not span.source.startswith("doubt:")
        ]


def recognizers(names: NameFinder | None = None) -> list[SpanRecognizer]:
    """All of ours.

    Args:
        names: The name model; the embedded one if it is not given.
    """
    finder = names or embedded()
    rules = {
        "cues": cues.find,
        "dates": dates.find,
        "forms": forms.find,
        "identifiers": identifiers.find,
        "places": places.find,
    }
    return [
        *(SpanRecognizer(f"emocurate {name}", find) for name, find in rules.items()),
        SpanRecognizer("emocurate names", lambda text: finder.find([text])[0]),
    ]
