"""The small trained model beside the rules: see ``MODEL_CARD.md`` in this folder."""

from curation.triage.model.classifier import Opinion, classifier
from curation.triage.model.weigh import LEAST_IN_TURN, marked, weighed
from curation.triage.model.windows import Window, plain, windows

__all__ = ["LEAST_IN_TURN", "Opinion", "Window", "classifier", "marked", "plain", "weighed", "windows"]
