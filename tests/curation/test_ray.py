"""Ray gives what this machine alone gives, whatever happens to its workers, and only with the same code."""

import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import ClassVar, NamedTuple

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curation import Workspace, build_dataset
from curation.config import load_config
from curation.dedup.candidates import BUCKET_NEIGHBOURS, candidate_pairs
from curation.dedup.minhash import PERMUTATIONS
from curation.engine import LocalEngine
from curation.engine import ray as ray_engine
from curation.engine.ray import RayEngine
from curation.sources import load
from curation.step import FAULT_COLUMN
from curation.table import RECORD
from curation.validate import Validate
from schemas.config import Section
from schemas.errors import CurateError, MissingExtra, UsageError
from tests.conftest import ROOT, curate
from tests.curation.test_build import files_of
from tests.curation.test_engine import Shout, rows

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not Path("/proc/self").exists(), reason="looks at /proc")]


@pytest.fixture(scope="module")
def ray(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RayEngine]:
    """A Ray of two workers, started once: that takes seconds."""
    with RayEngine(tmp_path_factory.mktemp("cache"), workers=2) as engine:
        yield engine


class Trouble(Section):
    marks: Path
    kill: int = 0
    """How many workers kill themselves, one a block."""
    error: bool = False
    fault: bool = False


class Troubled:
    """Upper-cases a text, with trouble on the way."""

    name: ClassVar[str] = "troubled"
    reads: ClassVar[tuple[str, ...]] = ("text",)
    writes: ClassVar[pa.Schema] = pa.schema([("text", pa.string())])
    libraries: ClassVar[tuple[str, ...]] = ()

    def __init__(self, config: Trouble) -> None:
        self.config = config

    def __call__(self, rows: pa.Table) -> pa.Table:
        if self.config.error:
            raise MissingExtra("this step", "map")
        if self.config.fault:
            raise ValueError(f"cannot shout {rows['text'][0].as_py()}")
        for number in range(self.config.kill):
            try:
                (self.config.marks / str(number)).touch(exist_ok=False)
            except FileExistsError:
                continue
            os.kill(os.getpid(), signal.SIGKILL)
        shouted = [text.upper() for text in rows["text"].to_pylist()]
        return pa.table([pa.array(shouted), pa.nulls(len(rows), FAULT_COLUMN.type)], names=["text", "fault"])


def test_a_step_gives_what_it_gives_here(ray: RayEngine, tmp_path: Path) -> None:
    many = rows(*("" if number % 7 == 0 else f"text {number % 900}" for number in range(1_000)))
    here, there = LocalEngine(tmp_path).run(Shout(), many), ray.run(Shout(), many)
    assert (there.kept, there.faulty) == (here.kept, here.faulty)
    assert (there.work.computed, there.work.reused) == (here.work.computed, here.work.reused)
    assert len(ray.run(Shout(), many.slice(0, 0)).kept) == 0


def test_a_worker_that_is_killed_changes_nothing(ray: RayEngine, tmp_path: Path) -> None:
    many = rows(*(f"text {number}" for number in range(1_000)))
    result = ray.run(Troubled(Trouble(marks=tmp_path, kill=1)), many)
    assert result.kept["text"].to_pylist() == [text.upper() for text in many["text"].to_pylist()]
    assert len(list(tmp_path.iterdir())) == 1


@settings(max_examples=12)
@given(seed=st.integers(0, 2**32 - 1), texts=st.integers(0, 300), kinds=st.integers(1, 40), values=st.integers(2, 500))
def test_the_same_candidates_are_found(ray: RayEngine, seed: int, texts: int, kinds: int, values: int) -> None:
    """Also of templates: buckets of more texts than one is paired with."""
    draw = np.random.default_rng(seed)
    originals = draw.integers(0, values, (kinds, PERMUTATIONS))
    made = np.where(
        draw.random((texts, PERMUTATIONS)) < 0.8,
        originals[draw.integers(0, kinds, texts)],
        draw.integers(0, 2**16, (texts, PERMUTATIONS)),
    ).astype("<u2")
    lengths = draw.integers(0, 60, texts)
    np.testing.assert_array_equal(candidate_pairs(made, lengths, ray.meetings), candidate_pairs(made, lengths))


