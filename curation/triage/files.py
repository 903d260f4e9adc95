"""The plain files that phrases are kept in."""

from importlib.resources import files
from typing import Any

import yaml


def phrase_file(name: str) -> dict[str, Any]:
    """A file of ``curation/triage/phrases``; its values are text, since ``on`` and ``no`` are words there."""
    read = yaml.load(phrase_text(name), Loader=yaml.BaseLoader)
    assert isinstance(read, dict)
    return read


def phrase_text(name: str) -> str:
    """A file of ``curation/triage/phrases`` as it stands."""
    return files("curation.triage").joinpath("phrases", name).read_text(encoding="utf-8")
