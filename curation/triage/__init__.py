"""Risk triage: which items speak of danger, by a phrase list that clinicians can read and correct.

It orders the review queue and marks items. It never drops, approves, scores or diagnoses: every item is reviewed by a
person, and an item without a mark is not a safe one.
"""

from curation.triage.levels import LEVELS, Level, most_urgent
from curation.triage.limits import LIMITS
from curation.triage.recognise import Evidence, Triaged, triage_text
from curation.triage.step import Triage

__all__ = ["LEVELS", "LIMITS", "Evidence", "Level", "Triage", "Triaged", "most_urgent", "triage_text"]
