"""The safety layer: crisis wording is recognised on the device, and answered with helplines that a person has checked.

The answer stands beside whatever the model says, and does not wait for it. The recogniser is the one that orders the
review queue (``curation.triage``); what is shown is data in the bundle (``safety.json``).
"""

from deploy.safety.figures import Figures, Share
from deploy.safety.helplines import Line, confirmed_helplines, write_helplines
from deploy.safety.layer import SAFETY, Help, SafetyLayer, make_layer, prepare, read_layer

__all__ = [
    "SAFETY",
    "Figures",
    "Help",
    "Line",
    "SafetyLayer",
    "Share",
    "confirmed_helplines",
    "make_layer",
    "prepare",
    "read_layer",
    "write_helplines",
]
