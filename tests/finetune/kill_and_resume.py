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
from pathlib import Path
from typing import NoReturn

import torch

import finetune.compat
from curation.workspace import Workspace
from finetune import checkpoint, finetune, resume
from finetune.manifest import BEGUN

CONFIG = {
    "epochs": 3,
    "gradient_accumulation": 1,
    "learning_rate": 3e-3,
    "checkpoint_every": 2,
    "evaluate_every": 3,
    "keep_checkpoints": 2,
}
ADAPTERS = {"lora": {"rank": 4, "alpha": 8, "dropout": 0.1}}  # dropout, because it is where chance comes in
METHODS = {"full": {}, "lora": ADAPTERS, "qat-lora": ADAPTERS}
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

    def begin(method: str, run: str) -> None:
        finetune(workspace, data=export, method=method, model="tiny", run=run, config=CONFIG | METHODS[method])

    def begin_and_die_in_a_checkpoint(method: str, run: str, number: int, call: str) -> None:
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
        assert forked(lambda method=method: begin(method, f"{method}-whole")) == 0
        run = f"{method}-killed"
        kills = sorted(chance.sample(range(1, STEPS), 2))
        for i, step in enumerate(kills):
            metrics = root / "runs" / run / "metrics.jsonl"

            def reached(step: int = step, metrics: Path = metrics) -> bool:
                return metrics.is_file() and metrics.read_bytes().count(b"\n") >= step

            work = (lambda m=method, r=run: begin(m, r)) if i == 0 else (lambda r=run: resume(workspace, r))
            assert forked(work, reached) == signal.SIGKILL, (method, step)
        assert forked(lambda run=run: resume(workspace, run)) == 0

        run = f"{method}-killed-in-a-checkpoint"
        number = chance.randint(3, 9)  # two files a checkpoint: from the second checkpoint on
        work = lambda m=method, r=run, n=number: begin_and_die_in_a_checkpoint(m, r, n, "save_file")  # noqa: E731
        assert forked(work) == signal.SIGKILL
        assert list((root / "runs" / run / checkpoint.STEPS).glob(".*.partial")), "nothing was half written"
        assert (root / "runs" / run / BEGUN).is_file()
        assert forked(lambda run=run: resume(workspace, run)) == 0


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
