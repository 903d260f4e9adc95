"""De-identification: personal data in texts is found by form and by cue, and replaced by numbered placeholders.

Names that nothing announces are not found by this version; :data:`LIMITS` says what else is not.
"""

from curation.pii.limits import LIMITS
from curation.pii.scrub import Scrubbed, scrub_items, scrub_text
from curation.pii.spans import LABELS, Span
from curation.pii.step import Scrub

__all__ = ["LABELS", "LIMITS", "Scrub", "Scrubbed", "Span", "scrub_items", "scrub_text"]
