"""De-identification: personal data in texts is found by form, by rule, by cue and by a name model, and replaced.

:data:`LIMITS` says what is not found. ``docs/personal-data.md`` has the figures.
"""

from curation.pii.draft import Scrubbed
from curation.pii.files import ScrubbedFile, check_scrub, restore_file, scrub_file
from curation.pii.kept_map import MAP_KEY, map_key_of_environment
from curation.pii.keys import SURROGATE_KEY, Key, read_key
from curation.pii.limits import LIMITS
from curation.pii.scrub import scrub_items, scrub_text
from curation.pii.spans import LABELS, Span
from curation.pii.step import Scrub

__all__ = [
    "LABELS",
    "LIMITS",
    "MAP_KEY",
    "SURROGATE_KEY",
    "Key",
    "Scrub",
    "Scrubbed",
    "ScrubbedFile",
    "Span",
    "check_scrub",
    "map_key_of_environment",
    "read_key",
    "restore_file",
    "scrub_file",
    "scrub_items",
    "scrub_text",
]
