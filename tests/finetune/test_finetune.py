"""Runs from an export to a checkpoint, with real training steps on the tiny model."""

import hashlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from curation.workspace import Workspace
from finetune import finetune, make_tiny_model, read_run, resolve_config
from finetune.assemble import assemble
from finetune.bpe import TINY_TOKENIZER
from finetune.config import MethodName
from finetune.data import Conversation, Sample, tokenise
from finetune.devices import World
from finetune.models import build, open_model, read_weights
from finetune.network import Network
from finetune.plan import learning_rate
from finetune.tokenizer import llama_chat
from finetune.train import Progress, evaluate, make_optimizer, train
from schemas.errors import ConfigError, CurateError
from tests.finetune.conftest import Conversations, WriteExport

QUICK = {"epochs": 6, "gradient_accumulation": 1, "learning_rate": 5e-3, "lora": {"rank": 8, "alpha": 16}}
QUICK_FULL = {"epochs": 6, "learning_rate": 1e-3}


@pytest.fixture
def export(write_export: WriteExport, conversations: Conversations) -> Path:
    return write_export(conversations[:16], conversations[16:])


def lines(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text().splitlines()]


@pytest.mark.parametrize(("method", "config"), [("full", QUICK_FULL), ("lora", QUICK), ("qat-lora", QUICK)])
def test_a_run_learns_and_leaves_a_whole_trail(
    workspace: Workspace, export: Path, method: MethodName, config: dict[str, object], capfd: pytest.CaptureFixture[str]
) -> None:
    seen = []
    result = finetune(
        workspace,
        data=export,
        method=method,
        model="tiny",
        run="first",
        config=config,
        on_step=lambda *a: seen.append(a),
    )
    manifest = result.manifest
    assert manifest.last_loss < manifest.first_loss - 0.2
    assert manifest.first_loss == pytest.approx(7.15, abs=0.3)  # ln 1280: an untrained model knows nothing
    assert manifest.validation_loss is not None
    assert manifest.first_validation_loss is not None
    assert manifest.validation_loss < manifest.first_validation_loss - 0.05
    assert (manifest.steps, len(seen), seen[-1][0].step, seen[-1][1]) == (24, 24, 24, 24)
    assert manifest.export.model_dump() == {
        "path": "exports/demo",
        "fingerprint": "ab" * 32,
        "build_id": "build-1",
        "ledger_head": "cd" * 32,
    }
    assert manifest.system_prompt == "You listen and answer briefly."
    assert manifest.examples.train == manifest.examples.trained_on == 16
    assert read_run(workspace, "first") == manifest

    metrics = lines(result.path / "metrics.jsonl")
    assert [m["step"] for m in metrics] == list(range(1, 25))
    assert [m["epoch"] for m in metrics if m["validation_loss"] is not None] == [1, 2, 3, 4, 5, 6]
    assert metrics[-1]["tokens"] == manifest.tokens

    examples = lines(result.path / "examples.jsonl")
    assert {e["item_id"] for e in examples} == {f"demo:train:{i}" for i in range(16)}
    assert "sister" not in (result.path / "examples.jsonl").read_text()  # ids and hashes, no text

    samples = lines(result.path / "samples.jsonl")
    assert [set(sample) for sample in samples] == [{"prompt", "before", "after"}] * 3
    assert any(sample["before"] != sample["after"] for sample in samples)
    assert (result.path / "metrics.svg").read_text().count("<polyline") == 3

    files = {p.relative_to(result.path).as_posix() for p in result.path.rglob("*") if p.is_file()}
    assert {file for file in files if not file.startswith("steps/")} == {*manifest.files, "manifest.json"}
    assert ("adapter/adapter_model.safetensors" in files) == (method != "full")
    assert ("base/model.safetensors" in files) == (method == "qat-lora")
    assert (manifest.lora is None, manifest.quantised is None) == (method == "full", method != "qat-lora")
    for name, digest in manifest.files.items():
        assert hashlib.sha256((result.path / name).read_bytes()).hexdigest() == digest
    assert capfd.readouterr() == ("", "")


def tiny_samples(conversations: Conversations, length: int = 2048) -> list[Sample]:
    items = [{"item_id": str(i), "content_hash": "f", "messages": m} for i, m in enumerate(conversations)]
    return tokenise([Conversation.model_validate(i) for i in items], llama_chat(TINY_TOKENIZER, 1280), length)


@pytest.mark.parametrize(("method", "config"), [("full", QUICK_FULL), ("lora", QUICK)])
def test_the_checkpoint_is_a_model_that_computes_what_was_trained(
    workspace: Workspace, export: Path, conversations: Conversations, method: MethodName, config: dict[str, object]
) -> None:
    result = finetune(workspace, data=export, method=method, model="tiny", run="first", config=config)
    checkpoint = open_model(result.path / "checkpoint")
    merged = Network(build(checkpoint.architecture, read_weights(checkpoint)))
    loss = evaluate(merged, tiny_samples(conversations[16:]), resolve_config(method, config), pad_id=1028)
    assert loss == pytest.approx(result.manifest.validation_loss, abs=1e-5)