def test_a_bucket_of_very_many_texts_is_not_paired_out(ray: RayEngine) -> None:
    made = np.ones((5 * BUCKET_NEIGHBOURS, PERMUTATIONS), "<u2")
    lengths = np.full(len(made), 50)
    pairs = candidate_pairs(made, lengths, ray.meetings)
    np.testing.assert_array_equal(pairs, candidate_pairs(made, lengths))
    assert (pairs[:, 1] - pairs[:, 0]).max() == BUCKET_NEIGHBOURS


def test_nobody_else_is_listened_to(ray: RayEngine) -> None:
    """Ray itself would listen to the whole network, and do what anybody asks of it."""
    ours = _descendants(ray.pid)
    listening = {where for one in ours for where in _listens(one.pid)}
    assert {where.rpartition(":")[0] for where in listening} == {"127.0.0.1"}
    (raylet,) = [one for one in ours if "/raylet/raylet" in one.command]
    settings = Path(f"/proc/{raylet.pid}/environ").read_text().split("\0")
    assert {"RAY_USAGE_STATS_ENABLED=0", "RAY_AUTH_MODE=token"} <= set(settings)


def test_what_goes_wrong_in_a_step_is_what_the_user_reads(ray: RayEngine, tmp_path: Path) -> None:
    with pytest.raises(MissingExtra, match=r"this step needs .* pip install -e '\.\[map\]'"):
        ray.run(Troubled(Trouble(marks=tmp_path, error=True)), rows("a"))
    with pytest.raises(CurateError, match=r"in step 'troubled' on a Ray worker: ValueError at \w+.py:\d+") as told:
        ray.run(Troubled(Trouble(marks=tmp_path, fault=True)), rows("a secret"))
    assert "secret" not in str(told.value)
    assert "secret" not in (ray.passing / "ray.log").read_text()


