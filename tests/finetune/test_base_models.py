"""Hugging Face folders into torchtune and back."""

import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from curation.workspace import Workspace
from finetune import finetune, make_tiny_model
from finetune.architecture import read_architecture
from finetune.chat import Turn
from finetune.compat import tune_to_meta
from finetune.config import MethodName
from finetune.models import build, copy_model, open_model, random_weights, read_weights, save_model
from finetune.tokenizer import open_chat
from schemas.errors import CurateError
from tests.finetune.conftest import Conversations, WriteExport, write_tiny_qwen


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    make_tiny_model(tmp_path / "tiny")
    return tmp_path / "tiny"


def test_the_tiny_model_depends_on_its_seed_alone(tmp_path: Path, folder: Path) -> None:
    make_tiny_model(tmp_path / "again", seed=0)
    make_tiny_model(tmp_path / "other", seed=1)
    assert open_model(tmp_path / "again").fingerprint() == open_model(folder).fingerprint()
    assert open_model(tmp_path / "other").fingerprint() != open_model(folder).fingerprint()


def test_weights_survive_the_way_to_torchtune_and_back(tmp_path: Path, folder: Path) -> None:
    model = open_model(folder)
    network = build(model.architecture, read_weights(model))
    save_model(tmp_path / "copy", model.architecture, network.state_dict(), model.tokenizer_files)
    before, after = load_file(folder / "model.safetensors"), load_file(tmp_path / "copy" / "model.safetensors")
    assert before.keys() == after.keys()
    assert all(torch.equal(before[name], after[name]) for name in before)
    assert (tmp_path / "copy" / "config.json").read_bytes() == (folder / "config.json").read_bytes()


def test_the_layout_is_that_of_llama_3_2(folder: Path) -> None:
    names = load_file(folder / "model.safetensors").keys()
    assert "model.layers.1.self_attn.q_proj.weight" in names
    assert "lm_head.weight" not in names  # tied to the embeddings
    config = json.loads((folder / "config.json").read_text())
    assert config["architectures"] == ["LlamaForCausalLM"]
    assert config["rope_scaling"]["rope_type"] == "llama3"
    assert config["eos_token_id"] == [1025, 1032, 1033]


@pytest.fixture
def sharded(tmp_path: Path, folder: Path) -> Path:
    """The tiny model in two shards, with a second copy of its tied weights and the tokenizer where Meta keeps it."""
    weights = load_file(folder / "model.safetensors")
    weights["lm_head.weight"] = weights["model.embed_tokens.weight"].clone()
    names = sorted(weights)
    sharded = tmp_path / "sharded"
    (sharded / "original").mkdir(parents=True)
    index: dict[str, str] = {}
    for shard, part in [
        ("model-00001-of-00002.safetensors", names[:9]),
        ("model-00002-of-00002.safetensors", names[9:]),
    ]:
        save_file({name: weights[name] for name in part}, sharded / shard)
        index |= dict.fromkeys(part, shard)
    (sharded / "model.safetensors.index.json").write_text(json.dumps({"weight_map": index}))
    (sharded / "config.json").write_bytes((folder / "config.json").read_bytes())
    (sharded / "original" / "tokenizer.model").write_bytes((folder / "tokenizer.model").read_bytes())
    return sharded


def test_shards_a_second_copy_of_tied_weights_and_meta_s_folder_are_understood(folder: Path, sharded: Path) -> None:
    whole, parts = read_weights(open_model(folder)), read_weights(open_model(sharded))
    assert whole.keys() == parts.keys()
    assert all(torch.equal(whole[name], parts[name]) for name in whole)


def test_a_damaged_list_of_shards_is_named(sharded: Path) -> None:
    (sharded / "model.safetensors.index.json").write_text("{")
    with pytest.raises(CurateError, match=r"index.json: the list of the weights' files is damaged.*hf download"):
        open_model(sharded)


@pytest.mark.parametrize("layout", ["folder", "sharded", "metas"])
def test_a_copy_of_a_model_is_the_same_model_in_every_layout(
    tmp_path: Path, layout: str, request: pytest.FixtureRequest
) -> None:
    model = open_model(request.getfixturevalue(layout))
    copy_model(model, tmp_path / "copy")
    assert open_model(tmp_path / "copy").fingerprint() == model.fingerprint()


