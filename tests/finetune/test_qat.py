"""Adapters are trained on the model that the phone will run: rounded as ExecuTorch's export rounds."""

import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from curation.workspace import Workspace
from finetune import finetune, make_tiny_model
from finetune.assemble import assemble
from finetune.batches import Batch
from finetune.compat import rounded_weight, tune_to_meta
from finetune.config import resolve_config
from finetune.devices import World
from finetune.methods import METHODS
from finetune.models import ModelFolder, build, open_model, read_weights
from finetune.network import Network
from finetune.qat import RoundedInputLinear
from finetune.train import learning
from schemas.errors import ConfigError
from tests.finetune.conftest import Conversations, WriteExport


@pytest.fixture
def base(tmp_path: Path) -> ModelFolder:
    make_tiny_model(tmp_path / "base")
    return open_model(tmp_path / "base")


def random_batch(length: int = 40) -> Batch:
    tokens = torch.randint(1280, (1, length), generator=torch.Generator().manual_seed(3))
    return Batch(tokens, tokens, torch.arange(length)[None], None)


def test_weights_are_rounded_as_executorch_rounds_them() -> None:
    quantize = pytest.importorskip("executorch.examples.models.llama.source_transformation.quantize").quantize
    linear = torch.nn.Linear(128, 64, bias=False)
    weight = linear.weight.data.clone()
    expected = quantize(torch.nn.Sequential(linear), "8da4w", group_size=32, quantize_with_hqq=False)
    rounded = rounded_weight(weight, 4, 32)
    assert len(rounded[0, :32].unique()) <= 16  # type: ignore[no-untyped-call]
    inputs = torch.randn(5, 128)
    ours = RoundedInputLinear(rounded, None)(inputs)
    assert (ours - expected(inputs)).abs().max() < 1e-5


def test_embeddings_are_rounded_as_executorch_rounds_them() -> None:
    source = pytest.importorskip("executorch.examples.models.llama.source_transformation.quantize")
    table = torch.nn.Embedding(50, 64)
    ours = rounded_weight(table.weight.data, 8, 64)
    handler = source.EmbeddingQuantHandler(
        torch.nn.Sequential(table), bitwidth=8, group_size=0, quantize_with_hqq=False
    )
    state = handler.create_quantized_state_dict()
    theirs = state["0.weight"] * state["0.scales"][:, None]
    assert torch.allclose(ours, theirs, atol=1e-7)


def test_only_adapters_learn_and_the_rest_is_rounded(base: ModelFolder) -> None:
    network = assemble(base, "qat-lora", resolve_config("qat-lora"), World())
    assert learning(network).keys() == learning(assemble(base, "lora", resolve_config("lora"), World())).keys()
    for name, weight in network.decoder.named_parameters():
        if "lora_" not in name and weight.dim() == 2 and "embeddings" not in name:
            assert len(weight[0, :32].unique()) <= 16, name
    network(random_batch()).backward()
    for name, parameter in learning(network).items():
        if "lora_b" in name:
            assert parameter.grad is not None, name
            assert parameter.grad.abs().sum() > 0, name


def test_rounding_changes_the_model_a_little(base: ModelFolder) -> None:
    plain = Network(build(base.architecture, read_weights(base)))
    rounded = assemble(base, "qat-lora", resolve_config("qat-lora"), World())
    batch = random_batch()
    with torch.no_grad():
        difference = abs(plain(batch) - rounded(batch)).item() / 40
    assert 0 < difference < 0.05


def test_a_width_that_deployment_would_leave_out_is_refused(tmp_path: Path) -> None:
    from finetune.models import random_weights
    from finetune.tiny import TINY_ARCHITECTURE

    odd = TINY_ARCHITECTURE.model_copy(update={"intermediate_size": 200})
    with pytest.raises(ConfigError, match=r"the width 200 of layers.0.mlp.w2 is no multiple of the group size 32"):
        METHODS["qat-lora"].prepare(odd, random_weights(odd, 0), resolve_config("qat-lora"), torch.float32)


def test_the_adapter_s_files_hold_what_was_trained(
    workspace: Workspace, write_export: WriteExport, conversations: Conversations, base: ModelFolder
) -> None:
    """Base and adapter, put together from the files as PEFT and as ExecuTorch read them, are the merged model."""
    config: dict[str, object] = {"epochs": 1, "learning_rate": 1e-2, "gradient_accumulation": 1}
    config["lora"] = {"rank": 4, "alpha": 8, "attention_modules": ["q_proj", "k_proj", "v_proj", "output_proj"]}
    export = write_export(conversations[:16])
    result = finetune(workspace, data=export, method="qat-lora", model=base.folder, run="first", config=config)
    described = json.loads((result.path / "adapter" / "adapter_config.json").read_text())
    assert (described["r"], described["lora_alpha"]) == (4, 8.0)
    assert described["target_modules"] == sorted(f"{m}_proj" for m in ("q", "k", "v", "o", "gate", "up", "down"))

    merged = load_file(result.path / "checkpoint" / "model.safetensors")
    stored = load_file(result.path / "base" / "model.safetensors")
    assert_merged(stored, load_file(result.path / "adapter" / "adapter_model.safetensors"), merged)

    in_meta = {name: f"model.{name}" for name in tune_to_meta(read_weights(base))}
    as_meta = tune_to_meta(read_weights(open_model(result.path / "base")))
    merged_as_meta = tune_to_meta(read_weights(open_model(result.path / "checkpoint")))
    names = {
        "self_attn.q_proj": "attention.wq",
        "self_attn.k_proj": "attention.wk",
        "mlp.down_proj": "feed_forward.w2",
    }
    adapter = load_file(result.path / "adapter" / "meta.safetensors")
    for theirs, metas in names.items():
        a, b = (adapter[f"base_model.model.model.layers.1.{theirs}.lora_{part}.weight"] for part in "AB")
        name = f"layers.1.{metas}.weight"
        assert name in in_meta
        assert torch.allclose(as_meta[name] + 2.0 * b @ a, merged_as_meta[name], atol=1e-6)


Tensors = dict[str, torch.Tensor]


def assert_merged(base: Tensors, adapter: Tensors, merged: Tensors) -> None:
    for name in base:
        a = adapter.get(f"base_model.model.{name.removesuffix('.weight')}.lora_A.weight")
        b = adapter.get(f"base_model.model.{name.removesuffix('.weight')}.lora_B.weight")
        assert (a is None) == (b is None), name
        expected = base[name] if a is None or b is None else base[name] + 2.0 * b @ a
        assert torch.allclose(expected, merged[name], atol=1e-6), name
        assert (a is None) or not torch.equal(base[name], merged[name]), name


def test_the_manifest_says_what_deployment_needs(
    workspace: Workspace, write_export: WriteExport, conversations: Conversations
) -> None:
    export = write_export(conversations[:16])
    manifest = finetune(workspace, data=export, method="qat-lora", model="tiny", config={"max_steps": 1}).manifest
    assert manifest.quantised is not None
    assert manifest.quantised.model_dump() == {
        "linear": "8da4w",
        "group_size": 32,
        "embedding_bits": 8,
        "scales": "min-max",
    }
    assert manifest.lora is not None
    assert (manifest.lora.rank, manifest.lora.alpha) == (64, 128)
