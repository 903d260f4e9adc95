"""A real Label Studio, as `curate review serve` starts it, and reviewers who decide on it through the API."""

import csv
import itertools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from annotations import serve, stop
from annotations.label_studio import Server, connect, read_connection
from annotations.label_studio.connection import connection_file
from annotations.queue.projects import Project, list_projects
from curation import Workspace, build_dataset
from tests.conftest import QA_SOURCE, SHARED

REVIEWERS = {"clin-1": "reviewer", "clin-2": "reviewer", "clin-3": "reviewer", "senior-1": "adjudicator"}


@pytest.fixture(scope="session")
def own_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """A workspace whose private server runs; others borrow it, as a team's."""
    workspace = made(tmp_path_factory.mktemp("server"), [("What helps?", "A walk.")])
    serve(workspace)
    yield workspace
    stop(workspace)


def made(
    root: Path, pairs: list[tuple[str, str]], dialogues: list[list[str]] | None = None, **review: Any
) -> Workspace:
    """A built workspace of these pairs and dialogues, with three reviewers and an adjudicator."""
    (root / "sources").mkdir(parents=True, exist_ok=True)
    sources: list[dict[str, Any]] = [QA_SOURCE]
    lines = [json.dumps({"q": question, "a": answer}) for question, answer in pairs]
    (root / "sources" / "answers.jsonl").write_text("".join(line + "\n" for line in lines))
    if dialogues:
        roles = itertools.cycle(("seeker", "supporter"))
        talks = [{"turns": [{"role": next(roles), "text": text} for text in said]} for said in dialogues]
        (root / "sources" / "talks.jsonl").write_text("".join(json.dumps(talk) + "\n" for talk in talks))
        turns = {"path": "turns", "role": "role", "text": "text"}
        sources.append(
            {**QA_SOURCE, "id": "talks", "path": "sources/talks.jsonl", "kind": "dialogue", "map": {"turns": turns}}
        )
    config = {"name": "test", "sources": sources, "review": {"reviewers": REVIEWERS, **review}}
    (root / "curate.yaml").write_text(yaml.safe_dump(config))
    workspace = Workspace(root)
    build_dataset(workspace)
    return workspace


def borrow(workspace: Workspace, server: Workspace) -> None:
    """Lets a workspace use the server of another, with a mark and accounts of its own."""
    known = read_connection(server)
    url = {"url": known.url, "own": True, "key": known.key, "workspace_id": workspace.root.name[-12:], "secret": "test"}
    file = connection_file(workspace)
    file.write_text(json.dumps(url))


def real_pairs(count: int) -> list[tuple[str, str]]:
    """Questions and answers of the real data where it lies beside the checkout, else made ones."""
    file = SHARED / "sources" / "counsel_chat" / "counselchat-data.csv"
    if not file.is_file():
        return made_pairs(count)
    csv.field_size_limit(10**9)
    with file.open(encoding="utf-8", newline="") as opened:
        rows = [(row["questionText"] or row["questionTitle"], row["answerText"]) for row in csv.DictReader(opened)]
    return [(question, answer) for question, answer in rows if question and answer][:count]


def made_pairs(count: int) -> list[tuple[str, str]]:
    """Questions and answers without near-duplicates; every fifth speaks of danger."""
    feelings = ("tired", "alone", "angry", "afraid", "empty", "restless", "ashamed", "numb", "tense", "lost")
    causes = ("my exam", "the move", "our quarrel", "my new job", "the divorce", "my illness", "the winter", "debts")
    helps = ("a fixed bedtime", "a friend to call", "a walk at noon", "writing it down", "one small task", "a pause")
    found = []
    for number, (cause, feeling, help_) in enumerate(
        itertools.islice(itertools.product(causes, feelings, helps), count)
    ):
        danger = " I think of killing myself." if number % 5 == 0 else ""
        answer = (
            f"Many people know that. What has helped others is {help_}; with {cause} it may take {number + 2} weeks."
        )
        found.append((f"I feel {feeling} since {cause}, for {number + 2} days.{danger} What can I do?", answer))
    return found


class Reviewer:
    """A reviewer who works on the server through its API, by an account of their own.

    Args:
        workspace: The workspace.
        alias: Who.
    """

    def __init__(self, workspace: Workspace, alias: str) -> None:
        self.connection = read_connection(workspace)
        self.account = self.connection.accounts[alias]
        self.alias = alias
        self.curator: Server = connect(self.connection)
        self.http = httpx.Client(base_url=self.connection.url, timeout=60)
        self.http.get("/user/login/")
        self.http.post(
            "/user/login/",
            data={
                "email": self.account.email,
                "password": self.account.password,
                "csrfmiddlewaretoken": self.http.cookies["csrftoken"],
            },
            headers={"Referer": self.connection.url},
        )

    def projects(self) -> list[Project]:
        return [one for one in list_projects(self.curator, self.connection) if one.alias == self.alias]

    def next_task(self, project: Project) -> dict[str, Any] | None:
        """The task that the label stream shows next."""
        answer = self._post(f"/api/dm/actions/?id=next_task&project={project.id}", {})
        return None if answer.status_code == 404 else answer.json()

    def tasks(self) -> list[dict[str, Any]]:
        return [task for one in self.projects() for task in self.curator.tasks(one.id, "id,data,total_annotations")]

    def decide(self, task: dict[str, Any], verdict: str, **more: Any) -> dict[str, Any]:
        """Submits a decision as the form does."""
        result = [choice("verdict", verdict)]
        if flags := more.get("flags"):
            result.append(choice("flags", *flags))
        for name, points in more.get("scales", {}).items():
            result.append({"from_name": name, "to_name": "item", "type": "rating", "value": {"rating": points}})
        if comment := more.get("comment"):
            result.append(box("comment", "item", comment))
        for name, text in more.get("edited", {}).items():
            result.append(box(f"edited_{name}", name, text))
        answer = self._post(
            f"/api/tasks/{task['id']}/annotations/", {"result": result, "lead_time": more.get("seconds", 12.5)}
        )
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    def change(self, annotation: dict[str, Any], verdict: str) -> None:
        """Submits the decision again, with another verdict."""
        answer = self.http.patch(
            f"/api/annotations/{annotation['id']}/",
            json={"result": [choice("verdict", verdict)]},
            headers=self._headers(),
        )
        assert answer.status_code == 200, answer.text

    def _post(self, path: str, body: dict[str, Any]) -> httpx.Response:
        return self.http.post(path, json=body, headers=self._headers())

    def _headers(self) -> dict[str, str]:
        return {"X-CSRFToken": self.http.cookies["csrftoken"], "Referer": self.connection.url}


def choice(name: str, *chosen: str) -> dict[str, Any]:
    return {"from_name": name, "to_name": "item", "type": "choices", "value": {"choices": list(chosen)}}


def box(name: str, to: str, text: str) -> dict[str, Any]:
    return {"from_name": name, "to_name": to, "type": "textarea", "value": {"text": [text]}}
