import json
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from curation.workspace import Workspace, sha256_of
from deploy import BundleManifest, Chat, read_bundle
from deploy.safety import write_helplines
from finetune import finetune
from finetune.bpe import TINY_SENTENCES
from tests.conftest import confirm_helplines

CONTEXT = 160


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """An export takes half a minute: what needs one is slow."""
    for item in items:
        if "deployed" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.slow)


class Deployed(NamedTuple):
    """A run and its bundle, and what ``deploy`` printed in the process that made it."""

    workspace: Workspace
    path: Path
    manifest: BundleManifest
    output: subprocess.CompletedProcess[str]


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A workspace with runs of some seconds: ``first`` (every weight), ``adapted`` (LoRA), ``rounded`` (QAT-LoRA)."""
    # The folder's name is one that ExecuTorch's export would take for an instruction, were it to see it.
    root = tmp_path_factory.mktemp("8da4w-int8")
    (root / "curate.yaml").write_text("")
    workspace = Workspace(root)
    confirm_helplines(write_helplines(workspace, "US"))
    export = workspace.exports / "demo"
    export.mkdir(parents=True)
    sentences = TINY_SENTENCES.read_text(encoding="utf-8").splitlines()
    with (export / "train.jsonl").open("w") as out:
        for i in range(24):
            turns = [("system", "You listen."), ("user", sentences[2 * i]), ("assistant", sentences[2 * i + 1])]
            messages = [{"role": role, "content": content} for role, content in turns]
            out.write(json.dumps({"item_id": f"demo:{i}", "content_hash": f"{i:064x}", "messages": messages}) + "\n")
    manifest = {
        "format": "torchtune",
        "fingerprint": "cd" * 32,
        "build_id": "build-1",
        "ledger_head": "ef" * 32,
        "sha256": {"train.jsonl": sha256_of(export / "train.jsonl")},
    }
    (export / "manifest.json").write_text(json.dumps(manifest))
    config = {"epochs": 60, "learning_rate": 3e-3}  # learnt by heart, whatever the last bits of a sum are
    finetune(workspace, data=export, method="full", model="tiny", run="first", config=config)
    finetune(workspace, data=export, method="lora", model="tiny", run="adapted", config={"epochs": 8})
    rounded = {"epochs": 8, "gradient_accumulation": 1, "lora": {"rank": 8, "alpha": 16}}
    finetune(workspace, data=export, method="qat-lora", model="tiny", run="rounded", config=rounded)
    return workspace


@pytest.fixture(scope="session")
def deployed(trained: Workspace) -> Deployed:
    code = f"""
from pathlib import Path
from curation.workspace import Workspace, sha256_of
from deploy import deploy
deploy(Workspace(Path({str(trained.root)!r})), "first", name="phone", max_context={CONTEXT})
"""
    output = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    path = trained.bundles / "phone"
    assert path.is_dir(), output.stderr
    return Deployed(trained, path, read_bundle(path), output)


@pytest.fixture
def chat(deployed: Deployed) -> Chat:
    return Chat(deployed.path)
