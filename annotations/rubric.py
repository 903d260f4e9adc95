"""The rubrics: those of the toolkit, and a workspace's own. What was asked once stays known by its version."""

from importlib.resources import files
from pathlib import Path

from pydantic import ValidationError

from curation.workspace import Workspace, write_whole
from curation.yaml_text import read_yaml
from schemas.errors import ConfigError
from schemas.rubric import Rubric

SHIPPED = Path(str(files("schemas.rubrics")))


def load_rubric(workspace: Workspace, named: str) -> Rubric:
    """The rubric that ``review.rubric`` of ``curate.yaml`` names.

    A rubric of the workspace's own is kept in ``.curate/rubrics`` when it is first used, so that decisions can be read
    by it for good.

    Args:
        workspace: The workspace.
        named: The version of a rubric of the toolkit, or a YAML file relative to the workspace.

    Raises:
        ConfigError: If there is no such rubric, it is none, or it was changed without a new version.
    """
    if not named.endswith((".yaml", ".yml")):
        if named not in shipped():
            mend = f"There are: {', '.join(shipped())}; or name a YAML file of your own."
            raise ConfigError(f"there is no rubric '{named}'", field="review.rubric", mend=mend)
        return _read(SHIPPED / f"{named}.yaml", named)
    rubric = _read(workspace.root / named, named)
    if rubric.version in shipped():
        raise ConfigError(f"the toolkit has a rubric {rubric.version}", file=named, mend="Give it another version.")
    kept = workspace.private / "rubrics" / f"{rubric.version}.json"
    text = rubric.model_dump_json(indent=2) + "\n"
    if not kept.is_file():
        write_whole(kept, text)
    elif kept.read_text(encoding="utf-8") != text:
        mend = "Give it a new version, so that it stays known what was asked before."
        raise ConfigError(f"was changed since it was first used as {rubric.version}", file=named, mend=mend)
    return rubric


def shipped() -> list[str]:
    """The versions of the rubrics that come with the toolkit."""
    return sorted(path.stem for path in SHIPPED.glob("*.yaml"))


def known_rubrics(workspace: Workspace) -> dict[str, Rubric]:
    """All rubrics that decisions of this workspace can have been made by, by their version."""
    kept = sorted((workspace.private / "rubrics").glob("*.json"))
    rubrics = [_read(SHIPPED / f"{version}.yaml", version) for version in shipped()]
    # JSON is YAML, too: one that was damaged is told as any other.
    rubrics += [_read(path, workspace.relative(path)) for path in kept]
    return {rubric.version: rubric for rubric in rubrics}


def _read(file: Path, name: str) -> Rubric:
    located = read_yaml(file, name)
    try:
        return Rubric.model_validate(located.value)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        field = ".".join(map(str, first["loc"])) or None
        what = first["msg"].removeprefix("Value error, ")
        raise ConfigError(what, file=name, field=field, mend="`curate schema rubric` tells what it may hold.") from None
