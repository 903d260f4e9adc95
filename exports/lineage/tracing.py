"""An item's whole trail: back to the bytes of its source, and forward to all that was made with it."""

from annotations import trace as tell
from annotations.withdrawals import withdrawn
from curation import Workspace, open_build
from exports.lineage.holders import Holder, holders
from schemas.manifest import BuildManifest, SourceFile
from schemas.story import Story


class Trail(Story):
    """A story with its two ends."""

    source_file: SourceFile | None = None
    """The file that the record stands in, with its checksum when it was read."""
    steps: list[str] = []
    """The steps that it went through, in their order; those of a removed record end with the one that removed it."""
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
    manifest = open_build(workspace).manifest
    of_source = [file for file in manifest.files_read if file.source_id == provenance["source_id"]]
    named = [file for file in of_source if file.path == provenance["file"]]
    gone = withdrawn(workspace.withdrawals)
    return Trail(
        **{name: getattr(story, name) for name in Story.model_fields},
        steps=_steps(manifest, story),
        source_file=next(iter(named or of_source), None),
        withdrawn=gone.holds({"item_id": item_id, "provenance": provenance}),
        holders=holders(workspace, {item_id}),
    )


def _steps(manifest: BuildManifest, story: Story) -> list[str]:
    names = [one.step for one in manifest.steps]
    if story.fate == "item":
        return [*names, "split"]  # which takes nothing out, so the build counts nothing at it
    removing = next(one.step for one in manifest.steps if one.removed)
    return names[: names.index(removing) + 1]
