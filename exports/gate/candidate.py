"""What the gate looks at: the items that would be released, and all that they rest on."""

from functools import cached_property
from typing import Any

from annotations.policy import decisions_now
from curation import Workspace
from exports.approved import Approved
from exports.publishing.review import ReviewTable, review_table
from schemas.config import SourceConfig, WorkspaceConfig
from schemas.release_config import ReleaseConfig
from schemas.review import Review


class Candidate:
    """A release that has not been made yet.

    Args:
        workspace: Where it would be made.
        config: ``curate.yaml`` as it is now.
        approved: The approved items.
    """

    def __init__(self, workspace: Workspace, config: WorkspaceConfig, approved: Approved) -> None:
        self.workspace, self.config, self.approved = workspace, config, approved

    @property
    def words(self) -> ReleaseConfig:
        """The section ``release`` of ``curate.yaml``."""
        return self.config.release

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The items that would be released."""
        return self.approved.rows

    @cached_property
    def sources(self) -> dict[str, SourceConfig]:
        """The sources of the items that would be released, as they were built."""
        built = WorkspaceConfig.model_validate(self.approved.build.manifest.config)
        used = {row["provenance"]["source_id"] for row in self.rows}
        return {source.id: source for source in built.sources if source.id in used}

    @cached_property
    def decisions(self) -> dict[tuple[str, str], list[Review]]:
        """The last decision of each reviewer on each text, by item and hash of the text as built."""
        return {
            key: [entry.review for entry in entries.values()]
            for key, entries in decisions_now(self.approved.entries).items()
        }

    @cached_property
    def review(self) -> ReviewTable:
        """The decisions on the items of the build as they stand, without names."""
        return review_table(self.approved, self.workspace)

    def with_state(self, state: str) -> list[str]:
        """The items that stand so in the review."""
        return [row["item_id"] for row in self.approved.items if self.approved.standing[row["item_id"]].state == state]

    def built(self, item_id: str) -> dict[str, Any]:
        """An item as built, before any edit."""
        return self._built[item_id]

    @cached_property
    def _built(self) -> dict[str, dict[str, Any]]:
        return {row["item_id"]: row for row in self.approved.items}
