"""A new workspace."""

import shutil
from pathlib import Path

from curation.workspace import CONFIG_NAME, Workspace
from schemas.errors import ConfigError

STARTER = """\
# What EmoCurate is to do here. `curate schema curate-yaml` describes every key; `curate presets` lists known corpora.
name: my-dataset

sources:
  - id: my-answers            # short; item ids begin with it, so do not change it later
    path: sources/my-answers.jsonl
    kind: qa                  # or dialogue
    map:
      question: question      # which field of a record is which; dots lead into nested ones
      answer: answer
    language: en
    license: CC-BY-4.0        # an SPDX id, or LicenseRef-NAME for terms of your own
    origin: human             # or generated, with generator: which program
    consent:                  # on what basis the people in it agreed to this use

# dedup: {threshold: 80, grey_threshold: 70}
# split: {train: 0.8, validation: 0.1, test: 0.1}
"""

IGNORED = """\
# Unscrubbed text, decisions and keys: never share these.
.curate/
sources/
generated/
"""


def init(directory: Path, *, example: bool = False) -> Workspace:
    """Makes a workspace.

    Args:
        directory: A folder that is empty or does not exist yet.
        example: Whether it is filled with the synthetic example: sources with planted faults of every kind.

    Raises:
        ConfigError: If the folder holds something.
    """
    directory = directory.resolve()
    if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
        raise ConfigError("is not an empty folder", file=directory, mend="Name a folder that does not exist yet.")
    if example:
        shutil.copytree(example_folder(), directory, dirs_exist_ok=True)
    else:
        directory.mkdir(parents=True, exist_ok=True)
        (directory / CONFIG_NAME).write_text(STARTER, encoding="utf-8")
    workspace = Workspace(directory)
    workspace.sources.mkdir(exist_ok=True)
    (directory / ".gitignore").write_text(IGNORED, encoding="utf-8")
    return workspace


def example_folder() -> Path:
    """Where the example lies: in the package, or beside it in a checkout."""
    installed = Path(__file__).parent / "example"
    return installed if installed.is_dir() else Path(__file__).parent.parent / "examples"
