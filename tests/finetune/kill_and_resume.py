"""Runs of every method, left alone and killed, in processes of their own; a script for ``test_resume.py``.

    python tests/finetune/kill_and_resume.py WORKSPACE EXPORT SEED

Each run is a fork of this process, which has the libraries loaded and has computed nothing, so that many runs cost
little more than one.
"""

import os
import random
import signal
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NoReturn

import torch

from curation.workspace import Workspace
from finetune import (
    checkpoint,
    compat,  # noqa: F401  # loads the libraries for all forks
    finetune,
    resume,
)
from finetune.config import MethodName
from finetune.manifest import BEGUN

CONFIG: dict[str, object] = {
    "epochs": 3,
    "gradient_accumulation": 1,
    "learning_rate": 3e-3,
    "checkpoint_every": 2,
    "evaluate_every": 3,
    "keep_checkpoints": 2,
}
# Dropout, because it is where chance comes in.
ADAPTERS: dict[str, object] = {"lora": {"rank": 4, "alpha": 8, "dropout": 0.1}}
METHODS: dict[MethodName, dict[str, object]] = {"full": {}, "lora": ADAPTERS, "qat-lora": ADAPTERS}
STEPS = 12


def forked(work: Callable[[], object], kill_when: Callable[[], bool] | None = None) -> int:
    """Does ``work`` in a fork, kills it as soon as ``kill_when`` says so, and returns how it ended."""
    pid = os.fork()
    if pid == 0:
        torch.set_num_threads(1)
        try:
            work()
        except BaseException as error:
            print(type(error), error, file=sys.stderr, flush=True)
            os._exit(1)
        os._exit(0)
    while kill_when is not None:
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            return status
        if kill_when():
            os.kill(pid, signal.SIGKILL)
            break
        time.sleep(0.001)
    return os.waitpid(pid, 0)[1]


def die() -> NoReturn:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError


def main(root: Path, export: Path, seed: int) -> None:
    chance = random.Random(seed)
    workspace = Workspace(root)

    def begin(method: MethodName, run: str) -> None:
        finetune(workspace, data=export, method=method, model="tiny", run=run, config=CONFIG | METHODS[method])

    def begin_and_die_in_a_checkpoint(method: MethodName, run: str, number: int, call: str) -> None:
        """Dies in the ``number``-th call of a function that writes a checkpoint, half of its file written."""
        original, left = getattr(checkpoint, call), [number]

        def dying(tensors: object, file: Path) -> None:
            original(tensors, file)
            left[0] -= 1
            if left[0] == 0:
                os.truncate(file, file.stat().st_size // 2)
                die()

        setattr(checkpoint, call, dying)
        begin(method, run)

    for method in METHODS:
        assert forked(partial(begin, method, f"{method}-whole")) == 0
        run = f"{method}-killed"
        kills = sorted(chance.sample(range(1, STEPS), 2))
        for i, step in enumerate(kills):
            metrics = root / "runs" / run / "metrics.jsonl"

            def reached(step: int = step, metrics: Path = metrics) -> bool:
                return metrics.is_file() and metrics.read_bytes().count(b"\n") >= step

            again: Callable[[], object] = partial(begin, method, run) if i == 0 else partial(resume, workspace, run)
            assert forked(again, reached) == signal.SIGKILL, (method, step)
        assert forked(partial(resume, workspace, run)) == 0

        run = f"{method}-killed-in-a-checkpoint"
        number = chance.randint(3, 9)  # two files a checkpoint: from the second checkpoint on
        work = partial(begin_and_die_in_a_checkpoint, method, run, number, "save_file")
        assert forked(work) == signal.SIGKILL
        assert list((root / "runs" / run / checkpoint.STEPS).glob(".*.partial")), "nothing was half written"
        assert (root / "runs" / run / BEGUN).is_file()
        assert forked(partial(resume, workspace, run)) == 0


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
