"""A run to a bundle: ``bundles/<name>/`` with all that the app needs and nothing else.

model.pte          the quantised model
tokenizer.model    its tokenizer
bundle.json        how to run it, what it was made from, what was measured (``deploy.manifest``)
README.md          the same for people
"""

import shutil
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

from curation.workspace import Workspace, new_place, sha256_of, whole_folder
from deploy.card import card
from deploy.export_pte import export_pte
from deploy.manifest import (
    BUNDLE,
    BundleManifest,
    BundleResult,
    ChatFormat,
    Lineage,
    Parity,
    Quantisation,
    SamplingDefaults,
)
from deploy.parity import measure
from deploy.runtime import PteModel
from deploy.tokenizer import DeviceTokenizer
from finetune.manifest import RunManifest, read_run, sha256s
from schemas.errors import ConfigError, CurateError

DEFAULT_CONTEXT = 2048
SMALLEST_CONTEXT = 128

_VERSIONED = ("emocurate", "executorch", "pytorch-tokenizers", "torch", "torchao", "torchtune")


def deploy(
    workspace: Workspace,
    run: str,
    *,
    name: str | None = None,
    max_context: int | None = None,
    on_stage: Callable[[str], None] | None = None,
) -> BundleResult:
    """Quantises and exports a run and writes ``bundles/<name>/``, whole or not at all.

    Args:
        workspace: Where the run is and the bundle goes.
        run: The run's name.
        name: The bundle's; by default the run's.
        max_context: Tokens of conversation and reply together; by default 2048, or what the model was built for if
            that is less. The KV cache takes memory in proportion.
        on_stage: Called with a few words as each stage begins.

    Raises:
        MissingExtra: If ExecuTorch is not installed.
        ConfigError: If the name or the context does not hold.
        CurateError: If the run is not there or was changed, the bundle exists, or the export fails.
    """
    manifest = read_run(workspace, run)
    name = run if name is None else name
    final = new_place(workspace.bundles, name, "bundle")
    _check_run(workspace.runs / run, manifest)
    checkpoint = workspace.runs / run / "checkpoint"
    context = _context(checkpoint, max_context)
    stage = on_stage or (lambda words: None)
    quantisation = Quantisation()
    with whole_folder(final) as out:
        stage("quantising and exporting")
        export_pte(checkpoint, out / "model.pte", context=context, quantisation=quantisation)
        shutil.copyfile(checkpoint / "tokenizer.model", out / "tokenizer.model")
        stage("comparing with the trained model")
        tokenizer = DeviceTokenizer(out / "tokenizer.model")
        chat = tokenizer.chat_format(manifest.system_prompt)
        parity = measure(PteModel(out / "model.pte"), tokenizer, chat, checkpoint)
        bundle = _describe(name, manifest, context, chat, quantisation, parity)
        (out / "README.md").write_text(card(bundle, manifest, (out / "model.pte").stat().st_size), encoding="utf-8")
        bundle = bundle.model_copy(update={"files": sha256s(out)}).sealed()
        (out / BUNDLE).write_text(bundle.model_dump_json(indent=2) + "\n", encoding="utf-8")
    return BundleResult(path=final, model_bytes=(final / "model.pte").stat().st_size, manifest=bundle)


def _describe(
    name: str, run: RunManifest, context: int, chat: ChatFormat, quantisation: Quantisation, parity: Parity
) -> BundleManifest:
    return BundleManifest(
        name=name,
        context=context,
        chat=chat,
        sampling=SamplingDefaults(),
        quantisation=quantisation,
        parity=parity,
        lineage=Lineage(
            run=run.run,
            run_fingerprint=run.fingerprint,
            method=run.method,
            base_model=run.base_model.name,
            base_model_fingerprint=run.base_model.fingerprint,
            export_fingerprint=run.export.fingerprint,
            build_id=run.export.build_id,
            ledger_head=run.export.ledger_head,
        ),
        versions={package: version(package) for package in _VERSIONED},
        files={},
    )


def _context(checkpoint: Path, asked: int | None) -> int:
    from finetune.architecture import read_architecture

    longest = read_architecture(checkpoint).max_position_embeddings
    if asked is None:
        return min(DEFAULT_CONTEXT, longest)
    if not SMALLEST_CONTEXT <= asked <= longest:
        raise ConfigError(
            f"a context of {asked} tokens cannot be had",
            field="max_context",
            mend=f"Choose from {SMALLEST_CONTEXT} to {longest}.",
        )
    return asked


def _check_run(folder: Path, run: RunManifest) -> None:
    """Before the trail is written into a bundle: the weights are those that the run's manifest describes."""
    for path, expected in run.files.items():
        if not path.startswith("checkpoint/"):
            continue
        file = folder / path
        if not file.is_file() or sha256_of(file) != expected:
            raise CurateError(
                "the file is missing or was changed after the run", file=file, mend="Run the fine-tuning again."
            )