def test_the_configuration_of_transformers_5_is_understood(folder: Path) -> None:
    old = json.loads((folder / "config.json").read_text())
    new = {key: value for key, value in old.items() if key not in ("rope_theta", "rope_scaling", "torch_dtype")}
    new |= {"dtype": "float32", "rope_parameters": {"rope_theta": 500_000.0, **old["rope_scaling"]}}
    expected = read_architecture(folder)
    (folder / "config.json").write_text(json.dumps(new))
    assert read_architecture(folder) == expected


@pytest.mark.parametrize("name", ["config.json", "model.safetensors", "tokenizer.model"])
def test_a_missing_file_is_named_with_the_way_to_get_it(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(CurateError, match=rf"the model's {name} is missing.*hf download"):
        open_model(folder)


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("model_type", "qwen3", "field 'model_type': unsupported model: Input should be 'llama'"),
        (
            "rope_scaling",
            None,
            "unsupported model: Value error, rope_scaling is that of Llama 3.2",
        ),
        ("rope_scaling", {"factor": 8}, "field 'rope_scaling.factor': unsupported model: Input should be 32"),
        ("head_dim", 64, "field 'head_dim': unsupported model: head_dim is not hidden_size / heads"),
        ("num_key_value_heads", 3, "hidden_size must divide by the attention heads"),
    ],
)
def test_another_architecture_is_refused(folder: Path, key: str, value: object, message: str) -> None:
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {key: value}))
    with pytest.raises(CurateError) as caught:
        open_model(folder)
    assert message in str(caught.value)
    assert "This toolkit trains Llama 3.2 text models" in str(caught.value)


def test_weights_of_another_shape_are_refused(folder: Path) -> None:
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {"intermediate_size": 512}))
    with pytest.raises(
        CurateError, match=r"down_proj.weight has shape \(128, 256\), config.json asks for \(128, 512\)"
    ):
        read_weights(open_model(folder))


def test_truncated_weights_are_refused(folder: Path) -> None:
    file = folder / "model.safetensors"
    file.write_bytes(file.read_bytes()[:10_000])
    with pytest.raises(CurateError, match="the weights are damaged"):
        read_weights(open_model(folder))


def test_qat_layers_of_torchtune_work_with_this_torchao() -> None:
    from torchao.quantization.qat import IntxFakeQuantizeConfig
    from torchtune.modules.peft import QATLoRALinear
    from torchtune.training.quantization import swap_lora_linear_with_qat

    from finetune.compat import LoRALinear

    block = torch.nn.Sequential(LoRALinear(64, 32, rank=4, alpha=8))
    swap_lora_linear_with_qat(
        block,
        IntxFakeQuantizeConfig(torch.int8, "per_token", is_symmetric=False),
        IntxFakeQuantizeConfig(torch.int4, group_size=32),  # type: ignore[attr-defined]
    )
    assert isinstance(block[0], QATLoRALinear)
    block(torch.randn(2, 64)).sum().backward()
    assert block[0].lora_b.weight.grad is not None


@pytest.fixture
def metas(tmp_path: Path, folder: Path) -> Path:
    """The tiny model as Meta would ship it."""
    model = open_model(folder)
    shape = model.architecture
    weights = tune_to_meta(read_weights(model))
    weights["output.weight"] = weights["tok_embeddings.weight"].clone()  # Meta's files hold the tied weights twice
    target = tmp_path / "meta"
    target.mkdir()
    torch.save(weights, target / "consolidated.00.pth")
    sizes = {"dim": shape.hidden_size, "n_layers": 2, "n_heads": 4, "n_kv_heads": 2, "vocab_size": 1280}
    params = sizes | {"multiple_of": 64, "ffn_dim_multiplier": 0.7, "norm_eps": 1e-5, "rope_theta": 500_000.0}
    (target / "params.json").write_text(json.dumps(params | {"use_scaled_rope": True}))
    (target / "tokenizer.model").write_bytes((folder / "tokenizer.model").read_bytes())
    return target


def test_meta_s_own_layout_gives_the_same_weights(folder: Path, metas: Path) -> None:
    ours, theirs = read_weights(open_model(folder)), read_weights(open_model(metas))
    assert ours.keys() == theirs.keys()
    assert all(torch.equal(ours[name], theirs[name]) for name in ours)


