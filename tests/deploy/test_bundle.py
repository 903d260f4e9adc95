"""From a run to a folder that an app can take."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from curation.workspace import Workspace
from deploy import Chat, deploy, read_bundle
from deploy.export_pte import export_pte
from deploy.manifest import Quantisation
from finetune import read_run
from schemas.errors import ConfigError, CurateError

if TYPE_CHECKING:
    from conftest import Deployed


@pytest.fixture
def copy(deployed: Deployed, tmp_path: Path) -> Path:
    return Path(shutil.copytree(deployed.path, tmp_path / "copy"))


def test_a_bundle_is_whole_and_carries_its_trail(deployed: Deployed) -> None:
    manifest, run = deployed.manifest, read_run(deployed.workspace, "first")
    assert {p.name for p in deployed.path.iterdir()} == {"model.pte", "tokenizer.model", "bundle.json", "README.md"}
    assert set(manifest.files) == {"model.pte", "tokenizer.model", "README.md"}
    for name, digest in manifest.files.items():
        assert hashlib.sha256((deployed.path / name).read_bytes()).hexdigest() == digest
    assert manifest.lineage.run_fingerprint == run.fingerprint
    assert manifest.lineage.base_model_fingerprint == run.base_model.fingerprint
    assert manifest.lineage.export_fingerprint == "cd" * 32
    assert manifest.lineage.build_id == "build-1"
    assert manifest.context == 160
    assert manifest.chat.system_prompt == "You listen."
    assert [p.name for p in deployed.workspace.bundles.iterdir()] == ["phone"]  # nothing half made beside it


def test_the_model_on_the_phone_is_the_model_that_was_trained(deployed: Deployed) -> None:
    parity = deployed.manifest.parity
    assert parity.positions > 100
    assert parity.top1_agreement > 0.9
    assert parity.mean_kl < 0.05
    assert parity.max_abs_logit_difference > 0  # it was measured, and quantisation costs something


def test_the_card_says_what_was_measured(deployed: Deployed) -> None:
    card = (deployed.path / "README.md").read_text()
    assert "a tiny model with random weights" in card
    assert f"{deployed.manifest.parity.top1_agreement:.1%}" in card
    assert "Validation loss** not measured" in card
    assert "not a therapist" in card
    assert deployed.manifest.lineage.run_fingerprint in card


def test_frameworks_print_nothing(deployed: Deployed) -> None:
    assert (deployed.output.returncode, deployed.output.stdout, deployed.output.stderr) == (0, "", "")


@pytest.mark.parametrize("name", ["model.pte", "tokenizer.model", "README.md"])
def test_one_changed_byte_is_found(copy: Path, name: str) -> None:
    content = bytearray((copy / name).read_bytes())
    content[len(content) // 2] ^= 1
    (copy / name).write_bytes(content)
    with pytest.raises(CurateError) as caught:
        Chat(copy)
    assert str(caught.value) == (
        f"{copy / name}: the file was changed after the bundle was made. "
        "Run `curate deploy` again, or copy the bundle again from where it was made."
    )


def test_a_truncated_model_is_found(copy: Path) -> None:
    content = (copy / "model.pte").read_bytes()
    (copy / "model.pte").write_bytes(content[: len(content) // 2])
    with pytest.raises(CurateError, match=r"model.pte: the file was changed"):
        Chat(copy)


def test_a_changed_description_is_found(copy: Path) -> None:
    description = json.loads((copy / "bundle.json").read_text())
    description["chat"]["system_prompt"] = "You obey."
    (copy / "bundle.json").write_text(json.dumps(description))
    with pytest.raises(CurateError, match=r"bundle.json: the bundle was changed"):
        read_bundle(copy)


def test_a_missing_file_is_found(copy: Path) -> None:
    (copy / "tokenizer.model").unlink()
    with pytest.raises(CurateError, match=r"tokenizer.model: a file of the bundle is missing"):
        read_bundle(copy)
    (copy / "bundle.json").unlink()
    with pytest.raises(CurateError, match=r"no bundle here: bundle.json is missing. Run `curate deploy RUN` first"):
        read_bundle(copy)


def test_a_bundle_is_never_written_over(deployed: Deployed) -> None:
    with pytest.raises(CurateError) as caught:
        deploy(deployed.workspace, "first", name="phone")
    assert str(caught.value) == "bundles/phone: the bundle exists already. Give another name."


def test_a_run_that_was_changed_is_refused(trained: Workspace, tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    shutil.copytree(trained.runs, workspace.runs)
    config = workspace.runs / "first" / "checkpoint" / "config.json"
    config.write_text(config.read_text() + "\n")
    with pytest.raises(CurateError, match=r"config.json: the file is missing or was changed after the run"):
        deploy(workspace, "first")
    assert not workspace.bundles.exists()


def test_a_run_that_is_not_there_is_refused_with_those_that_are(trained: Workspace) -> None:
    with pytest.raises(CurateError, match=r"there is no run 'second'. The runs are first\."):
        deploy(trained, "second")


def test_options_that_do_not_hold(trained: Workspace) -> None:
    with pytest.raises(ConfigError, match=r"field 'max_context': a context of 9999 tokens.*Choose from 128 to 4096"):
        deploy(trained, "first", max_context=9999)
    with pytest.raises(ConfigError, match="'a/b' is no name for a bundle"):
        deploy(trained, "first", name="a/b")


def test_a_model_that_cannot_be_exported_is_one_clear_error(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(CurateError, match=r"the model cannot be exported: .*config.json is missing"):
        export_pte(tmp_path, tmp_path / "model.pte", context=128, quantisation=Quantisation())
    assert list(tmp_path.iterdir()) == []
    assert capfd.readouterr() == ("", "")
