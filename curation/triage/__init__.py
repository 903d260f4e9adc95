"""Risk triage: which items speak of danger, by phrase files that clinicians can read and correct.

It orders the review queue, marks items and offers help. It never drops, approves, scores or diagnoses: every item is
reviewed by a person, and an item without a mark is not a safe one.
"""

from curation.triage.answers import FLAGS, Flag, Flagged, flag_answer
from curation.triage.batch import TriageResult, triage_file
from curation.triage.dialogue import TriagedDialogue, triage_message, triage_transcript, triage_turns
from curation.triage.evidence import Evidence, Triaged
from curation.triage.levels import LEVELS, Level, most_urgent
from curation.triage.limits import LIMITS
from curation.triage.recognise import triage_text
from curation.triage.step import Triage

__all__ = [
    "FLAGS",
    "LEVELS",
    "LIMITS",
    "Evidence",
    "Flag",
    "Flagged",
    "Level",
    "Triage",
    "TriageResult",
    "Triaged",
    "TriagedDialogue",
    "flag_answer",
    "most_urgent",
    "triage_file",
    "triage_message",
    "triage_text",
    "triage_transcript",
    "triage_turns",
]
