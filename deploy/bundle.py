"""A run to a bundle: ``bundles/<name>/`` with all that the app needs and nothing else.

model.pte          the quantised model
tokenizer.model    its tokenizer
safety.json        what is answered to somebody in danger (``deploy.safety``)
risk/              the model that recognises danger, for an app without the rules (``deploy.safety.app_model``)
bundle.json        how to run it, what it was made from (``deploy.manifest``)
parity.json        how near it is to the model that was trained (``deploy.agreement``)
README.md          the model card
docs/app-team.md   how an app loads it
"""

import shutil
from collections.abc import Callable
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Literal

from curation.workspace import Workspace, new_place, sha256_of, whole_folder
from deploy.agreement import PARITY
from deploy.card import card
from deploy.export_pte import export_pte
from deploy.manifest import (
    BUNDLE,
    BundleManifest,
    BundleResult,
    ChatFormat,
    Lineage,
    Quantisation,
    SamplingDefaults,
)
from deploy.memory import resident
from deploy.parity import DECODED, measure
from deploy.prompts import prompts
from deploy.runtime import PteModel, load_runtime
from deploy.safety import SAFETY, confirmed_helplines, make_layer
from deploy.safety.app_model import write_app_model
from deploy.tokenizer import DeviceTokenizer
from deploy.trained import check_family, quantisation_for, trained
from finetune.architecture import read_architecture
from finetune.manifest import RunManifest, read_run, sha256s
from schemas.errors import ConfigError, CurateError, Refused

DEFAULT_CONTEXT = 2048
SMALLEST_CONTEXT = 128
LLAMA_LICENCE = "LicenseRef-Llama-3.2-Community"
EAGER_PROMPTS = 8
"""Prompts on which the converted model is compared before it is quantised: all of it is run by one already."""

_VERSIONED = ("emocurate", "executorch", "pytorch-tokenizers", "torch", "torchao", "torchtune")

OnStage = Callable[[str, float], None]
"""Called with a few words and about how many seconds it will take as each stage begins."""


def deploy(
    workspace: Workspace,
    run: str,
    *,
    name: str | None = None,
    max_context: int | None = None,
    weights: Literal["8da4w", "bf16", "fp32"] = "8da4w",
    full_logits: bool = False,
    on_stage: OnStage | None = None,
    on_time: Callable[[float], None] | None = None,
) -> BundleResult:
    """Quantises and exports a run and writes ``bundles/<name>/``, whole or not at all.

    Args:
        workspace: Where the run is and the bundle goes.
        run: The run's name.
        name: The bundle's; by default the run's, with ``-full-logits`` after it where these are asked for.
        max_context: Tokens of conversation and reply together; by default 2048, or what the model was built for if
            that is less. The KV cache takes memory in proportion.
        weights: How they are stored: 8da4w is what a phone runs fast, the others are to compare with.
        full_logits: Whether the model gives the logits of all positions, so that ``evaluate`` reads an answer at once
            and not token by token. Such a bundle is for evaluation: its manifest and its card say so.
        on_stage: Called as each stage begins.
        on_time: Called now and then during the export, with the seconds that it has taken.

    Raises:
        MissingExtra: If ExecuTorch is not installed.
        ConfigError: If the name or the context does not hold.
        Refused: If no helpline was confirmed, or the model on the phone is not the one that was trained.
        CurateError: If the run is not there or was changed, the bundle exists, or the export fails.
    """
    manifest = read_run(workspace, run)
    if name is None:
        name = f"{run}-full-logits" if full_logits else run
    final = new_place(workspace.bundles, name, "bundle")
    helplines = confirmed_helplines(workspace, date.today())
    _check_run(workspace.runs / run, manifest)
    quantisation = quantisation_for(manifest, weights)
    model = trained(workspace.runs / run, manifest, quantisation)
    check_family(model.weights)
    context = _context(model.weights, max_context)
    stage = on_stage or (lambda words, seconds: None)
    with whole_folder(final) as out:
        shutil.copyfile(model.weights / "tokenizer.model", out / "tokenizer.model")
        tokenizer = DeviceTokenizer(out / "tokenizer.model")
        chat = tokenizer.chat_format(manifest.system_prompt)
        asked = prompts(tokenizer, chat, context - DECODED)
        size = sum(file.stat().st_size for file in model.weights.iterdir() if file.suffix in (".safetensors", ".pth"))
        stage("quantising and exporting", _export_seconds(size))
        eager = export_pte(
            model,
            out / "model.pte",
            context=context,
            quantisation=quantisation,
            full_logits=full_logits,
            prompts=asked[:EAGER_PROMPTS],
            on_time=on_time,
        )
        assert eager is not None, "prompts were given"
        memory = _memory_of(out / "model.pte")
        parity = measure(
            out / "model.pte",
            model,
            quantisation,
            asked,
            eager,
            lambda words: stage(words, _parity_seconds(size)),
        )
        if parity.refusals():
            raise Refused(
                f"the model on the phone is not the one that was trained: {'; '.join(parity.refusals())}",
                file=workspace.relative(workspace.runs / run),
                mend="No bundle was written. Deploy again; if that does not help, report it with this line.",
            )
        (out / PARITY).write_text(parity.model_dump_json(indent=2) + "\n", encoding="utf-8")
        stage("measuring the safety layer", 3)
        safety = make_layer(helplines)
        write_app_model(out)
        (out / SAFETY).write_text(safety.model_dump_json(indent=2) + "\n", encoding="utf-8")
        (out / "docs").mkdir()
        shutil.copyfile(app_team_page(), out / "docs" / "app-team.md")
        bundle = _describe(name, manifest, context, chat, quantisation, full_logits, memory)
        (out / "README.md").write_text(
            card(bundle, manifest, parity, safety, (out / "model.pte").stat().st_size), encoding="utf-8"
        )
        bundle = bundle.model_copy(update={"files": sha256s(out)}).sealed()
        (out / BUNDLE).write_text(bundle.as_text(), encoding="utf-8")
    return BundleResult(
        path=final,
        model_bytes=(final / "model.pte").stat().st_size,
        parity=parity,
        safety=safety.figures,
        manifest=bundle,
    )


