import json
from collections.abc import Callable
from pathlib import Path

import pytest

from curation.workspace import Workspace, sha256_of
from finetune.bpe import TINY_SENTENCES

Message = dict[str, str]
WriteExport = Callable[..., Path]


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    (tmp_path / "curate.yaml").write_text("")
    return Workspace(tmp_path)


@pytest.fixture
def write_export(workspace: Workspace) -> WriteExport:
    """Writes an export; each argument is a list of conversations, and a conversation a list of messages."""

    def write(train: list[list[Message]], validation: list[list[Message]] | None = None) -> Path:
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
        manifest |= {"ledger_head": "cd" * 32, "sha256": sums}
        (folder / "manifest.json").write_text(json.dumps(manifest))
        return folder

    return write


@pytest.fixture
def conversations() -> list[list[Message]]:
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
