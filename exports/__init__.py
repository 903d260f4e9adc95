"""Approved items as files for training and as releases, the gate before these, and the trail of every item."""

from exports.export import ExportResult, export
from exports.gate import reasons
from exports.lineage import prov_json, trace, withdraw
from exports.publishing.changes import diff
from exports.publishing.release import release

__all__ = ["ExportResult", "diff", "export", "prov_json", "reasons", "release", "trace", "withdraw"]
