"""From a run to a folder that an app can take."""

import hashlib
import json
import shutil
from pathlib import Path

import pytest

from curation.workspace import Workspace
from deploy import Chat, bundle, deploy, read_bundle
from deploy.agreement import Parity
from deploy.export_pte import export_pte
from deploy.manifest import Quantisation
from deploy.memory import available
from deploy.runtime import PteModel
from deploy.safety import read_layer, write_helplines
from deploy.trained import Trained, check_family
from finetune import read_run
from finetune.architecture import write_architecture
from schemas.errors import ConfigError, CurateError
from tests.conftest import confirm_helplines
from tests.deploy.conftest import Deployed
from tests.finetune.conftest import write_tiny_qwen

RISK = ["risk/encoder.onnx", "risk/tokenizer.json", "risk/head.json"]
FILES = ["model.pte", "tokenizer.model", "safety.json", *RISK, "parity.json", "README.md", "docs/app-team.md"]


@pytest.fixture
def copy(deployed: Deployed, tmp_path: Path) -> Path:
    return Path(shutil.copytree(deployed.path, tmp_path / "copy"))


def test_a_bundle_is_whole_and_carries_its_trail(deployed: Deployed) -> None:
    manifest, run = deployed.manifest, read_run(deployed.workspace, "first")
    files = {path.relative_to(deployed.path).as_posix() for path in deployed.path.rglob("*") if path.is_file()}
    assert files == set(manifest.files) | {"bundle.json"} == {*FILES, "bundle.json"}
    for name, digest in manifest.files.items():
        assert hashlib.sha256((deployed.path / name).read_bytes()).hexdigest() == digest
    assert manifest.lineage.run_fingerprint == run.fingerprint
    assert manifest.lineage.base_model_fingerprint == run.base_model.fingerprint
    assert manifest.lineage.export_fingerprint == "cd" * 32
    assert manifest.lineage.build_id == "build-1"
    assert manifest.lineage.release is None
    assert bundle._release("releases/1.2.0/data") == "1.2.0"
    assert manifest.licence == "Apache-2.0"
    assert manifest.context == 160
    assert manifest.chat.system_prompt == "You listen."
    assert manifest.memory_bytes >= (deployed.path / "model.pte").stat().st_size
    assert [p.name for p in deployed.workspace.bundles.iterdir()] == ["phone"]  # nothing half made beside it


def test_the_card_says_what_was_measured(deployed: Deployed) -> None:
    card = (deployed.path / "README.md").read_text()
    parity = Parity.model_validate_json((deployed.path / "parity.json").read_bytes())
    safety = read_layer(deployed.path / "safety.json")
    assert "a tiny model with random weights" in card
    assert f"| {parity.decode.positions:,} | {parity.decode.top1:.1%} |" in card
    assert f"| recall, suicide | {safety.figures.recall['suicide'].share:.2f} |" in card
    assert f"| false alarms on harmless messages | {safety.figures.false_alarms.share:.2f} |" in card
    assert f"messages written after all else | {safety.figures.new_wording.share:.2f} |" in card
    assert f"before {safety.valid_until}" in card
    assert "Validation loss** not measured" in card
    assert "not a therapist" in card
    assert deployed.manifest.lineage.run_fingerprint in card


def test_the_model_knows_its_tokens_and_its_context(deployed: Deployed) -> None:
    """What ExecuTorch's runners on the phone read out of the file itself."""
    model = PteModel(deployed.path / "model.pte")
    program = model._program
    assert program.load_method("get_bos_id").execute([])[0] == deployed.manifest.chat.begin_of_text
    ends = [int(program.load_method("get_eos_ids").execute([])[place]) for place in range(3)]
    assert tuple(ends) == deployed.manifest.chat.stop
    assert model.context == deployed.manifest.context


def test_frameworks_print_nothing(deployed: Deployed) -> None:
    assert (deployed.output.returncode, deployed.output.stdout, deployed.output.stderr) == (0, "", "")


@pytest.mark.parametrize("name", FILES)
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


