"""Presets: entries of ``curate.yaml`` for datasets that many use, without ``id`` and ``path``."""

from importlib.resources import files
from typing import NamedTuple

import yaml

from schemas.config import Raw

_FOLDER = files("curation.sources") / "presets"


class Preset(NamedTuple):
    """One preset.

    Args:
        name: What ``preset`` in a source names.
        about: What it is for, and what to know before it is used.
        entry: What it says of the source.
    """

    name: str
    about: str
    entry: Raw


def list_presets() -> list[Preset]:
    """All presets, by name."""
    return [load_preset(name) for name in preset_names()]


def preset_names() -> list[str]:
    """The names of all presets, sorted."""
    return sorted(file.name.removesuffix(".yaml") for file in _FOLDER.iterdir() if file.name.endswith(".yaml"))


def load_preset(name: str) -> Preset:
    """The preset called ``name``, which must be one of :func:`preset_names`."""
    text = (_FOLDER / f"{name}.yaml").read_text(encoding="utf-8")
    about = []
    for line in text.splitlines():
        if not line.startswith("#"):
            break
        about.append(line.lstrip("# "))
    return Preset(name, " ".join(about), yaml.safe_load(text))
