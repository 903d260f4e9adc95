"""All that decides what a run will be, read and checked before anything is trained."""

import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from curation.workspace import canonical_json
from finetune.config import FinetuneConfig, MethodName
from finetune.manifest import BaseModelInfo
from schemas.errors import ConfigError, CurateError

if TYPE_CHECKING:
    from finetune.chat import Chat
    from finetune.data import ExportManifest, Sample
    from finetune.models import ModelFolder

ModelChoice = Path | Literal["tiny"]


class TrainingData(NamedTuple):
    """An export, read and tokenised.

    Args:
        path: Where it lies.
        export: Its manifest.
        system_prompt: What most training conversations begin with.
        train: Every conversation of the training split.
        validation: Those of the validation split that have a token to predict.
    """

    path: Path
    export: "ExportManifest"
    system_prompt: str | None
    train: "list[Sample]"
    validation: "list[Sample]"

    @property
    def trainable(self) -> "list[Sample]":
        """Those of the training split that have a token to predict."""
        return [sample for sample in self.train if sample.is_trainable]


class Job(NamedTuple):
    """What a run is made from.

    Args:
        method: How it trains.
        settings: Every value filled in.
        base: The model.
        base_info: The model's name and fingerprint.
        chat: The model's tokenizer and chat format.
        data: The export.
        fingerprint: SHA-256 over method, configuration, base model and export.
    """

    method: MethodName
    settings: FinetuneConfig
    base: "ModelFolder"
    base_info: BaseModelInfo
    chat: "Chat"
    data: TrainingData
    fingerprint: str


@contextmanager
def open_job(method: MethodName, settings: FinetuneConfig, model: ModelChoice, data: Path) -> Iterator[Job]:
    """Reads and checks all that a run needs.

    Raises:
        MissingExtra: If torch or torchtune is not installed.
        ConfigError: If a setting does not fit the model or the export.
        CurateError: If the export or the model is incomplete or damaged.
    """
    with _base_model(model) as base:
        from finetune.tokenizer import open_chat

        chat = open_chat(base)
        longest = base.architecture.max_position_embeddings
        if settings.max_sequence_length > longest:
            raise ConfigError(
                f"the model reads {longest} tokens at most", field="max_sequence_length", mend="Lower it."
            )
        examples = _read_data(data, chat, settings)
        info = BaseModelInfo(
            name="tiny" if model == "tiny" else base.folder.resolve().name, fingerprint=base.fingerprint()
        )
        fingerprint = _fingerprint(method, settings, info.fingerprint, examples.export.fingerprint)
        yield Job(method, settings, base, info, chat, examples, fingerprint)


@contextmanager
def _base_model(model: ModelChoice) -> "Iterator[ModelFolder]":
    import finetune.compat  # noqa: F401  first, because it raises MissingExtra
    from finetune.models import open_model
    from finetune.tiny import make_tiny_model

    if model != "tiny":
        yield open_model(Path(model))
        return
    with tempfile.TemporaryDirectory(prefix="emocurate-") as folder:
        make_tiny_model(Path(folder))
        yield open_model(Path(folder))


def _read_data(folder: Path, chat: "Chat", settings: FinetuneConfig) -> TrainingData:
    from finetune.data import common_system_prompt, read_conversations, read_manifest, tokenise

    export = read_manifest(folder)
    conversations = read_conversations(folder, "train")
    if not conversations:
        raise CurateError(
            "nothing to train on", file=folder / "train.jsonl", mend="Approve some items, export again, then fine-tune."
        )
    length, long = settings.max_sequence_length, settings.long_conversations
    train = tokenise(conversations, chat, length, long)
    if not any(sample.is_trainable for sample in train):
        raise ConfigError(
            f"no assistant's word lies within {length} tokens", field="max_sequence_length", mend="Raise it."
        )
    validation = tokenise(read_conversations(folder, "validation"), chat, length, long)
    validation = [sample for sample in validation if sample.is_trainable]
    if settings.early_stop and not validation:
        raise ConfigError(
            "there is nothing to evaluate on: the validation split is empty",
            field="early_stop",
            mend="Leave it out, or approve some items of that split.",
        )
    return TrainingData(folder, export, common_system_prompt(conversations), train, validation)


def _fingerprint(method: str, settings: FinetuneConfig, base: str, export: str) -> str:
    identity = {"method": method, "config": settings.model_dump(mode="json"), "base_model": base, "export": export}
    return hashlib.sha256(canonical_json(identity).encode()).hexdigest()
