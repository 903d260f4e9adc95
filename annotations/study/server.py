"""A study on the review server: tasks to each rater's own project, answers back."""

from html import escape
from typing import Any

from annotations.label_studio.connection import Connection, read_connection
from annotations.label_studio.talk import Server, connect, give_accounts
from annotations.study.answers import Answers, read_answers
from annotations.study.design import Comparison, Study, comparisons, task_data
from annotations.study.files import answers_file, read_study
from annotations.study.form import study_form
from curation.progress import Progress, silent
from curation.workspace import Workspace, write_whole
from schemas.errors import CurateError
from schemas.items import Strict

BATCH = 200
_MARK = "emocurate-study"


class PushedStudy(Strict):
    """What was sent of a study."""

    added: int
    kept: int
    links: dict[str, str]
    """By rater, the page to work on."""
    accounts: dict[str, str]
    """By rater, the address to log in with."""


class PulledStudy(Strict):
    """What raters have answered so far."""

    asked: int
    answered: int
    withdrawn: int
    """Comparisons that were left out, or sent without consent or not whole: they do not count."""
    by_rater: dict[str, int]


def push_study(workspace: Workspace, name: str, *, progress: Progress = silent) -> PushedStudy:
    """Sends a study's comparisons, each rater's to a project of their own; safe to run again.

    The server is given prompts, replies and opaque names: nothing there tells which model a reply is from.

    Raises:
        CurateError: If there is no such study, or the server does not answer.
    """
    study, replies, secret = read_study(workspace, name)
    connection = read_connection(workspace)
    server = connect(connection)
    aliases = [rater.alias for rater in study.raters]
    connection = give_accounts(server, connection, aliases, workspace)
    added = kept = 0
    links = {}
    own = _by_rater(study, secret)
    known = _projects(server, connection, study)
    with progress("push", sum(map(len, own.values()))) as advance:
        for alias, wanted in own.items():
            if alias not in known:
                known = _with_project(server, connection, study, alias)
            project = known[alias]
            there = _there(server, project)
            data = [task_data(study, one, place, replies) for place, one in enumerate(wanted, start=1)]
            missing = [one for one in data if one["ref"] not in there]
            for start in range(0, len(missing), BATCH):
                server.import_tasks(project, list[dict[str, Any]](missing[start : start + BATCH]))
            advance(len(data))
            added, kept = added + len(missing), kept + len(data) - len(missing)
            links[alias] = f"{server.url}/projects/{project}/data?labeling=1"
    accounts = {alias: connection.accounts[alias].email for alias in aliases}
    return PushedStudy(added=added, kept=kept, links=links, accounts=accounts)


def pull_study(workspace: Workspace, name: str, *, progress: Progress = silent) -> PulledStudy:
    """Takes the answers back and keeps them in ``.curate/studies/<name>/``.

    An answer that was taken once is kept though its task is deleted on the server; one that is given anew replaces it.

    Raises:
        CurateError: If there is no such study, or the server does not answer.
    """
    study, _, secret = read_study(workspace, name)
    connection = read_connection(workspace)
    server = connect(connection)
    given = dict(read_given(workspace, name).given)
    withdrawn = 0
    by_rater = {}
    own = _by_rater(study, secret)
    known = _projects(server, connection, study)
    with progress("pull", len(own)) as advance:
        for alias, wanted in own.items():
            refs = {one.ref for one in wanted}
            if alias in known:
                found = read_answers(study, server.tasks(known[alias], "all"))
                given |= {ref: answer for ref, answer in found.given.items() if ref in refs}
                withdrawn += found.withdrawn
            by_rater[alias] = len(refs & given.keys())
            advance(1)
    kept = Answers(given=dict(sorted(given.items())), withdrawn=withdrawn)
    write_whole(answers_file(workspace, name), kept.model_dump_json(indent=1) + "\n")
    asked = sum(map(len, own.values()))
    return PulledStudy(asked=asked, answered=len(given), withdrawn=withdrawn, by_rater=by_rater)


def read_given(workspace: Workspace, name: str) -> Answers:
    """The answers that were pulled so far."""
    file = answers_file(workspace, name)
    return Answers.model_validate_json(file.read_bytes()) if file.is_file() else Answers()


def _by_rater(study: Study, secret: str) -> dict[str, list[Comparison]]:
    found: dict[str, list[Comparison]] = {rater.alias: [] for rater in study.raters}
    for one in comparisons(study, secret):
        found[one.rater].append(one)
    return found


def _there(server: Server, project: int) -> set[str]:
    """The opaque names of the tasks that stand there; of a name that stands there twice, one untouched task goes."""
    there: set[str] = set()
    surplus = []
    for task in server.tasks(project, "id,data,total_annotations"):
        if task["data"]["ref"] in there and not task["total_annotations"]:
            surplus.append(int(task["id"]))
        there.add(task["data"]["ref"])
    server.delete_untouched(project, surplus)
    return there


def _projects(server: Server, connection: Connection, study: Study) -> dict[str, int]:
    found: dict[str, int] = {}
    for project in sorted(server.projects(), key=lambda one: int(one["id"])):
        parts = str(project.get("description") or "").split("|")
        if len(parts) == 4 and parts[:3] == [_MARK, connection.workspace_id, study.name]:
            found.setdefault(parts[3], int(project["id"]))
    return found


def _with_project(server: Server, connection: Connection, study: Study, alias: str) -> dict[str, int]:
    """Makes a rater's project, and lists all again: of two that a lost answer made, the first counts."""
    server.create_project(
        title=f"{study.name[:30]} · {alias[:16]}",
        description="|".join((_MARK, connection.workspace_id, study.name, alias)),
        label_config=study_form(study),
        expert_instruction=f"<p>{escape(study.consent)}</p>",
        show_instruction=True,
        sampling="Sequential sampling",
        maximum_annotations=1,
        show_skip_button=True,
        enable_empty_annotation=False,
        show_collab_predictions=False,
    )
    known = _projects(server, connection, study)
    if alias not in known:
        raise CurateError(f"{server.url} made no project for {alias}", mend="Run the command again.")
    return known
