"""The review of items: the queue, the ledger of decisions, and what they come to."""

from annotations.decide import Decided, decide
from annotations.ledger import Entry, Ledger
from annotations.policy import STATES, Standing, State, approved_row, counted, standings
from annotations.sheet import write_sheet
from annotations.status import status
from annotations.trace import trace

__all__ = [
    "STATES",
    "Decided",
    "Entry",
    "Ledger",
    "Standing",
    "State",
    "approved_row",
    "counted",
    "decide",
    "standings",
    "status",
    "trace",
    "write_sheet",
]
