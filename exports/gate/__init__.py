"""The gate: every reason why what is approved must not be released yet, each with its mend."""

from exports.gate.gate import CHECKS, look, reasons
from exports.gate.reason import Reason

__all__ = ["CHECKS", "Reason", "look", "reasons"]
