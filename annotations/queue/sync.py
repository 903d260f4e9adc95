"""Makes a project hold the tasks that it should, each once, whatever happened before.

An import is all or none for the server, and not idempotent: one whose answer was lost may have been carried out. So
what is there is read first, the difference is sent, and before every request a note is made of what it asks for. After
a lost answer, or a command that was killed, the note says what to look for; nothing is sent a second time before it is
sure that the first never came. Should two of one task stand there all the same, one goes. Only tasks that nobody has
decided on are ever deleted, and the server looks at that in the moment of deleting.
"""

import time
from typing import NamedTuple

from annotations.label_studio.talk import LostAnswer, Server, Task
from annotations.queue.state import Intent, StateFile
from annotations.queue.task import Data, is_sound, key_of
from curation.progress import Advance

BATCH = 500
"""Tasks of one request."""
PATIENCE = 20.0
"""Seconds after which a request that left no trace on the server is taken as one that never came."""


class Synced(NamedTuple):
    """What was done to a project."""

    added: int = 0
    """Tasks that were sent."""
    kept: int = 0
    """Tasks that were there."""
    retired: int = 0
    """Tasks that are no longer wanted, for their text changed or another reviewer is asked, and that nobody had
    decided on."""
    restored: int = 0
    """Tasks that had been deleted on the server and were sent again."""
    altered: int = 0
    """Tasks whose text was altered on the server: decisions on them do not count."""
    surplus: int = 0
    """Tasks that stood there twice."""

    def __add__(self, other: object) -> "Synced":
        if not isinstance(other, Synced):
            return NotImplemented
        return Synced(*(one + more for one, more in zip(self, other, strict=True)))


class _Plan(NamedTuple):
    add: list[Data]
    remove: list[int]
    synced: Synced
    seen: list[str]


def sync(server: Server, project: int, wanted: list[Data], notes: StateFile, advance: Advance) -> Synced:
    """Makes a project hold the wanted tasks.

    Args:
        server: The server.
        project: The project's id.
        wanted: What each task is to hold, in the order of the queue.
        notes: What is remembered of the project.
        advance: Is told of every task that is in its place.

    Raises:
        LostAnswer: If the server does not answer; the next call goes on where this one was.
    """
    unsure = not settle(server, project, notes)
    plan = _plan(_index(server, project), wanted, notes)
    advance(plan.synced.kept)
    server.delete_untouched(project, plan.remove)
    notes.save(pushed=plan.seen)
    for start in range(0, len(plan.add), BATCH):
        unsure |= _send(server, project, plan.add[start : start + BATCH], notes)
        advance(len(plan.add[start : start + BATCH]))
    if not unsure:
        return plan.synced
    # A request that was given up for lost may have come late.
    late = _plan(_index(server, project), wanted, notes)
    server.delete_untouched(project, late.remove)
    return plan.synced._replace(surplus=plan.synced.surplus + late.synced.surplus)


def _send(server: Server, project: int, batch: list[Data], notes: StateFile) -> bool:
    """Sends a batch; returns whether its answer was lost."""
    keys = [key_of(data) for data in batch]
    notes.save(intent=Intent(keys=keys, sent=time.time()))
    lost = False
    try:
        server.import_tasks(project, batch)
    except LostAnswer:
        lost = True
        if not settle(server, project, notes):
            raise
    notes.save(intent=None, pushed=[*notes.state.pushed, *keys])
    return lost


def settle(server: Server, project: int, notes: StateFile) -> bool:
    """Finds out what became of a request without an answer; False if it left no trace for :data:`PATIENCE`."""
    intent = notes.state.intent
    if intent is None:
        return True
    expected = set(intent.keys)
    while True:
        newest = server.call(
            "GET",
            "api/tasks/",
            params={
                "project": project,
                "page_size": 100,
                "fields": "task_only",
                "include": "id,data",
                "query": '{"ordering": ["-tasks:id"]}',
            },
        )["tasks"]
        if any(key_of(task["data"]) in expected for task in newest):
            notes.save(intent=None)
            return True
        if time.time() > intent.sent + PATIENCE:
            notes.save(intent=None)
            return False
        time.sleep(0.3)


def _index(server: Server, project: int) -> list[Task]:
    return list(server.tasks(project, "id,data,total_annotations,cancelled_annotations"))


def _plan(there: list[Task], wanted: list[Data], notes: StateFile) -> _Plan:
    """What is to be sent and what is to go."""
    by_key = {key_of(data): data for data in wanted}
    live: dict[str, Task] = {}
    remove: list[int] = []
    found = {key_of(task["data"]) for task in there}
    altered = retired = surplus = 0
    for task in there:
        key, touched = key_of(task["data"]), _is_touched(task)
        if not is_sound(task["data"]):
            altered += 1
        elif key not in by_key or task["id"] in notes.state.spoilt or (not touched and task["data"] != by_key[key]):
            # Not wanted, not its reviewer's decision, or outdated in what stands beside the text.
            retired += not touched
        elif key in live:
            surplus += 1
            if touched and not _is_touched(live[key]):
                remove.append(live[key]["id"])
                live[key] = task
                continue
        else:
            live[key] = task
            continue
        if not touched:
            remove.append(task["id"])
    missing = [data for key, data in by_key.items() if key not in live]
    # The queue is worked through in the order of its tasks: for an item of more risk, those behind it are sent anew.
    riskiest = max((data["severity"] for data in missing), default=0.0)
    behind = [key for key, task in live.items() if not _is_touched(task) and task["data"]["severity"] < riskiest]
    remove += [live.pop(key)["id"] for key in behind]
    gone = {key for key in notes.state.pushed if key in by_key and key not in found}
    synced = Synced(
        added=len(missing), kept=len(live) + len(behind), retired=retired, restored=len(gone), altered=altered,
        surplus=surplus,
    )  # fmt: skip
    return _Plan([data for key, data in by_key.items() if key not in live], remove, synced, sorted(live))


def _is_touched(task: Task) -> bool:
    return bool(task["total_annotations"] or task.get("cancelled_annotations"))
