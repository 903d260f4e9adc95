"""Approved items as files for training and as releases, the gate before these, and the trail of every item."""

from typing import TYPE_CHECKING, Any

from exports.export import ExportResult, export

if TYPE_CHECKING:
    from exports.gate import reasons
    from exports.lineage import prov_json, trace, withdraw
    from exports.publishing.changes import diff
    from exports.publishing.release import release

__all__ = ["ExportResult", "diff", "export", "prov_json", "reasons", "release", "trace", "withdraw"]

_LAZY = {
    "diff": "exports.publishing.changes",
    "prov_json": "exports.lineage",
    "reasons": "exports.gate",
    "release": "exports.publishing.release",
    "trace": "exports.lineage",
    "withdraw": "exports.lineage",
}


def __getattr__(name: str) -> Any:
    """Imports the rest at its first use: who only exports needs nothing of it."""
    if name not in _LAZY:
        raise AttributeError(f"module 'exports' has no attribute '{name}'")
    from importlib import import_module

    return getattr(import_module(_LAZY[name]), name)
