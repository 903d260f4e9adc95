"""A run that was interrupted ends as if it had not been."""

import json
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from curation.workspace import Workspace
from finetune import checkpoint, finetune, read_run, resume
from finetune.run import OnStep
from finetune.train import StepMetrics
from schemas.errors import CurateError
from tests.conftest import ROOT
from tests.finetune.conftest import Conversations, WriteExport

CONFIG = {"epochs": 2, "gradient_accumulation": 1, "checkpoint_every": 3, "lora": {"rank": 4, "alpha": 8}}


@pytest.fixture
def export(write_export: WriteExport, conversations: Conversations) -> Path:
    return write_export(conversations[:16], conversations[16:])


class Stop(Exception):
    pass


def stop_after(step: int) -> OnStep:
    def on_step(metrics: StepMetrics, total: int) -> None:
        if metrics.step == step:
            raise Stop

    return on_step


@pytest.mark.slow
def test_a_killed_run_goes_on_to_the_same_bits(workspace: Workspace, export: Path) -> None:
    seed = random.randrange(10_000)
    script = Path(__file__).with_name("kill_and_resume.py")
    environment = os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    command: list[str | Path] = [sys.executable, script, workspace.root, export, str(seed)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"seed {seed}: {done.stderr}"
    for method in ("full", "lora", "qat-lora"):
        whole = read_run(workspace, f"{method}-whole")
        for interrupted in (f"{method}-killed", f"{method}-killed-in-a-checkpoint"):
            again = read_run(workspace, interrupted)
            where = f"{interrupted}, seed {seed}"
            assert again.files == whole.files, where  # losses, weights, adapter, samples: all their bytes
            assert again.validation_loss == whole.validation_loss, where
            assert checkpoint.saved_steps(workspace.runs / interrupted) == checkpoint.saved_steps(
                workspace.runs / whole.run
            )


def test_the_last_checkpoints_and_the_best_are_kept(workspace: Workspace, export: Path) -> None:
    config = CONFIG | {"checkpoint_every": 1, "evaluate_every": 1, "epochs": 5, "learning_rate": 2e-2}
    result = finetune(workspace, data=export, model="tiny", run="first", config=config)
    losses = [json.loads(line)["validation_loss"] for line in (result.path / "metrics.jsonl").read_text().splitlines()]
    best = losses.index(min(losses)) + 1
    assert best < 19, "the rate is high enough for the best step to come early"
    assert checkpoint.saved_steps(result.path) == [best, 19, 20]
    assert (result.manifest.best_step, result.manifest.validation_loss) == (best, min(losses))


def test_early_stop_ends_the_run_and_takes_the_best_weights(workspace: Workspace, export: Path) -> None:
    config = CONFIG | {"evaluate_every": 1, "epochs": 20, "learning_rate": 2e-2, "early_stop": 3}
    manifest = finetune(workspace, data=export, model="tiny", run="first", config=config).manifest
    assert manifest.steps == manifest.best_step + 3 < 80


def test_an_interrupted_run_says_how_to_go_on(workspace: Workspace, export: Path) -> None:
    with pytest.raises(Stop):
        finetune(workspace, data=export, model="tiny", run="first", config=CONFIG, on_step=stop_after(5))
    with pytest.raises(CurateError) as caught:
        read_run(workspace, "first")
    assert str(caught.value) == "runs/first: the run is not finished. Go on with `curate finetune --resume first`."
    with pytest.raises(CurateError, match="the run was begun and is not finished. Go on with `curate finetune --res"):
        finetune(workspace, data=export, model="tiny", run="first", config=CONFIG)
    steps = []
    resume(workspace, "first", on_step=lambda metrics, total: steps.append(metrics.step))
    assert steps == [5, 6, 7, 8]  # from the checkpoint of step 4
    with pytest.raises(CurateError) as caught:
        resume(workspace, "first")
    assert str(caught.value) == "runs/first: the run has ended already. Only an interrupted run can go on."
    with pytest.raises(CurateError, match="runs: there is no run 'second'"):
        resume(workspace, "second")


def test_a_run_does_not_go_on_with_other_data(workspace: Workspace, export: Path) -> None:
    with pytest.raises(Stop):
        finetune(workspace, data=export, model="tiny", run="first", config=CONFIG, on_step=stop_after(4))
    manifest = json.loads((export / "manifest.json").read_text())
    (export / "manifest.json").write_text(json.dumps(manifest | {"fingerprint": "ef" * 32}))
    with pytest.raises(CurateError, match="no longer what the run was begun with. Put it back, or begin another run"):
        resume(workspace, "first")


def test_a_damaged_checkpoint_is_passed_over(workspace: Workspace, export: Path) -> None:
    with pytest.raises(Stop):
        finetune(workspace, data=export, model="tiny", run="first", config=CONFIG, on_step=stop_after(7))
    folder = workspace.runs / "first"
    newest = checkpoint.newest(folder)
    assert newest is not None
    weights = folder / "steps" / f"{newest:06}" / "weights.safetensors"
    weights.write_bytes(weights.read_bytes()[:-4] + b"oops")
    before = checkpoint.newest(folder)
    assert before is not None
    assert before < newest


def test_a_loss_that_is_no_number_leaves_the_last_checkpoint(workspace: Workspace, export: Path) -> None:
    config = {"learning_rate": 1e30, "checkpoint_every": 1, "epochs": 5}
    with pytest.raises(CurateError) as caught:
        finetune(workspace, data=export, method="full", model="tiny", run="first", config=config)
    assert "the loss is no longer a number at step 2. The checkpoint of step 1 is whole" in str(caught.value)
    assert checkpoint.newest(workspace.runs / "first") == 1


def test_a_full_disk_is_one_line_and_leaves_the_last_checkpoint(workspace: Workspace, export: Path) -> None:
    """A limit on the size of files stands for the disk: writing fails in the same place."""
    code = f"""
import resource
from pathlib import Path
from curation.workspace import Workspace
from finetune import finetune
from schemas.errors import CurateError

def fill_up(metrics, total):
    if metrics.step == 4:
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))

try:
    finetune(Workspace(Path({str(workspace.root)!r})), data=Path({str(export)!r}), method="full", model="tiny",
             run="first", config={{"epochs": 3, "checkpoint_every": 3}}, on_step=fill_up)
except CurateError as error:
    print(error)
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=os.environ | {"PYTHONPATH": ROOT}
    )
    assert "runs/first: the checkpoint of step 6 cannot be written" in done.stdout
    assert "Make room, then go on with `curate finetune --resume first`; those before it are whole." in done.stdout
    assert done.stdout.count("\n") == 1
    folder = workspace.runs / "first"
    assert checkpoint.newest(folder) == 4
    assert not list((folder / "steps").glob(".*"))
    assert resume(workspace, "first").manifest.steps == 12
