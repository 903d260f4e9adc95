"""Kills, a server that stops, late answers, two at once: no task twice, no decision lost, none invented."""

import os
import random
import shutil
import signal
import socket
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from annotations import Ledger, pull, push, serve, stop, verify
from annotations.label_studio import Server
from annotations.label_studio.connection import Connection, key_of, read_connection, write_connection
from annotations.label_studio.talk import LostAnswer
from annotations.queue import sync
from curation import Workspace, open_build
from tests.annotations.conftest import Reviewer, borrow, made, made_pairs

pytestmark = [pytest.mark.slow, pytest.mark.server]

ALIASES = ("clin-1", "clin-2", "clin-3")


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many small requests make many moments in which something can go wrong."""
    monkeypatch.setattr(sync, "BATCH", 12)
    monkeypatch.setattr(sync, "PATIENCE", 8.0)


def killed_after(seconds: float, work: Callable[[], object]) -> bool:
    """Does some work in a process of its own, which is killed after a while; whether it was."""
    child = os.fork()
    if child == 0:
        try:
            work()
        finally:
            os._exit(0)
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if os.waitpid(child, os.WNOHANG)[0]:
            return False
        time.sleep(0.005)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return True


def assert_each_once(workspace: Workspace, doubly: bool = False) -> None:
    """Every item is asked of as many reviewers as it needs, and of each once."""
    build = open_build(workspace).items()
    now = set(zip(build["item_id"].to_pylist(), build["content_hash"].to_pylist(), strict=True))
    asked: Counter[tuple[str, str]] = Counter()
    for alias in ALIASES:
        for task in Reviewer(workspace, alias).tasks():
            current = (task["data"]["item_id"], task["data"]["content_hash"]) in now
            assert current or task["total_annotations"]  # of an earlier text stands what was decided on
            if current:
                asked[task["data"]["item_id"], alias] += 1
    assert set(asked.values()) == {1}
    items = Counter(item_id for item_id, _ in asked)
    assert set(items) == {item_id for item_id, _ in now}
    assert set(items.values()) == {2 if doubly else 1}


def test_kills_at_thirty_random_moments(tmp_path: Path, own_server: Workspace) -> None:
    workspace = made(tmp_path, made_pairs(180), double=1.0)
    borrow(workspace, own_server)
    chance = random.Random(20_260_101)
    decisions: list[tuple[str, ...]] = []
    killed = rounds = 0
    while killed < 30:
        rounds += 1
        assert rounds < 120
        work = push if rounds % 3 else pull
        if killed_after(chance.uniform(0.05, 1.5), partial(work, workspace)):
            killed += 1
        for alias in ALIASES if rounds % 4 == 0 else ():
            decisions += decide_some(workspace, alias, chance)
        if rounds % 9 == 0:  # other texts: much to send and to retire
            made(workspace.root, [(q, f"{a} Version {rounds}.") for q, a in made_pairs(180)], double=1.0)
    push(workspace)
    pull(workspace)
    assert_each_once(workspace, doubly=True)
    reviews = [entry.review for entry in Ledger(workspace.ledger).entries()]
    assert len(decisions) > 20
    assert sorted((r.item_id, r.content_hash, r.reviewer, r.verdict) for r in reviews) == sorted(decisions)
    assert verify(workspace).decisions == len(decisions)
    again = push(workspace)
    assert (again.added, again.retired, again.surplus) == (0, 0, 0)


def decide_some(workspace: Workspace, alias: str, chance: random.Random) -> list[tuple[str, ...]]:
    """A reviewer decides on some of what stands there."""
    if alias not in read_connection(workspace).accounts:
        return []  # the push was killed before there was an account
    one = Reviewer(workspace, alias)
    done: list[tuple[str, ...]] = []
    for task in [task for task in one.tasks() if not task["total_annotations"]][:3]:
        verdict = chance.choice(("accept", "reject"))
        one.decide(task, verdict)
        done.append((task["data"]["item_id"], task["data"]["content_hash"], alias, verdict))
    return done


@contextmanager
def slow_answers(url: str, delay: float, which: bytes) -> Iterator[tuple[str, list[int]]]:
    """A proxy that passes requests on at once, and keeps back the answers to some: its address, and how many it did."""
    host, port = url.removeprefix("http://").split(":")
    listening = socket.create_server(("127.0.0.1", 0))
    kept: list[int] = []

    def serve_one(client: socket.socket) -> None:
        with client, socket.create_connection((host, int(port))) as server:
            request = b""
            while b"\r\n\r\n" not in request:
                request += client.recv(65536)
            head, _, body = request.partition(b"\r\n\r\n")
            lines = [line for line in head.split(b"\r\n") if not line.lower().startswith(b"connection:")]
            lengths = [int(line.split(b":")[1]) for line in lines if line.lower().startswith(b"content-length:")]
            length = sum(lengths)
            while len(body) < length:
                body += client.recv(65536)
            server.sendall(b"\r\n".join([*lines, b"Connection: close", b"", body]))
            answer = b"".join(iter(lambda: server.recv(65536), b"")).replace(b"\r\n", b"\r\nConnection: close\r\n", 1)
            if which in lines[0] and len(kept) < 3:
                kept.append(1)
                time.sleep(delay)
            try:
                client.sendall(answer)
            except OSError:
                return  # nobody waits for it any more

    def accept() -> None:
        while True:
            try:
                client, _ = listening.accept()
            except OSError:
                return
            threading.Thread(target=serve_one, args=(client,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}", kept
    listening.close()


def impatient(connection: Connection) -> Server:
    return Server(connection.url, key_of(connection), timeout=4.0)


def test_answers_that_come_after_the_time_out_send_nothing_twice(
    tmp_path: Path, own_server: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = made(tmp_path, made_pairs(60), double=0.0, risky=[])
    borrow(workspace, own_server)
    direct = read_connection(workspace)
    monkeypatch.setattr(sys.modules["annotations.queue.push"], "connect", impatient)
    with slow_answers(direct.url, 6.0, b"/import") as (url, kept):
        write_connection(workspace, direct.model_copy(update={"url": url}))
        pushed = push(workspace)
    assert len(kept) == 3
    assert pushed.added == 60
    connection = read_connection(workspace)
    write_connection(workspace, connection.model_copy(update={"url": direct.url}))
    assert_each_once(workspace)
    assert push(workspace).added == 0


def test_two_pushes_at_once(tmp_path: Path, own_server: Workspace) -> None:
    workspace = made(tmp_path, made_pairs(120), double=0.0, risky=[])
    borrow(workspace, own_server)
    children = []
    for _ in range(2):
        child = os.fork()
        if child == 0:
            try:
                push(workspace)
            except BaseException:
                os._exit(1)
            os._exit(0)
        children.append(child)
    assert [os.waitpid(child, 0)[1] for child in children] == [0, 0]
    assert_each_once(workspace)


def test_two_pushes_at_once_from_two_machines(tmp_path: Path, own_server: Workspace) -> None:
    """They share no lock: what both sent is found and cleared away by the next push."""
    here = made(tmp_path / "here", made_pairs(90), double=0.0, risky=[])
    borrow(here, own_server)
    push(here)
    there = Workspace(tmp_path / "there")
    shutil.copytree(here.root, there.root)
    for workspace in (here, there):
        made(workspace.root, [(q, f"{a} Try it.") for q, a in made_pairs(90)], double=0.0, risky=[])
    children = []
    for workspace in (here, there):
        child = os.fork()
        if child == 0:
            try:
                push(workspace)
            finally:
                os._exit(0)
        children.append(child)
    for child in children:
        os.waitpid(child, 0)
    push(here)
    assert_each_once(here)


def test_a_server_that_stops_midway(tmp_path: Path) -> None:
    workspace = made(tmp_path, made_pairs(240), double=0.0, risky=[])
    try:
        serve(workspace)
        stopping = threading.Timer(1.5, stop, [workspace])
        stopping.start()
        with pytest.raises(LostAnswer, match="does not answer .*Start it with `curate review serve`"):
            while True:
                push(workspace)
        stopping.join()
        assert serve(workspace).started
        push(workspace)
        assert_each_once(workspace)
        one = Reviewer(workspace, "clin-1")
        one.decide(one.tasks()[0], "accept")
        stop(workspace)
        with pytest.raises(LostAnswer):
            pull(workspace)
        serve(workspace)
        assert pull(workspace).written == 1
    finally:
        stop(workspace)