def test_a_build_is_the_same_when_workers_are_killed_at_random(
    example: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Items, removed rows, pairs, quarantine and manifest, byte for byte."""
    monkeypatch.setattr(ray_engine, "LEAST_BLOCK_ROWS", 20)
    added = "".join(
        json.dumps(
            {"_id": f"m{number}", "post": {"title": f"I am {word} at {number}?"}, "reply": f"Rest at {number}, Bob."}
        )
        + "\n"
        for number, word in enumerate(["sad", "tired", "angry", "suicidal"] * 60)
    )
    with (example.sources / "forum_later.jsonl").open("a") as file:
        file.write(added)
    other = Workspace(tmp_path / "other")
    shutil.copytree(example.root, other.root)
    build = build_dataset(example)
    with _killing(times=2):
        again = build_dataset(other, engine="ray", workers=2)
    assert files_of(other.root / again.folder) == files_of(example.root / build.folder)
    assert {step.computed for step in again.work.steps} == {step.computed for step in build.work.steps}


def test_a_lost_cluster_is_told_and_nothing_of_it_is_left(tmp_path: Path) -> None:
    engine = RayEngine(tmp_path, workers=1)
    with pytest.raises(CurateError, match="the Ray cluster was lost .* Run the command again"), engine:
        driver = next(one for one in _descendants(os.getpid()) if one.pid == engine.pid)
        started = _descendants(driver.pid)
        os.kill(driver.pid, signal.SIGKILL)
        engine.run(Shout(), rows("a"))
    gone = time.monotonic() + 10
    while any(_runs(one) for one in started) and time.monotonic() < gone:
        time.sleep(0.1)
    assert not [one for one in started if _runs(one)]
    assert not list(tmp_path.glob(".passing-*"))
    assert not list(Path(tempfile.gettempdir()).glob(f"curate-ray-{engine.pid}-*"))


def test_a_cluster_with_the_same_code_is_joined_and_one_with_other_code_is_refused(
    example: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RAY_AUTH_MODE", "token")
    monkeypatch.setenv("RAY_AUTH_TOKEN", "0" * 64)
    records = RECORD.empty_table()
    for source in load_config(example).sources:
        records = pa.concat_tables([records, *(batch.rows for batch in load(source, example))])
    here = LocalEngine(tmp_path / "here").run(Validate(), records)
    code = tmp_path / "code"
    for room in ("schemas", "curation"):
        shutil.copytree(ROOT / room, code / room, ignore=shutil.ignore_patterns("__pycache__"))
    with _cluster(code) as address:
        with RayEngine(tmp_path / "cache", workers=1, address=address) as engine:
            there = engine.run(Validate(), records)
        with (code / "curation" / "cleaning" / "spaces.py").open("a") as file:
            file.write("# mended\n")
        result = curate("-C", example.root, "build-dataset", "--engine", "ray", "--ray-address", address)
    assert (there.kept, there.faulty) == (here.kept, here.faulty)
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr == (
        "curate: the Ray node 127.0.0.1 has another emocurate than this machine: its results would not be those of "
        "this machine. Install the same version of EmoCurate and of its libraries on all nodes (docs/scale.md says "
        "how).\n"
    )


def test_without_ray_the_user_is_told_what_to_install(example: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ray_engine, "find_spec", lambda name: None)
    with pytest.raises(MissingExtra, match=r"the engine Ray needs packages .* pip install -e '\.\[ray\]'"):
        build_dataset(example, engine="ray")


def test_addresses_that_are_none(example: Workspace) -> None:
    with pytest.raises(UsageError, match="is for the engine ray. Add --engine ray, or leave it out"):
        build_dataset(example, ray_address="auto")
    with pytest.raises(UsageError, match=r"'ray://head:10001' is no address .* a ray:// client cannot run Ray Data"):
        build_dataset(example, engine="ray", ray_address="ray://head:10001")
    with pytest.raises(CurateError, match=r"no Ray cluster answers at 127.0.0.1:9 \(Connection refused\)"):
        build_dataset(example, engine="ray", ray_address="127.0.0.1:9")


class Process(NamedTuple):
    pid: int
    parent: int
    started: str
    command: str


def _descendants(pid: int) -> list[Process]:
    found = [one for one in map(_process, Path("/proc").glob("[1-9]*")) if one is not None]
    below, parents = [], {pid}
    while new := [one for one in found if one.parent in parents and one not in below]:
        below += new
        parents = {one.pid for one in new}
    return below


def _process(folder: Path) -> Process | None:
    try:
        stat = (folder / "stat").read_text().rpartition(")")[2].split()
        command = (folder / "cmdline").read_text()
    except OSError:
        return None
    return None if stat[0] == "Z" else Process(int(folder.name), int(stat[1]), stat[19], command)


def _runs(process: Process) -> bool:
    now = _process(Path("/proc", str(process.pid)))
    return now is not None and now.started == process.started


def _listens(pid: int) -> Iterator[str]:
    """Where a process listens, as ADDRESS:PORT."""
    sockets = {str(file.readlink()) for file in Path(f"/proc/{pid}/fd").glob("*") if file.is_symlink()}
    for table, width in (("tcp", 8), ("tcp6", 32)):
        for line in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and f"socket:[{fields[9]}]" in sockets:
                host, port = fields[1].split(":")
                last = bytes.fromhex(host[width - 8 :])[::-1]
                zeros = host[: width - 8].strip("0F")
                yield f"{socket.inet_ntoa(last)}:{int(port, 16)}" if not zeros else f"{host}:{port}"


@contextmanager
def _killing(times: int) -> Iterator[None]:
    """Kills busy Ray workers of this process, at random and ``times`` in all."""
    ended, killed = threading.Event(), list[int]()

    def kill() -> None:
        while len(killed) < times and not ended.wait(random.uniform(0.3, 1.0)):
            busy = [one.pid for one in _descendants(os.getpid()) if one.command.startswith("ray::MapBatches")]
            if busy:
                killed.append(random.choice(busy))
                os.kill(killed[-1], signal.SIGKILL)

    thread = threading.Thread(target=kill)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
    assert len(killed) == times, "the build was over before the workers were killed"


@contextmanager
def _cluster(code: Path) -> Iterator[str]:
    """A Ray of its own whose workers find the project in ``code``; its address."""
    folder = tempfile.mkdtemp(prefix="ray-", dir="/tmp")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    head = subprocess.Popen(
        [
            *(sys.executable, "-m", "ray.scripts.scripts", "start", "--head", "--block", "--num-cpus=1"),
            *(f"--port={port}", "--node-ip-address=127.0.0.1", "--include-dashboard=false", "--disable-usage-stats"),
            f"--temp-dir={folder}",
        ],
        env={**os.environ, "PYTHONPATH": str(code), "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0"},
        cwd=code,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        until = time.monotonic() + 60
        while time.monotonic() < until:
            with suppress(OSError):
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            time.sleep(0.2)
        yield f"127.0.0.1:{port}"
    finally:
        os.killpg(head.pid, signal.SIGKILL)
        head.wait()
        shutil.rmtree(folder)