def test_every_byte_of_the_description_counts(copy: Path) -> None:
    """Also a space, and a name that would be left out: both say the same to a JSON parser that is not strict."""
    content = (copy / "bundle.json").read_bytes()
    for place in range(0, len(content), max(1, len(content) // 150)):
        for flip in (1, 32):
            changed = bytearray(content)
            changed[place] ^= flip
            (copy / "bundle.json").write_bytes(changed)
            with pytest.raises(CurateError, match=r"bundle.json: (the bundle was changed|a bundle of format)"):
                read_bundle(copy)
    for more in (content + b" ", content[:-1]):
        (copy / "bundle.json").write_bytes(more)
        with pytest.raises(CurateError, match="the bundle was changed"):
            read_bundle(copy)


def test_a_truncated_model_is_found(copy: Path) -> None:
    content = (copy / "model.pte").read_bytes()
    (copy / "model.pte").write_bytes(content[: len(content) // 2])
    with pytest.raises(CurateError, match=r"model.pte: the file was changed"):
        Chat(copy)


def sealed_with(copy: Path, **values: object) -> None:
    """Changes a bundle as one that was made so."""
    changed = read_bundle(copy).model_copy(update=values).sealed()
    (copy / "bundle.json").write_text(changed.as_text())


def test_another_version_of_the_format_is_no_damage(copy: Path) -> None:
    description = json.loads((copy / "bundle.json").read_text())
    for version, mend in ((1, "Run `curate deploy` again with this version."), (9, "Install a newer version.")):
        (copy / "bundle.json").write_text(json.dumps({**description, "format_version": version}))
        with pytest.raises(CurateError) as caught:
            Chat(copy)
        assert str(caught.value) == (
            f"{copy / 'bundle.json'}: a bundle of format {version}; this version reads 3. {mend}"
        )


def test_a_bundle_of_a_newer_executorch_says_what_to_install(copy: Path) -> None:
    sealed_with(copy, versions={**read_bundle(copy).versions, "executorch": "99.0"})
    with pytest.raises(CurateError, match=r"made with ExecuTorch 99.0, and .* is installed. Run: pip install"):
        Chat(copy)


def test_too_little_memory_is_said_before_anything_is_loaded(copy: Path) -> None:
    sealed_with(copy, memory_bytes=2**60)
    with pytest.raises(CurateError, match=r"the model needs [\d,]+ MiB of memory and [\d,]+ MiB are free"):
        Chat(copy)


def test_memory_is_what_the_system_and_the_container_leave(tmp_path: Path) -> None:
    meminfo = tmp_path / "meminfo"
    meminfo.write_text("MemTotal: 9000 kB\nMemAvailable:    4000 kB\n")
    assert available(meminfo, tmp_path) == 4_096_000
    (tmp_path / "memory.max").write_text("max\n")
    assert available(meminfo, tmp_path) == 4_096_000
    (tmp_path / "memory.max").write_text("2000000\n")
    (tmp_path / "memory.current").write_text("500000\n")
    assert available(meminfo, tmp_path) == 1_500_000
    assert available(tmp_path / "nowhere", tmp_path / "nowhere") is None


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
    confirm_helplines(write_helplines(workspace, "US"))
    config = workspace.runs / "first" / "checkpoint" / "config.json"
    config.write_text(config.read_text() + "\n")
    with pytest.raises(CurateError, match=r"config.json: the file is missing or was changed after the run"):
        deploy(workspace, "first")
    assert not workspace.bundles.exists()


def test_a_run_that_is_not_there_is_refused_with_those_that_are(trained: Workspace) -> None:
    with pytest.raises(CurateError, match=r"there is no run 'second'. The runs are adapted, first, rounded\."):
        deploy(trained, "second")


def test_options_that_do_not_hold(trained: Workspace) -> None:
    with pytest.raises(ConfigError, match=r"field 'max_context': a context of 9999 tokens.*Choose from 128 to 4096"):
        deploy(trained, "first", max_context=9999)
    with pytest.raises(ConfigError, match="'a/b' is no name for a bundle"):
        deploy(trained, "first", name="a/b")


def test_a_family_that_is_trained_but_not_exported_is_said_at_once(tmp_path: Path) -> None:
    write_architecture(tmp_path, write_tiny_qwen(tmp_path))
    with pytest.raises(ConfigError, match="models of the family 'qwen2' are not exported yet"):
        check_family(tmp_path)


def test_a_model_that_cannot_be_exported_is_one_clear_error(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(CurateError, match=r"the model cannot be exported: .*config.json is missing"):
        export_pte(Trained(weights=tmp_path), tmp_path / "model.pte", context=128, quantisation=Quantisation())
    assert list(tmp_path.iterdir()) == []
    assert capfd.readouterr() == ("", "")
