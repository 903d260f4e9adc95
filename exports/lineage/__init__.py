"""Where an item is from, where it went, and how it is taken back."""

from exports.lineage.holders import Holder, holders
from exports.lineage.prov import prov_json
from exports.lineage.tracing import Trail, trace
from exports.lineage.withdraw import Withdrawal, withdraw

__all__ = ["Holder", "Trail", "Withdrawal", "holders", "prov_json", "trace", "withdraw"]
