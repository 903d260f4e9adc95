"""Takes what reviewers decided on the server into the ledger: new decisions alone, each once."""

from datetime import datetime, timedelta
from typing import Any

from pydantic import ValidationError

from annotations.edits import edit_fault, scrubbed_review
from annotations.label_studio.connection import Connection, read_connection
from annotations.label_studio.talk import Server, Task, connect
from annotations.ledger import Ledger
from annotations.queue.projects import Project, list_projects
from annotations.queue.state import StateFile, alone
from annotations.queue.task import decision, is_sound, shown_text
from annotations.rubric import known_rubrics
from curation import open_build
from curation.config import load_config
from curation.progress import Progress, silent
from curation.workspace import Workspace
from schemas.config import PIIConfig
from schemas.items import Strict
from schemas.review import Review
from schemas.rubric import Rubric

MARGIN = timedelta(seconds=60)
"""So far back decisions are asked for again: a request that took long may end with an earlier time than it began."""
TIME = "%Y-%m-%dT%H:%M:%S.%fZ"
"""The only form of a time that the server's filters take."""


class Held(Strict):
    """A decision that could not be taken, and what its reviewer can do."""

    reviewer: str
    item_id: str
    why: str


class Pulled(Strict):
    """What was taken back."""

    written: int
    """Decisions that are new in the ledger."""
    known: int
    """Decisions that it held already."""
    held: list[Held]
    """Decisions that cannot be taken until their reviewers mend them."""
    altered: int
    """Decisions on tasks whose text was altered on the server: none of them counts."""
    foreign: int
    """Decisions by somebody whose task it is not: none of them counts."""


def pull(workspace: Workspace, *, progress: Progress = silent) -> Pulled:
    """Takes new decisions from the server into the ledger.

    Comments and edits are scrubbed; an edit that makes no valid item is held back. What was deleted or altered on the
    server takes nothing out of the ledger.

    Raises:
        CurateError: If the server does not answer, or there is no build.
    """
    connection = read_connection(workspace)
    with alone(workspace):
        return take_back(workspace, connect(connection), connection, progress)


def take_back(workspace: Workspace, server: Server, connection: Connection, progress: Progress) -> Pulled:
    """:func:`pull` for who holds the lock."""
    reader = _Reader(workspace, connection)
    projects = list_projects(server, connection)
    with progress("pull", len(projects)) as advance:
        for project in projects:
            reader.read(server, project)
            advance(1)
    return reader.pulled()


class _Reader:
    """Reads projects into the ledger, and counts what it meets."""

    def __init__(self, workspace: Workspace, connection: Connection) -> None:
        self.workspace, self.connection = workspace, connection
        self.rubrics: dict[str, Rubric] = known_rubrics(workspace)
        self.pii: PIIConfig = load_config(workspace).pii.model_copy(update={"mode": "placeholder"})
        self.ledger = Ledger(workspace.ledger)
        self.in_ledger = {_identity(entry.review) for entry in self.ledger.entries()}
        self.items: dict[str, Any] = {}
        self.written = self.known = self.altered = self.foreign = 0
        self.held: list[Held] = []

    def pulled(self) -> Pulled:
        return Pulled(
            written=self.written, known=self.known, held=self.held, altered=self.altered, foreign=self.foreign
        )

    def read(self, server: Server, project: Project) -> None:
        """Takes what is new in a project; the notes are written once it stands in the ledger."""
        notes = StateFile(self.workspace, project.id, self.connection.workspace_id)
        cursor = notes.state.cursor
        held, spoilt = dict(notes.state.held), set(notes.state.spoilt)
        reviews: list[Review] = []
        for task in server.tasks(project.id, "all", _changed_since(cursor)):
            cursor = max(cursor or "", task["updated_at"])
            held.pop(_name(task), None)
            for annotation in sorted(task["annotations"], key=lambda one: one["updated_at"]):
                review, why = self._review(project, task, annotation)
                if why == "foreign":
                    spoilt.add(int(task["id"]))
                elif why is not None:
                    held[_name(task)] = why
                elif review is not None:
                    held.pop(_name(task), None)
                    spoilt.discard(int(task["id"]))
                    reviews.append(review)
        new = [review for review in reviews if _identity(review) not in self.in_ledger]
        new.sort(key=lambda review: review.decided_at)
        self.known += len(reviews) - len(new)
        self.written += self.ledger.append(new)
        self.in_ledger.update(map(_identity, new))
        notes.save(cursor=cursor, held=held, spoilt=sorted(spoilt))
        self.held += [Held(reviewer=project.alias, item_id=name.split(" ")[1], why=why) for name, why in held.items()]

    def _review(self, project: Project, task: Task, annotation: dict[str, Any]) -> tuple[Review | None, str | None]:
        """The decision in an annotation, or why it is none: ``foreign``, or what its reviewer has to mend."""
        data = task["data"]
        if annotation["was_cancelled"]:
            return None, None
        account = self.connection.accounts.get(project.alias)
        by = {annotation["completed_by"], annotation["updated_by"] or annotation["completed_by"]}
        if account is None or by != {account.user_id}:
            self.foreign += 1
            return None, "foreign"
        if not is_sound(data) or shown_text(data)["content_hash"] != data["content_hash"]:
            self.altered += 1
            return None, None
        try:
            review = decision(data, annotation, project.alias, project.role, self.rubrics[project.rubric_version])
        except ValueError as error:
            return None, error.errors()[0]["msg"] if isinstance(error, ValidationError) else str(error)
        if _identity(review) in self.in_ledger or not (review.comment or review.verdict == "edit"):
            return review, None
        item = self._item(data)
        fault = edit_fault(item, review) if review.verdict == "edit" else None
        if fault is not None:
            return None, f"{fault.field}: {fault.message}. {fault.mend}"
        clean = scrubbed_review(review, item, self.pii)
        fault = edit_fault(item, clean) if clean.verdict == "edit" else None
        return (None, f"{fault.field}: {fault.message}. {fault.mend}") if fault else (clean, None)

    def _item(self, data: dict[str, Any]) -> dict[str, Any]:
        """The item of a task, with the text that was read; what the build knows of it as far as it still has it."""
        if not self.items:
            build = open_build(self.workspace)
            self.items = {row["item_id"]: row for row in build.items().to_pylist()}
        now = self.items.get(data["item_id"])
        text = shown_text(data)
        if now is not None and now["content_hash"] == text["content_hash"]:
            return dict(now)
        return {"language": "en", "topic": None, **(now or {}), **text, "pii": []}


def _changed_since(cursor: str | None) -> dict[str, Any]:
    """What the server is asked for: all that was ever decided on, or what changed since."""
    if cursor is None:
        items = [{"filter": "filter:tasks:total_annotations", "operator": "greater", "type": "Number", "value": 0}]
    else:
        since = (datetime.fromisoformat(cursor) - MARGIN).strftime(TIME)
        items = [{"filter": "filter:tasks:updated_at", "operator": "greater", "type": "Datetime", "value": since}]
        items.append({"filter": "filter:tasks:total_annotations", "operator": "greater", "type": "Number", "value": 0})
    return {"filters": {"conjunction": "and", "items": items}}


def _identity(review: Review) -> tuple[str, str, str, str, datetime]:
    """What makes a decision the same one, however it is read a second time."""
    return review.item_id, review.content_hash, review.reviewer, review.role, review.decided_at


def _name(task: Task) -> str:
    return f"{task['id']} {task['data'].get('item_id')}"