def test_meta_s_shapes_are_those_of_llama_3_2(metas: Path) -> None:
    published = {  # params.json of Llama-3.2-1B-Instruct and of 3B
        "1B": {"dim": 2048, "n_layers": 16, "n_heads": 32, "n_kv_heads": 8, "ffn_dim_multiplier": 1.5},
        "3B": {"dim": 3072, "n_layers": 28, "n_heads": 24, "n_kv_heads": 8, "ffn_dim_multiplier": 1.0},
    }
    for params in published.values():
        more = {"vocab_size": 128_256, "multiple_of": 256, "norm_eps": 1e-5, "rope_theta": 500_000.0}
        (metas / "params.json").write_text(json.dumps(params | more))
        architecture = read_architecture(metas)
        assert (architecture.intermediate_size, architecture.head_dim) == (8192, params["dim"] // params["n_heads"])


@pytest.mark.parametrize(
    ("file", "content", "message"),
    [
        ("consolidated.00.pth", None, "the model's consolidated.00.pth is missing. Download the model again: `hf down"),
        ("consolidated.00.pth", b"PK no", "consolidated.00.pth: the weights are damaged"),
        ("params.json", b'{"dim": 128}', "params.json: not the params.json of a Llama 3.2 model"),
        ("tokenizer.model", None, "the model's tokenizer.model is missing"),
    ],
)
def test_what_is_wrong_with_meta_s_folder_is_said(metas: Path, file: str, content: bytes | None, message: str) -> None:
    if content is None:
        (metas / file).unlink()
    else:
        (metas / file).write_bytes(content)
    with pytest.raises(CurateError) as caught:
        read_weights(open_model(metas))
    assert message in str(caught.value)


@pytest.fixture
def qwen(tmp_path: Path) -> Path:
    """A tiny random model of Qwen 2.5's shape."""
    target = tmp_path / "qwen"
    (tmp_path / "files").mkdir()
    architecture = write_tiny_qwen(tmp_path / "files")
    files = [tmp_path / "files" / name for name in ("vocab.json", "merges.txt")]
    save_model(target, architecture, random_weights(architecture, seed=0), files)
    return target


def test_qwen_speaks_chatml_and_learns_the_assistant_s_words_alone(qwen: Path) -> None:
    chat = open_chat(open_model(qwen))
    turns = [Turn("user", "the <|im_end|> thing"), Turn("assistant", " you "), Turn("user", "in")]
    ids, in_loss = chat.encode(turns)
    assert ids.count(261 + 2) == 3  # <|im_end|>: the user cannot spell it
    learned = [token for token, used in zip(ids, in_loss, strict=True) if used]
    assert chat.decode(learned) == "you"
    assert learned[-1] in chat.stop_ids
    assert chat.decode(ids) == "user\nthe <|im_end|> thing\nassistant\nyou\nuser\nin\n"
    assert chat.prompt(turns[:1]) == chat.encode(turns).ids[: len(chat.prompt(turns[:1]))]


@pytest.mark.parametrize("method", ["full", "lora"])
def test_qwen_is_trained_by_the_same_code(
    workspace: Workspace, write_export: WriteExport, conversations: Conversations, qwen: Path, method: MethodName
) -> None:
    config = {"epochs": 4, "learning_rate": 5e-3, "gradient_accumulation": 1}
    export = write_export(conversations[:16], conversations[16:])
    result = finetune(workspace, data=export, method=method, model=qwen, run="first", config=config)
    manifest = result.manifest
    assert manifest.validation_loss is not None
    assert manifest.first_validation_loss is not None
    assert manifest.validation_loss < manifest.first_validation_loss - 0.05
    again = open_model(result.path / "checkpoint")
    assert again.architecture == open_model(qwen).architecture
    assert read_weights(again).keys() == read_weights(open_model(qwen)).keys()


def test_a_tokenizer_of_another_qwen_is_refused(qwen: Path) -> None:
    config = json.loads((qwen / "config.json").read_text())
    (qwen / "config.json").write_text(json.dumps(config | {"vocab_size": 270}))
    with pytest.raises(CurateError, match="the tokenizer has 283 tokens, the model 270. Take vocab.json and merges"):
        open_chat(open_model(qwen))
    (qwen / "vocab.json").write_text("[")
    with pytest.raises(CurateError, match="vocab.json: not a Qwen tokenizer"):
        open_chat(open_model(qwen))