def app_team_page() -> Path:
    """The page for the app team: in the package, or where the documentation of a checkout is."""
    installed = Path(__file__).parent / "app-team.md"
    return installed if installed.is_file() else Path(__file__).parent.parent / "docs" / "app-team.md"


def _describe(
    name: str,
    run: RunManifest,
    context: int,
    chat: ChatFormat,
    quantisation: Quantisation,
    full_logits: bool,
    memory: int,
) -> BundleManifest:
    return BundleManifest(
        name=name,
        context=context,
        chat=chat,
        sampling=SamplingDefaults(),
        quantisation=quantisation,
        logits="all" if full_logits else "last",
        memory_bytes=memory,
        lineage=Lineage(
            run=run.run,
            run_fingerprint=run.fingerprint,
            method=run.method,
            base_model=run.base_model.name,
            base_model_fingerprint=run.base_model.fingerprint,
            export_fingerprint=run.export.fingerprint,
            build_id=run.export.build_id,
            ledger_head=run.export.ledger_head,
            release=_release(run.export.path),
        ),
        licence="Apache-2.0" if run.base_model.name == "tiny" else LLAMA_LICENCE,
        versions={package: version(package) for package in _VERSIONED},
        files={},
    )


def _release(export: str) -> str | None:
    """The release that training files lie in, by their path in the workspace."""
    first, *rest = Path(export).parts
    return rest[0] if first == "releases" and rest else None


def _memory_of(pte: Path) -> int:
    """What loading a model and filling its context takes, in bytes."""
    load_runtime()  # is no part of it
    before = resident()
    model = PteModel(pte)
    model.logits([0] * model.context)
    return max(resident() - before, pte.stat().st_size)


def _export_seconds(weights: int) -> float:
    """About how long an export takes: measured with a billion parameters in bfloat16 on two cores."""
    return 25 + 250 * weights / 2.5e9


def _parity_seconds(weights: int) -> float:
    return 2 + 240 * weights / 2.5e9


def _context(checkpoint: Path, asked: int | None) -> int:
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
        if not path.startswith(("checkpoint/", "base/", "adapter/")):
            continue
        file = folder / path
        if not file.is_file() or sha256_of(file) != expected:
            raise CurateError(
                "the file is missing or was changed after the run", file=file, mend="Run the fine-tuning again."
            )