def test_lora_changes_what_it_adapts_and_nothing_else(workspace: Workspace, export: Path, tmp_path: Path) -> None:
    make_tiny_model(tmp_path / "base")
    config = QUICK | {"lora": {"rank": 4, "alpha": 8, "attention_modules": ["q_proj", "v_proj"], "mlp": False}}
    result = finetune(workspace, data=export, model=tmp_path / "base", run="first", config=config)
    before = load_file(tmp_path / "base" / "model.safetensors")
    after = load_file(result.path / "checkpoint" / "model.safetensors")
    changed = {name for name in before if not torch.equal(before[name], after[name])}
    assert changed == {f"model.layers.{i}.self_attn.{m}_proj.weight" for i in (0, 1) for m in "qv"}
    assert result.manifest.base_model.name == "base"


def test_the_same_seed_gives_the_same_run(workspace: Workspace, export: Path) -> None:
    first, second, other = (
        finetune(workspace, data=export, model="tiny", run=run, config=QUICK | {"max_steps": 5, "seed": seed})
        for run, seed in [("first", 7), ("second", 7), ("other", 8)]
    )
    assert first.manifest.files == second.manifest.files
    assert first.manifest.fingerprint == second.manifest.fingerprint
    assert first.manifest.last_loss != other.manifest.last_loss
    assert first.manifest.fingerprint != other.manifest.fingerprint


def test_the_caller_s_random_numbers_are_left_alone(workspace: Workspace, export: Path) -> None:
    torch.manual_seed(1)
    expected = torch.rand(3)
    torch.manual_seed(1)
    finetune(workspace, data=export, model="tiny", config=QUICK | {"max_steps": 1})
    assert torch.equal(torch.rand(3), expected)


def test_accumulated_batches_are_one_large_batch(tmp_path: Path, conversations: Conversations) -> None:
    make_tiny_model(tmp_path)
    samples = tiny_samples(conversations[:8])
    losses = []
    for batch, accumulation, packing in [(8, 1, True), (2, 4, True), (2, 4, False)]:
        sizes = {"batch_size": batch, "gradient_accumulation": accumulation, "packing": packing}
        config = resolve_config("full", {"learning_rate": 1e-3, "epochs": 4, "max_sequence_length": 90} | sizes)
        network = assemble(open_model(tmp_path), "full", config, World())
        steps = train(network, make_optimizer(network, config), Progress(), samples, [], config, pad_id=1028)
        losses.append([step.loss for step in steps])
    assert losses[0] == pytest.approx(losses[1], abs=1e-4)
    assert losses[0] == pytest.approx(losses[2], abs=1e-4)


@pytest.mark.parametrize("method", ["full", "lora", "qat-lora"])
def test_recomputation_and_bf16_change_little(tmp_path: Path, conversations: Conversations, method: MethodName) -> None:
    make_tiny_model(tmp_path)
    samples = tiny_samples(conversations[:8])
    losses = {}
    variants: dict[str, dict[str, object]] = {
        "plain": {},
        "again": {"activation_checkpointing": True},
        "bf16": {"precision": "bf16"},
    }
    for name, more in variants.items():
        config = resolve_config(method, {"gradient_accumulation": 1, "epochs": 2, "learning_rate": 1e-3, **more})
        network = assemble(open_model(tmp_path), method, config, World())
        steps = train(network, make_optimizer(network, config), Progress(), samples, [], config, pad_id=1028)
        losses[name] = [step.loss for step in steps]
    assert losses["again"] == losses["plain"]
    assert losses["bf16"] != losses["plain"]
    assert losses["bf16"] == pytest.approx(losses["plain"], abs=0.05)


def test_the_rate_warms_up_and_falls() -> None:
    config = resolve_config("lora", {"learning_rate": 1.0, "warmup_steps": 4})
    rates = [learning_rate(step, 100, config) for step in range(1, 101)]
    assert rates[:5] == pytest.approx([0.2, 0.4, 0.6, 0.8, 1.0])
    assert rates[4:] == sorted(rates[4:], reverse=True)
    assert rates[-1] < 0.001
    assert learning_rate(1, 5, config) == 1.0  # five steps leave no room to warm up


