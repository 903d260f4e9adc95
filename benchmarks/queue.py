"""The review queue on a real server: push beside the raw import by the SDK, a second push, a pull after new decisions.

    python -m benchmarks.queue [--items 5000] [--rounds 3] [--texts COUNSEL.csv]

It makes a workspace in a temporary folder, starts its own Label Studio and stops it. The raw import sends the very
same tasks by `LabelStudio.projects.import_tasks`, 500 a request, into empty projects with the same forms. Raw import
and push alternate, some rounds each; the medians are compared, for a machine is rarely quiet. Wall seconds include
what the server computes; the commands that a user runs (second push, pull) are timed as processes of their own.
"""

import argparse
import csv
import itertools
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import httpx
import yaml

from annotations import policy_of, push, serve, stop
from annotations.forms import form
from annotations.label_studio import Server, connect, read_connection
from annotations.queue.projects import list_projects
from curation import Workspace, build_dataset

BATCH = 500
COMMAND = [sys.executable, "-c", "from cli.main import main; main()"]


def made_workspace(root: Path, count: int, texts: Path | None) -> Workspace:
    """A built workspace of ``count`` items, each asked of one reviewer."""
    (root / "sources").mkdir(parents=True)
    answers = _answers(texts)
    with (root / "sources" / "answers.jsonl").open("w", encoding="utf-8") as out:
        for number, answer in zip(range(count), itertools.cycle(answers), strict=False):
            # A word of its own for each, so that none is taken for a copy of another.
            row = {"q": f"Question {number}: what helps in case {number * 7919}?", "a": f"{answer} ({number * 104729})"}
            out.write(json.dumps(row) + "\n")
    source = {"id": "answers", "path": "sources/answers.jsonl", "kind": "qa", "map": {"question": "q", "answer": "a"}}
    config = {
        "name": "benchmark",
        "sources": [{**source, "license": "CC0-1.0", "origin": "human"}],
        "dedup": {"near": False},
        "pii": {"model": "none"},
        "review": {
            "reviewers": {"clin-1": "reviewer", "clin-2": "reviewer", "clin-3": "reviewer"},
            "double": 0.0,
            "risky": [],
        },
    }
    (root / "curate.yaml").write_text(yaml.safe_dump(config))
    workspace = Workspace(root)
    build_dataset(workspace)
    return workspace


def _answers(texts: Path | None) -> list[str]:
    if texts is None:
        return [" ".join(f"Sentence {n} of an answer of usual length." for n in range(25))]
    csv.field_size_limit(10**9)
    with texts.open(encoding="utf-8", newline="") as opened:
        return [row["answerText"] for row in csv.DictReader(opened) if row["answerText"]]


def raw_import(server: Server, tasks: dict[str, list[dict[str, Any]]], workspace: Workspace, mark: int) -> float:
    """Seconds that the SDK takes for the same tasks, in requests of :data:`BATCH`."""
    config = form(policy_of(workspace).rubric, "qa")
    projects = {alias: server.create_project(title=f"raw {mark} {alias}", label_config=config) for alias in tasks}
    start = time.perf_counter()
    for alias, data in tasks.items():
        for place in range(0, len(data), BATCH):
            body: list[Any] = [{"data": one} for one in data[place : place + BATCH]]
            server.sdk.projects.import_tasks(projects[alias], request=body, return_task_ids=True)
    took = time.perf_counter() - start
    for project in projects.values():
        server.call("DELETE", f"api/projects/{project}/")
    return took


def forget(server: Server, workspace: Workspace) -> None:
    """Deletes the workspace's projects, so that the next push sends everything."""
    for project in list_projects(server, read_connection(workspace)):
        server.call("DELETE", f"api/projects/{project.id}/")


def command(workspace: Workspace, *arguments: str) -> tuple[float, dict[str, Any]]:
    """Seconds and result of a command, as a process of its own."""
    start = time.perf_counter()
    done = subprocess.run(
        [*COMMAND, "-C", str(workspace.root), "review", *arguments, "--json"], check=True, capture_output=True
    )
    return time.perf_counter() - start, json.loads(done.stdout)


def decide(server: Server, workspace: Workspace, count: int) -> None:
    """Decides on ``count`` open tasks of one reviewer, by the reviewer's own account."""
    connection = read_connection(workspace)
    project = list_projects(server, connection)[0]
    account = connection.accounts[project.alias]
    with httpx.Client(base_url=connection.url, timeout=60, headers={"Referer": connection.url}) as browser:
        browser.get("/user/login/")
        form = {"email": account.email, "password": account.password}
        browser.post("/user/login/", data={**form, "csrfmiddlewaretoken": browser.cookies["csrftoken"]})
        verdict = {"from_name": "verdict", "to_name": "item", "type": "choices", "value": {"choices": ["accept"]}}
        for task in itertools.islice(server.tasks(project.id, "id"), count):
            browser.post(
                f"/api/tasks/{task['id']}/annotations/",
                json={"result": [verdict], "lead_time": 10.0},
                headers={"X-CSRFToken": browser.cookies["csrftoken"]},
            ).raise_for_status()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--items", type=int, default=5_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--texts", type=Path, help="a CSV file with a column answerText")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        workspace = made_workspace(Path(folder) / "workspace", options.items, options.texts)
        try:
            serve(workspace)
            server = connect(read_connection(workspace))
            measure(workspace, server, options.rounds)
        finally:
            stop(workspace)


def measure(workspace: Workspace, server: Server, rounds: int) -> None:
    """Prints the figures."""
    push(workspace)
    tasks: dict[str, list[dict[str, Any]]] = {}
    for project in list_projects(server, read_connection(workspace)):
        tasks[project.alias] = [task["data"] for task in server.tasks(project.id, "id,data")]
    count = sum(map(len, tasks.values()))
    raw, ours = [], []
    for mark in range(rounds):
        raw.append(raw_import(server, tasks, workspace, mark))
        forget(server, workspace)
        start = time.perf_counter()
        assert push(workspace).added == count
        ours.append(time.perf_counter() - start)
    again, second = command(workspace, "push")
    assert (second["added"], second["kept"]) == (0, count)
    command(workspace, "pull")
    decide(server, workspace, 50)
    pulled, taken = command(workspace, "pull")
    assert taken["written"] == 50, taken
    ratio = statistics.median(ours) / statistics.median(raw)
    print(f"{count:,} tasks in {len(tasks)} projects")
    print(f"raw SDK import: {statistics.median(raw):.1f} s ({', '.join(f'{one:.1f}' for one in raw)})")
    print(f"push:           {statistics.median(ours):.1f} s ({', '.join(f'{one:.1f}' for one in ours)}), x{ratio:.2f}")
    print(f"second push:    {again:.1f} s, the command with its start")
    print(f"pull of 50:     {pulled:.1f} s, the command with its start")


if __name__ == "__main__":
    main()
