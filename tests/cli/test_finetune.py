"""``curate finetune`` as a trainer meets it: what a run would take, and going on."""

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from curation.workspace import sha256_of
from finetune.bpe import TINY_SENTENCES
from tests.conftest import ROOT, curate


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A workspace with an export of twenty exchanges."""
    (tmp_path / "curate.yaml").write_text("")
    folder = tmp_path / "exports" / "torchtune"
    folder.mkdir(parents=True)
    sentences = TINY_SENTENCES.read_text(encoding="utf-8").splitlines()
    for split, numbers in [("train", range(16)), ("validation", range(16, 20))]:
        with (folder / f"{split}.jsonl").open("w") as out:
            for i in numbers:
                turns = [("user", sentences[2 * i]), ("assistant", sentences[2 * i + 1])]
                messages = [{"role": role, "content": content} for role, content in turns]
                out.write(json.dumps({"item_id": f"x:{i}", "content_hash": f"{i:064x}", "messages": messages}) + "\n")
    sums = {file.name: sha256_of(file) for file in folder.glob("*.jsonl")}
    manifest = {"format": "torchtune", "fingerprint": "ab" * 32, "build_id": "b", "ledger_head": "cd" * 32}
    (folder / "manifest.json").write_text(json.dumps(manifest | {"sha256": sums}))
    return tmp_path


def test_a_dry_run_says_what_it_takes_and_trains_nothing(home: Path) -> None:
    arguments = ["-C", str(home), "finetune", "--model", "tiny", "--method", "full", "--set", "epochs=3", "--dry-run"]
    found = json.loads(curate(*arguments, "--json").stdout)
    assert (found["conversations"], found["steps"], found["epochs"], found["validation"]) == (16, 12, 3.0, 4)
    assert found["learning"] == found["parameters"] == 459_392
    assert found["tokens"] > found["trained_tokens"] > 16 * 3
    assert found["memory"]["weights"] == 4 * found["parameters"]
    assert found["memory_total"] == sum(found["memory"].values())
    assert found["seconds"] > 0
    shown = curate(*arguments).stdout
    assert "12 (3 epochs)" in shown
    assert "dry run: nothing was trained" in shown
    assert not (home / "runs").exists()


def test_an_interrupted_run_goes_on_by_its_name(home: Path) -> None:
    code = """
import os, signal, sys
from pathlib import Path
from curation.workspace import Workspace
from finetune import finetune
def kill(metrics, total):
    if metrics.step == 3:
        os.kill(os.getpid(), signal.SIGKILL)
root = Path(sys.argv[1])
finetune(Workspace(root), data=root / "exports" / "torchtune", model="tiny", run="first", on_step=kill,
         config={"gradient_accumulation": 1, "checkpoint_every": 2})
"""
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    killed = subprocess.run([sys.executable, "-c", code, home], env=environment, check=False)
    assert killed.returncode < 0
    refused = curate("-C", home, "finetune", "--model", "tiny", "--run", "first")
    assert refused.returncode == 1
    assert "Go on with `curate finetune --resume first`" in refused.stderr
    for other in (["--method", "lora"], ["--set", "epochs=9"], ["--data", str(home)]):
        wrong = curate("-C", home, "finetune", "--resume", "first", *other)
        assert wrong.returncode == 2
        assert "Write `curate finetune --resume first` alone." in wrong.stderr
    done = curate("-C", home, "finetune", "--resume", "first")
    assert done.returncode == 0, done.stderr
    assert "Run first: 4 steps on 16 examples, loss" in done.stdout
    assert "validation loss" in done.stdout


def test_a_terminal_shows_loss_speed_and_time_left(home: Path) -> None:
    master, terminal = pty.openpty()
    script = Path(sys.executable).with_name("curate")
    command = [str(script), "-C", str(home), "finetune", "--model", "tiny", "--method", "full"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=terminal, env=os.environ | {"COLUMNS": "120"})
    os.close(terminal)
    shown = b""
    while True:
        try:
            piece = os.read(master, 4096)
        except OSError:
            break
        shown += piece
    assert process.wait() == 0
    text = shown.decode()
    assert "4/4" in text
    assert "loss 7." in text
    assert "tokens/s" in text


def test_a_run_without_a_model_says_what_to_name(home: Path) -> None:
    done = curate("-C", home, "finetune")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "no model is given. Name a folder, or `tiny`." in done.stderr
