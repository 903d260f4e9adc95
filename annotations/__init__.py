"""The review of items: the queue, the ledger of decisions, and what they come to."""

from annotations.agreement import AgreementReport, agreement, agreement_of
from annotations.decide import Decided, decide
from annotations.label_studio import Served, serve, stop
from annotations.ledger import Entry, Ledger
from annotations.policy import STATES, Policy, Standing, State, approved_row, counted, policy_of, standings
from annotations.queue import Pulled, Pushed, adjudicate, pull, push
from annotations.report import Report, write_report
from annotations.rubric import known_rubrics, load_rubric
from annotations.sheet import write_sheet
from annotations.status import ReviewStatus, status
from annotations.status_page import write_status_page
from annotations.trace import trace
from annotations.verify import Verified, verify

__all__ = [
    "STATES",
    "AgreementReport",
    "Decided",
    "Entry",
    "Ledger",
    "Policy",
    "Pulled",
    "Pushed",
    "Report",
    "ReviewStatus",
    "Served",
    "Standing",
    "State",
    "Verified",
    "adjudicate",
    "agreement",
    "agreement_of",
    "approved_row",
    "counted",
    "decide",
    "known_rubrics",
    "load_rubric",
    "policy_of",
    "pull",
    "push",
    "serve",
    "standings",
    "status",
    "stop",
    "trace",
    "verify",
    "write_report",
    "write_sheet",
    "write_status_page",
]
