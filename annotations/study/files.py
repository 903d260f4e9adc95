"""Where a study lies: its design and replies in ``studies/<name>/``, what breaks the blind in ``.curate/studies/``.

studies/<name>/study.json      the design, written once
studies/<name>/replies.jsonl   a line a model and prompt
studies/<name>/results.json    and report.html, made by each analysis
.curate/studies/<name>/        the secret that names tasks, and the answers as they were pulled (mode 0600)
"""

import json
import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from annotations.study.design import Prompt, Rater, Study, check_replies
from curation.workspace import Workspace, new_place, whole_folder, write_whole
from schemas.errors import ConfigError, CurateError

Replies = dict[tuple[str, str], str]
"""By model and prompt."""


def study_folder(workspace: Workspace, name: str) -> Path:
    """Where a study lies."""
    return workspace.root / "studies" / name


def _private(workspace: Workspace, name: str) -> Path:
    folder = workspace.private / "studies" / name
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def write_study(workspace: Workspace, study: Study, replies: Mapping[tuple[str, str], str]) -> Path:
    """Lays out a new study.

    Raises:
        ConfigError: If there is a study of this name, a reply is missing, or one gives its model away.
    """
    final = new_place(workspace.root / "studies", study.name, "study")
    check_replies(study, replies)
    secret = _private(workspace, study.name) / "secret"
    write_whole(secret, secrets.token_hex(24) + "\n")  # mode 0600 from the start
    with whole_folder(final) as out:
        lines = [
            json.dumps({"model": model, "prompt": prompt.id, "reply": replies[model, prompt.id]}, ensure_ascii=False)
            for model in study.models
            for prompt in study.prompts
        ]
        (out / "replies.jsonl").write_text("".join(line + "\n" for line in lines), encoding="utf-8")
        (out / "study.json").write_text(study.model_dump_json(indent=2) + "\n", encoding="utf-8")
    return final


def read_study(workspace: Workspace, name: str) -> tuple[Study, Replies, str]:
    """A study's design, its replies, and the secret that names its tasks.

    Raises:
        CurateError: If there is no such study, or a file of it is damaged.
    """
    folder = study_folder(workspace, name)
    file = folder / "study.json"
    if not file.is_file():
        names = sorted(path.parent.name for path in folder.parent.glob("[!.]*/study.json"))
        mend = f"The studies are {', '.join(names)}." if names else "Lay one out with `curate study new`."
        raise CurateError(f"there is no study '{name}'", file=workspace.relative(folder.parent), mend=mend)
    secret = workspace.private / "studies" / name / "secret"
    try:
        study = Study.model_validate_json(file.read_bytes())
        replies: Replies = {}
        for line in (folder / "replies.jsonl").read_text(encoding="utf-8").splitlines():
            record = json.loads(line)
            replies[record["model"], record["prompt"]] = record["reply"]
        return study, replies, secret.read_text().strip()
    except (ValidationError, ValueError, KeyError, OSError):
        raise CurateError(
            "the study is damaged or a file of it is missing", file=workspace.relative(folder), mend="Put a copy back."
        ) from None


def read_prompts(file: Path) -> tuple[Prompt, ...]:
    """Prompts from JSONL lines ``{"id", "text"}``, or a text file with one prompt a line.

    Raises:
        CurateError: If the file is missing, or a line does not hold.
    """
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        raise CurateError("cannot be read as text", file=file, mend="Give a file of prompts.") from None
    found = []
    for row, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            record: Any = json.loads(line) if file.suffix == ".jsonl" else {"id": f"prompt-{row}", "text": line}
            found.append(Prompt.model_validate(record))
        except (ValidationError, ValueError):
            raise CurateError(
                "not a prompt", file=file, row=row, mend='Write {"id": "p1", "text": "..."} on each line.'
            ) from None
    return tuple(found)


def parse_raters(values: Sequence[str]) -> tuple[Rater, ...]:
    """Raters from ``alias`` or ``alias:group``.

    Raises:
        ConfigError: If one does not hold.
    """
    found = []
    for value in values:
        alias, _, group = value.partition(":")
        try:
            found.append(Rater(alias=alias, group=group or "raters"))
        except ValidationError:
            raise ConfigError(f"'{value}' is no rater", field="--rater", mend="Write alias or alias:group.") from None
    return tuple(found)


def answers_file(workspace: Workspace, name: str) -> Path:
    """Where the answers are kept as they were pulled, a JSON object by task."""
    return _private(workspace, name) / "answers.json"
