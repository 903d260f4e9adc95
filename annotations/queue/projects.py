"""The projects on the server: one for each reviewer and each form, told apart by a mark in their description."""

from html import escape
from typing import Any, NamedTuple

from annotations.forms import form
from annotations.label_studio.connection import Connection
from annotations.label_studio.talk import Server
from schemas.config import Kind
from schemas.errors import CurateError
from schemas.review import ReviewRole
from schemas.rubric import Rubric

KINDS: tuple[Kind, ...] = ("qa", "dialogue")
_NAMES = {"qa": "questions", "dialogue": "dialogues"}


class Project(NamedTuple):
    """A project of this workspace."""

    id: int
    alias: str
    role: ReviewRole
    kind: Kind
    rubric_version: str

    def link(self, url: str) -> str:
        """The page that a reviewer works on."""
        return f"{url}/projects/{self.id}/data?labeling=1"


def list_projects(server: Server, connection: Connection) -> list[Project]:
    """The projects of this workspace, each once: of two that a lost answer made, the first counts."""
    found: dict[tuple[str, ...], Project] = {}
    for one in sorted(server.projects(), key=lambda project: int(project["id"])):
        parts = str(one.get("description") or "").split("|")
        if len(parts) != 6 or parts[:2] != ["emocurate", connection.workspace_id]:
            continue
        alias, role, kind, version = parts[2:]
        found.setdefault(tuple(parts), Project(int(one["id"]), alias, role, kind, version))  # type: ignore[arg-type]
    return list(found.values())


def project_for(
    server: Server,
    connection: Connection,
    known: list[Project],
    name: str,
    alias: str,
    role: ReviewRole,
    kind: Kind,
    rubric: Rubric,
) -> Project:
    """A reviewer's project for a form, made where there is none.

    A rubric of a new version has projects of its own, so that what was decided by the old one keeps its form.
    """
    for project in known:
        if project[1:] == (alias, role, kind, rubric.version):
            return project
    server.create_project(**_settings(connection, name, alias, role, kind, rubric))
    for project in list_projects(server, connection):
        if project[1:] == (alias, role, kind, rubric.version):
            known.append(project)
            return project
    raise CurateError(f"{server.url} made no project for {alias}", mend="Run the command again.")


def _settings(
    connection: Connection, name: str, alias: str, role: ReviewRole, kind: Kind, rubric: Rubric
) -> dict[str, Any]:
    return {
        "title": f"{name[:18]} · {alias[:18]} · {_NAMES[kind]}",
        "description": "|".join(("emocurate", connection.workspace_id, alias, role, kind, rubric.version)),
        "label_config": form(rubric, kind, opinions=role == "adjudicator"),
        "expert_instruction": _instruction(rubric),
        "sampling": "Sequential sampling",
        "maximum_annotations": 1,
        "show_skip_button": False,
        "enable_empty_annotation": False,
        "show_collab_predictions": False,
        "show_annotation_history": False,
    }


def _instruction(rubric: Rubric) -> str:
    """What the rubric means, for the page's button of instructions."""
    parts = [f"<h3>{escape(rubric.title)}</h3><p>{escape(rubric.about)}</p><ul>"]
    parts += [f"<li><b>{escape(one.title)} ({one.hotkey})</b>: {escape(one.means)}</li>" for one in rubric.verdicts]
    parts.append("</ul>")
    for scale in rubric.scales:
        anchors = "".join(f"<li>{escape(anchor)}</li>" for anchor in scale.anchors)
        parts.append(f"<p><b>{escape(scale.title)}</b>: {escape(scale.asks)}</p><ol>{anchors}</ol>")
    flags = "".join(f"<li><b>{escape(f.title)} ({f.hotkey})</b>: {escape(f.hint)}</li>" for f in rubric.flags)
    return "".join(parts) + (f"<p>Flags:</p><ul>{flags}</ul>" if flags else "")
