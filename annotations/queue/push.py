"""Sends the queue to the server: to each reviewer their own items, and disagreements to the adjudicator."""

from collections import defaultdict
from typing import Any

from annotations.assign import adjudicator_of, to_ask
from annotations.label_studio.connection import Connection, read_connection
from annotations.label_studio.talk import Server, connect, give_accounts
from annotations.ledger import Ledger
from annotations.order import alike, place
from annotations.policy import Policy, decisions_now, policy_of, standings
from annotations.queue.projects import list_projects, project_for
from annotations.queue.pull import Pulled, take_back
from annotations.queue.state import StateFile, alone
from annotations.queue.sync import Synced, sync
from annotations.queue.task import Data, task_data
from curation import open_build
from curation.config import load_config
from curation.progress import Progress, silent
from curation.workspace import Workspace
from schemas.errors import ConfigError
from schemas.items import Strict
from schemas.review import ReviewRole

Wanted = dict[tuple[str, str], list[Data]]
"""The tasks of each reviewer and kind, in the order of the queue."""


class Pushed(Strict):
    """What was sent, after what had been decided was taken back."""

    added: int
    kept: int
    retired: int
    """Tasks taken away: the text changed, or others are asked."""
    restored: int
    """Of those added, tasks that somebody had deleted on the server."""
    altered: int
    """Tasks that somebody had altered on the server; sent again, and decisions on them do not count."""
    surplus: int
    """Tasks that stood there twice."""
    open: dict[str, int]
    """By reviewer, how many items wait for them."""
    links: dict[str, list[str]]
    """By reviewer, the pages to work on."""
    pulled: Pulled


def push(workspace: Workspace, *, progress: Progress = silent) -> Pushed:
    """Sends each reviewer the items of the last build that wait for them: the risky first, then the doubtful.

    Safe to run again, at any time and after any interruption: what stands there is left, what is missing is sent.

    Raises:
        ConfigError: If ``curate.yaml`` names no reviewers.
        CurateError: If the server does not answer, or there is no build.
    """
    return _push(workspace, "reviewer", progress)


def adjudicate(workspace: Workspace, *, progress: Progress = silent) -> Pushed:
    """Sends the items on which reviewers disagree to an adjudicator, with all opinions and no names.

    Raises:
        ConfigError: If ``curate.yaml`` names no adjudicator.
        CurateError: If the server does not answer, or there is no build.
    """
    return _push(workspace, "adjudicator", progress)


def _push(workspace: Workspace, role: ReviewRole, progress: Progress) -> Pushed:
    policy = policy_of(workspace)
    if not policy.config.of_role(role):
        mend = f"Add one under review.reviewers, such as `{'clin-1' if role == 'reviewer' else 'senior-1'}: {role}`."
        raise ConfigError(f"nobody is named as {role}", file="curate.yaml", field="review.reviewers", mend=mend)
    connection = read_connection(workspace)
    server = connect(connection)
    with alone(workspace):
        connection = give_accounts(server, connection, list(policy.config.reviewers), workspace)
        pulled = take_back(workspace, server, connection, progress)
        wanted = _wanted(workspace, policy, role)
        return _send(workspace, server, connection, policy, role, wanted, pulled, progress)


def _wanted(workspace: Workspace, policy: Policy, role: ReviewRole) -> Wanted:
    build = open_build(workspace, check=True)
    items, likeness = build.items(), alike(build.pairs())
    entries = Ledger(workspace.ledger).entries()
    standing = standings(items, entries, policy)
    decided = decisions_now(entries)
    wanted: Wanted = defaultdict(list)
    for row in sorted(items.to_pylist(), key=lambda row: place(row, row["item_id"] in likeness)):
        item_id = row["item_id"]
        of_text = decided.get((item_id, row["content_hash"]), {})
        blind = [entry.review for entry in of_text.values() if entry.review.role == "reviewer"]
        stands = standing[item_id]
        if role == "reviewer":
            data = task_data(row, policy.rubric, likeness.get(item_id))
            for alias in to_ask(item_id, stands, [review.reviewer for review in blind], policy):
                wanted[alias, row["kind"]].append(data)
        elif stands.for_adjudicator:
            alias = adjudicator_of(item_id, policy) or ""
            wanted[alias, row["kind"]].append(task_data(row, policy.rubric, likeness.get(item_id), blind))
    return wanted


def _send(
    workspace: Workspace,
    server: Server,
    connection: Connection,
    policy: Policy,
    role: ReviewRole,
    wanted: Wanted,
    pulled: Pulled,
    progress: Progress,
) -> Pushed:
    known = list_projects(server, connection)
    name = load_config(workspace).name
    targets: dict[int, list[Data]] = {project.id: [] for project in known if project.role == role}
    links: dict[str, list[str]] = {}
    for (alias, kind), tasks in wanted.items():
        project = project_for(server, connection, known, name, alias, role, kind, policy.rubric)  # type: ignore[arg-type]
        targets[project.id] = tasks
        links.setdefault(alias, []).append(project.link(server.url))
    done = Synced()
    with progress("push", sum(map(len, wanted.values()))) as advance:
        for project_id, tasks in targets.items():
            notes = StateFile(workspace, project_id, connection.workspace_id)
            done += sync(server, project_id, tasks, notes, advance)
    open_: dict[str, int] = dict.fromkeys(policy.config.of_role(role), 0)
    for (alias, _), tasks in wanted.items():
        open_[alias] += len(tasks)
    counts: dict[str, Any] = done._asdict()
    return Pushed(**counts, open=open_, links=links, pulled=pulled)