def test_what_is_not_trained_on_is_counted(
    workspace: Workspace, write_export: WriteExport, conversations: Conversations
) -> None:
    long = [{"role": "user", "content": "I am tired. " * 80}, {"role": "assistant", "content": "Since when?"}]
    cut = [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Tell me more. " * 80}]
    data = write_export([*conversations[:10], long, cut])
    config = QUICK | {"max_sequence_length": 120, "long_conversations": "cut", "batch_size": 2, "max_steps": 4}
    result = finetune(workspace, data=data, model="tiny", run="short", config=config)
    counts = result.manifest.examples
    assert (counts.train, counts.trained_on, counts.too_long, counts.not_reached) == (12, 8, 1, 3)
    examples = {e["item_id"]: e for e in lines(result.path / "examples.jsonl")}
    assert sum(e["trained_on"] for e in examples.values()) == 8
    assert not examples["demo:train:10"]["trained_on"]
    assert examples["demo:train:11"]["tokens_cut"] > 0
    assert result.manifest.validation_loss is None


def test_a_run_that_fails_before_its_first_checkpoint_leaves_nothing(workspace: Workspace, export: Path) -> None:
    def stop(*progress: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        finetune(workspace, data=export, model="tiny", run="first", config=QUICK, on_step=stop)
    assert list(workspace.runs.iterdir()) == []


def test_a_run_is_never_written_over(workspace: Workspace, export: Path) -> None:
    config = QUICK | {"max_steps": 1}
    first = finetune(workspace, data=export, model="tiny", config=config)
    assert first.path.name.startswith("lora-")
    with pytest.raises(CurateError) as caught:
        finetune(workspace, data=export, model="tiny", config=config)
    assert str(caught.value) == f"runs/{first.path.name}: the run exists already. Give another name."


def test_a_loss_that_is_no_number_ends_the_run(workspace: Workspace, export: Path) -> None:
    with pytest.raises(CurateError, match=r"no longer a number at step \d+. Try again with a lower learning_rate"):
        finetune(workspace, data=export, method="full", model="tiny", config={"learning_rate": 1e30})


@pytest.mark.parametrize(
    ("method", "config", "message"),
    [
        ("lora", {"qat": {"group_size": 32}}, "field 'qat': method 'lora' and these options do not go together."),
        ("qat-lora", {"qat": {"group_size": 256}}, "field 'qat.group_size': Input should be 32"),
        ("lora", {"max_sequence_length": 5000}, "field 'max_sequence_length': the model reads 4096 tokens at most."),
        ("prefix", {}, "there is no method 'prefix'. Choose one of full, lora, qat-lora."),
        (
            "lora",
            {"learningrate": 1},
            "field 'learningrate': there is no such setting. The keys are learning_rate",
        ),
        ("lora", {"lora": {"rnk": 8}}, "there is no such setting. The keys beside it are rank, alpha"),
        ("lora", {"lora": {"rank": 0}}, "field 'lora.rank': Input should be greater than or equal to 1"),
        ("full", {"lora": {"rank": 8}}, "field 'lora"),
        ("lora", {"device": "cuda"}, "field 'device': torch finds no GPU. Use device cpu."),
        (
            "lora",
            {"max_sequence_length": 8, "long_conversations": "cut"},
            "no assistant's word lies within 8 tokens. Raise it.",
        ),
    ],
)
def test_configuration_that_does_not_hold(
    workspace: Workspace,
    export: Path,
    method: str,
    config: dict[str, object],
    message: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(ConfigError) as caught:
        finetune(workspace, data=export, method=method, model="tiny", config=config)  # type: ignore[arg-type]
    assert message in str(caught.value)


def test_a_name_cannot_leave_the_folder_of_runs(workspace: Workspace, export: Path) -> None:
    with pytest.raises(ConfigError, match=r"'\.\./other' is no name for a run"):
        finetune(workspace, data=export, model="tiny", run="../other")


def test_an_empty_export_is_refused(workspace: Workspace, write_export: WriteExport) -> None:
    with pytest.raises(CurateError, match="nothing to train on"):
        finetune(workspace, data=write_export([]), model="tiny")


def test_a_run_that_is_not_there(workspace: Workspace) -> None:
    with pytest.raises(CurateError) as caught:
        read_run(workspace, "first")
    assert str(caught.value) == "runs: there is no run 'first'. Run `curate finetune` first."


def python(code: str) -> str:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()


def test_importing_the_package_is_cheap() -> None:
    heavy = "[m for m in ('torch', 'torchtune', 'torchao', 'executorch', 'pandas') if m in sys.modules]"
    assert python(f"import sys, finetune, deploy; print({heavy})") == "[]"


def test_missing_packages_are_named_with_the_way_to_install_them() -> None:
    code = """
import sys
sys.modules["torchtune"] = None
from finetune import make_tiny_model
from schemas.errors import MissingExtra
try:
    make_tiny_model(None)
except MissingExtra as error:
    print(error)
"""
    assert python(code) == (
        "Fine-tuning needs packages that are not installed. In a checkout, run: pip install -e '.[train]'"
    )
