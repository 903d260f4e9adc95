"""Approved items as files for training."""

from exports.export import ExportResult, export

__all__ = ["ExportResult", "export"]
