"""Crisis lines, emergency numbers and help organisations: the table, and where a text names one of them.

The table is ``helplines.yaml`` beside this file, for people to read and correct. De-identification keeps what it
holds, whatever else it masks; whatever shows a helpline to a user should take it from here and nowhere else.
"""

from curation.helplines.mentions import (
    Mention,
    Misplaced,
    host_of,
    is_help_address,
    is_help_site,
    mentions,
    misplaced_numbers,
)
from curation.helplines.table import Helpline, Table, table, to_present

__all__ = [
    "Helpline",
    "Mention",
    "Misplaced",
    "Table",
    "host_of",
    "is_help_address",
    "is_help_site",
    "mentions",
    "misplaced_numbers",
    "table",
    "to_present",
]
