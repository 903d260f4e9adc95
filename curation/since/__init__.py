"""What has become of a build since it was made, on a copy of its page: the build itself never changes."""

from curation.since.drift import Drift, drift, previous_build
from curation.since.page import drift_html, page_with

__all__ = ["Drift", "drift", "drift_html", "page_with", "previous_build"]
