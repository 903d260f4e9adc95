import json
from collections.abc import Callable
from pathlib import Path

import pytest

from curation.workspace import Workspace, sha256_of
from finetune.architecture import Architecture
from finetune.bpe import TINY_SENTENCES

Message = dict[str, str]
Conversations = list[list[Message]]
WriteExport = Callable[..., Path]


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    (tmp_path / "curate.yaml").write_text("")
    return Workspace(tmp_path)


@pytest.fixture
def write_export(workspace: Workspace) -> WriteExport:
    """Writes an export; each argument is a list of conversations, and a conversation a list of messages."""

    def write(train: Conversations, validation: Conversations | None = None) -> Path:
        folder = workspace.exports / "demo"
        folder.mkdir(parents=True)
        for split, conversations in [("train", train), ("validation", validation or [])]:
            lines = [
                json.dumps({"item_id": f"demo:{split}:{i}", "content_hash": f"{i:064x}", "messages": messages})
                for i, messages in enumerate(conversations)
            ]
            (folder / f"{split}.jsonl").write_text("".join(line + "\n" for line in lines))
        sums = {file.name: sha256_of(file) for file in folder.glob("*.jsonl")}
        manifest = {"format": "torchtune", "fingerprint": "ab" * 32, "build_id": "build-1", "schema": "later"}
        manifest["ledger_head"] = "cd" * 32
        (folder / "manifest.json").write_text(json.dumps(manifest | {"sha256": sums}))
        return folder

    return write


@pytest.fixture
def conversations() -> Conversations:
    """Twenty short exchanges with one system prompt."""
    sentences = TINY_SENTENCES.read_text(encoding="utf-8").splitlines()
    return [
        [
            {"role": "system", "content": "You listen and answer briefly."},
            {"role": "user", "content": sentences[2 * i]},
            {"role": "assistant", "content": sentences[2 * i + 1]},
        ]
        for i in range(20)
    ]


def write_tiny_qwen(folder: Path) -> Architecture:
    """Writes Qwen's kind of tokenizer, of single bytes and a few pairs, and gives the shape of a model that fits it."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]  # GPT-2's letters for bytes
    letters = {byte: chr(byte) for byte in printable}
    letters |= {byte: chr(256 + i) for i, byte in enumerate(b for b in range(256) if b not in letters)}
    merges = [("t", "h"), ("th", "e"), ("i", "n"), ("\u0120", "y"), ("\u0120y", "o")]
    vocabulary = [*letters.values(), *("".join(pair) for pair in merges)]
    (folder / "vocab.json").write_text(json.dumps({token: i for i, token in enumerate(vocabulary)}))
    (folder / "merges.txt").write_text("#version: 0.2\n" + "".join(f"{a} {b}\n" for a, b in merges))
    return Architecture(
        model_type="qwen2",
        vocab_size=320,  # some more than there are tokens, as Qwen has
        hidden_size=64,
        intermediate_size=128,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=2048,
        rms_norm_eps=1e-6,
        rope_theta=1_000_000.0,
    )
