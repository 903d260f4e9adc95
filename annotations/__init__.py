"""The review of items: the queue, the ledger of decisions, and what they come to."""

from annotations.decide import Decided, decide
from annotations.ledger import Entry, Ledger
from annotations.policy import STATES, Standing, State, approved_row, counted, standings
from annotations.sheet import write_sheet
from annotations.status import status
from annotations.trace import trace
from annotations.verify import Verified, verify

__all__ = [
    "STATES",
    "Decided",
    "Entry",
    "Ledger",
    "Standing",
    "State",
    "Verified",
    "approved_row",
    "counted",
    "decide",
    "standings",
    "status",
    "trace",
    "verify",
    "write_sheet",
]
