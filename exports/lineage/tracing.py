"""An item's whole trail: back to the bytes of its source, and forward to all that was made with it."""

from annotations import trace as tell
from annotations.withdrawals import withdrawn
from curation import Workspace, open_build
from exports.lineage.holders import Holder, holders
from schemas.manifest import SourceFile
from schemas.story import Story


class Trail(Story):
    """A story with its two ends."""

    source_file: SourceFile | None = None
    """The file that the record stands in, with its checksum when it was read."""
    withdrawn: bool = False
    """Whether it was withdrawn, so that nothing made from now on holds it."""
    holders: list[Holder] = []
    """Exports, releases, runs and bundles that hold it."""


def trace(workspace: Workspace, item_id: str) -> Trail:
    """The trail of an item or a removed record of the last build.

    Raises:
        CurateError: If there is no build, no such item in it, the ledger is broken, or something that might hold the
            item cannot be read.
    """
    story = tell(workspace, item_id)
    provenance = story.provenance
    files = open_build(workspace).manifest.files_read
    of_source = [file for file in files if file.source_id == provenance["source_id"]]
    named = [file for file in of_source if file.path == provenance["file"]]
    gone = withdrawn(workspace.withdrawals)
    return Trail(
        **{name: getattr(story, name) for name in Story.model_fields},
        source_file=next(iter(named or of_source), None),
        withdrawn=gone.holds({"item_id": item_id, "provenance": provenance}),
        holders=holders(workspace, {item_id}),
    )
