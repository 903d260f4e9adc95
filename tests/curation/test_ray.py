"""Ray gives what this machine alone gives, whatever happens to its workers, and only with the same code."""

import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curation import Workspace, build_dataset
from curation.dedup.candidates import BUCKET_NEIGHBOURS, candidate_pairs
from curation.dedup.minhash import PERMUTATIONS
from curation.engine import LocalEngine, ray_driver
from curation.engine import ray as ray_engine
from curation.engine.ray import RayEngine
from curation.step import FAULT_COLUMN
from schemas.config import Section
from schemas.errors import CurateError, MissingExtra, UsageError
from tests.conftest import ROOT, MakeWorkspace, curate
from tests.curation.test_build import files_of
from tests.curation.test_engine import Shout, rows

pytestmark = pytest.mark.slow


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


def test_workers_that_are_killed_change_nothing(ray: RayEngine, tmp_path: Path) -> None:
    many = rows(*(f"text {number}" for number in range(1_000)))
    result = ray.run(Troubled(Trouble(marks=tmp_path, kill=5)), many)
    assert result.kept["text"].to_pylist() == [text.upper() for text in many["text"].to_pylist()]
    assert len(list(tmp_path.iterdir())) == 5


signatures = st.integers(0, 2**32 - 1).map(np.random.default_rng)


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


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="needs /proc")
def test_nobody_else_is_listened_to(ray: RayEngine) -> None:
    """Ray itself would listen to the whole network, and do what anybody asks of it."""
    listening = {address for pid in _descendants(os.getpid()) for address in _listens(pid)}
    assert listening
    assert all(address.startswith("127.") for address in listening)
    secret = [line for pid in _descendants(os.getpid()) for line in _environment(pid) if "RAY_AUTH_TOKEN=" in line]
    assert secret


def test_what_a_step_says_is_what_the_user_reads(tmp_path: Path) -> None:
    with (
        pytest.raises(MissingExtra, match=r"this step needs .* pip install -e '\.\[map\]'"),
        RayEngine(tmp_path, workers=1) as engine,
    ):
        engine.run(Troubled(Trouble(marks=tmp_path, error=True)), rows("a"))


def test_a_fault_of_a_step_is_told_without_the_text(tmp_path: Path) -> None:
    with (
        pytest.raises(CurateError, match=r"step 'troubled' on a Ray worker: ValueError at test_ray.py:\d+") as told,
        RayEngine(tmp_path, workers=1) as engine,
    ):
        engine.run(Troubled(Trouble(marks=tmp_path, fault=True)), rows("a secret"))
    assert "secret" not in str(told.value)
