"""The small trained model beside the rules: see ``MODEL_CARD.md`` in this folder."""

from curation.triage.model.classifier import Opinion, classifier
from curation.triage.model.weigh import weighed
from curation.triage.model.windows import Window, plain, windows

__all__ = ["Opinion", "Window", "classifier", "plain", "weighed", "windows"]
