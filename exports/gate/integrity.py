"""Whether all that a release rests on is as it was made: chains, builds, sources, earlier releases."""

from collections.abc import Callable, Iterator
from pathlib import Path

from annotations import verify
from annotations.ledger import GENESIS
from annotations.withdrawals import withdrawn
from curation import Workspace, open_build
from curation.build import NO_PART_OF_A_BUILD, files_read
from curation.workspace import sha256_of
from exports.gate.candidate import Candidate
from exports.gate.reason import Reason
from exports.shelf import SUMS, releases
from schemas.config import WorkspaceConfig
from schemas.errors import CurateError


def build_changed(workspace: Workspace) -> Iterator[Reason]:
    """A file of the build is not what its manifest says."""
    try:
        open_build(workspace, check=True)
    except CurateError as error:
        yield _reason("files.build", error)


def ledger_broken(workspace: Workspace) -> Iterator[Reason]:
    """The chain of decisions is broken, or ends before a decision that something was made after."""
    try:
        verify(workspace)
    except CurateError as error:
        yield _reason("ledger.decisions", error)


def withdrawals_broken(workspace: Workspace) -> Iterator[Reason]:
    """The chain of withdrawals is broken, or ends before one that a release was made after."""
    try:
        hashes = [GENESIS, *withdrawn(workspace.withdrawals).hashes]
        for release in releases(workspace):
            if release.manifest.withdrawals_head not in hashes:
                yield Reason(
                    code="ledger.withdrawals",
                    message=f"withdrawals that release {release.manifest.version} was made after are gone",
                    mend="The end of .curate/withdrawals.jsonl was cut off: put back a copy of it.",
                )
    except CurateError as error:
        yield _reason("ledger.withdrawals", error)


def release_changed(workspace: Workspace) -> Iterator[Reason]:
    """A file of an earlier release is not what its checksums say."""
    for release in releases(workspace):
        for file in _changed_files(release.folder):
            yield Reason(
                code="files.release",
                message=f"{workspace.relative(file)} was changed after the release, or is missing",
                mend="Put back a copy of the release: which part an item belongs to is read from it.",
            )


def _changed_files(folder: Path) -> list[Path]:
    """The files of a release that are not as its checksums say; the checksums themselves where they cannot be read."""
    try:
        lines = (folder / SUMS).read_text(encoding="utf-8").splitlines()
        sums = {folder / name: expected for expected, name in (line.split("  ", 1) for line in lines)}
    except (OSError, ValueError):
        return [folder / SUMS]
    return [file for file, expected in sums.items() if not file.is_file() or sha256_of(file) != expected]


FIRST: tuple[Callable[[Workspace], Iterator[Reason]], ...] = (
    build_changed,
    ledger_broken,
    withdrawals_broken,
    release_changed,
)
"""What has to hold before anything else can be judged."""


def configuration_changed(candidate: Candidate) -> Iterator[Reason]:
    """``curate.yaml`` asks for another build than the one that was reviewed."""
    built = WorkspaceConfig.model_validate(candidate.approved.build.manifest.config)
    now = candidate.config.model_dump(exclude=NO_PART_OF_A_BUILD)
    then = built.model_dump(exclude=NO_PART_OF_A_BUILD)
    changed = sorted(key for key in now if now[key] != then[key])
    if changed:
        yield Reason(
            code="files.configuration",
            message=f"{', '.join(changed)} in curate.yaml changed since the build was made",
            mend="Run `curate build-dataset`, and review what it queues again.",
        )


def sources_changed(candidate: Candidate) -> Iterator[Reason]:
    """A source file is not the one that was built from."""
    build = candidate.approved.build.manifest
    config = WorkspaceConfig.model_validate(build.config)
    try:
        now = {(file.source_id, file.path): file.sha256 for file in files_read(config, candidate.workspace)}
    except CurateError as error:
        yield _reason("files.sources", error)
        return
    for file in build.files_read:
        if now.get((file.source_id, file.path)) != file.sha256:
            yield Reason(
                code="files.sources",
                message=f"{file.path} of source '{file.source_id}' changed since the build was made",
                mend="Put the file back, or run `curate build-dataset` and review what it queues again.",
            )


def _reason(code: str, error: CurateError) -> Reason:
    where = f"{error.file}: " if error.file else ""
    return Reason(code=code, message=f"{where}{error.what}", mend=error.mend or "Put back a copy.")
