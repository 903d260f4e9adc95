"""``manifest.json`` of a run: what came from what, written last, so a folder that has one is whole."""

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from curation.workspace import Workspace, sha256_of
from finetune.config import LoraOptions, MethodName
from schemas.errors import CurateError

FORMAT_VERSION: Literal[1] = 1
MANIFEST = "manifest.json"
BEGUN = "run.json"
"""What a run was begun with, written first."""


class BaseModelInfo(BaseModel):
    """Which model was fine-tuned."""

    model_config = ConfigDict(frozen=True)

    name: str
    """The folder's name, or ``tiny``."""
    fingerprint: str
    """SHA-256 over its configuration, weights and tokenizer."""


class ExportInfo(BaseModel):
    """Which training files were used."""

    model_config = ConfigDict(frozen=True)

    path: str
    """Relative to the workspace."""
    fingerprint: str
    build_id: str
    ledger_head: str
    """The hash that stands for all decisions up to the export: who approved what the model learned from."""


class ExampleCounts(BaseModel):
    """What became of the conversations: train = trained_on + too_long + not_reached."""

    model_config = ConfigDict(frozen=True)

    train: int
    trained_on: int
    cut: int
    """Trained on without the tokens beyond ``max_sequence_length``."""
    too_long: int
    """Left out, because no assistant's token lies within ``max_sequence_length``."""
    not_reached: int
    """Left out, because ``max_steps`` ended the run within its first epoch."""
    validation: int
    """Conversations behind ``validation_loss``."""


class Quantised(BaseModel):
    """What the model was trained under and deployment has to meet; the base goes in rounded, the adapter apart."""

    model_config = ConfigDict(frozen=True)

    linear: Literal["8da4w"] = "8da4w"
    """Weights in 4 bits, symmetric; inputs of each layer in 8 bits, a scale and a zero point a token."""
    group_size: int
    embedding_bits: int
    scales: Literal["min-max"] = "min-max"
    """From the extremes of a group: ExecuTorch's default, HQQ, gives others (``use_hqq=False``)."""


class RunManifest(BaseModel):
    """The trail and the outcome of a run."""

    model_config = ConfigDict(frozen=True)

    format_version: Literal[1] = FORMAT_VERSION
    run: str
    fingerprint: str
    """SHA-256 over method, configuration, and the fingerprints of base model and export: same input, same value."""
    method: MethodName
    base_model: BaseModelInfo
    export: ExportInfo
    system_prompt: str | None
    """What most training conversations begin with; the deployed model is given the same."""
    examples: ExampleCounts
    lora: LoraOptions | None
    """Rank, alpha and targets of the adapter in ``adapter/``; none if all weights learned."""
    quantised: Quantised | None
    """With it come the base model as it was, in ``base/``, and the adapter, in ``adapter/``: rounding ``checkpoint/``,
    where both are one, would not give what was trained."""
    seed: int
    processes: int
    steps: int
    tokens: int
    """Trained tokens over all steps."""
    first_loss: float
    """Nats a token, of the first step, before any learning."""
    last_loss: float
    best_step: int
    """The step whose weights were taken: the lowest validation loss, or the last if there is no validation split."""
    first_validation_loss: float | None
    """Before the first step; none without a validation split."""
    validation_loss: float | None
    """Of the weights that were taken."""
    seconds: float
    """Of training, interruptions not counted."""
    versions: dict[str, str]
    files: dict[str, str]
    """SHA-256 by path in the run's folder."""


class RunResult(BaseModel):
    """What ``finetune`` reports."""

    model_config = ConfigDict(frozen=True)

    path: Path
    manifest: RunManifest


def read_run(workspace: Workspace, run: str) -> RunManifest:
    """Reads the manifest of ``runs/<run>/``.

    Raises:
        CurateError: If there is no such run, or its manifest is damaged.
    """
    file = workspace.runs / run / MANIFEST
    if is_unfinished(file.parent):
        raise CurateError(
            "the run is not finished",
            file=workspace.relative(file.parent),
            mend=f"Go on with `curate finetune --resume {run}`.",
        )
    if not file.is_file():
        names = sorted(path.parent.name for path in workspace.runs.glob(f"[!.]*/{MANIFEST}"))
        mend = f"The runs are {', '.join(names)}." if names else "Run `curate finetune` first."
        raise CurateError(f"there is no run '{run}'", file=workspace.relative(workspace.runs), mend=mend)
    try:
        return RunManifest.model_validate_json(file.read_bytes())
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        field = ".".join(str(part) for part in first["loc"]) or None
        raise CurateError(first["msg"], file=file, field=field, mend="Run the fine-tuning again.") from error


def is_unfinished(folder: Path) -> bool:
    """Whether a run was begun in ``folder`` and has not ended."""
    return (folder / BEGUN).is_file() and not (folder / MANIFEST).is_file()


def sha256s(folder: Path) -> dict[str, str]:
    """SHA-256 of every file below ``folder`` by its path in it."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): sha256_of(path) for path in files}
