"""The build's report: one HTML page that opens offline."""

from curation.report.page import report_html

__all__ = ["report_html"]
