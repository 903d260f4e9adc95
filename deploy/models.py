"""Base models, runs and bundles, opened so that all can be asked the same."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from curation.workspace import Workspace
from deploy.manifest import BUNDLE, read_bundle
from finetune.evaluation.results import Kind
from finetune.manifest import MANIFEST, read_run
from finetune.sampling import Choose
from schemas.errors import CurateError

if TYPE_CHECKING:
    from finetune.chat import Chat
    from finetune.evaluation.likelihood import Scorer


class OpenedModel(NamedTuple):
    """A model that can be asked.

    Args:
        kind: What it is.
        fingerprint: SHA-256 of what decides its answers.
        scorer: It, scoring.
        chat: Its tokenizer and chat format.
        reply: It, speaking: the tokens after a prompt's, at most as many as the second argument, each picked by the
            third.
        system_prompt: What it was trained with; none for a base model.
    """

    kind: Kind
    fingerprint: str
    scorer: "Scorer"
    chat: "Chat"
    reply: Callable[[list[int], int, Choose], list[int]]
    system_prompt: str | None


@contextmanager
def opened(workspace: Workspace, model: str) -> Iterator[OpenedModel]:
    """Opens ``tiny``, ``runs/NAME``, ``bundles/NAME``, or a folder: of a Hugging Face model, a run or a bundle.

    Raises:
        MissingExtra: If what it needs is not installed.
        CurateError: If there is no such model, or it is damaged.
    """
    folder = workspace.root / model if (workspace.root / model).is_dir() else Path(model)
    with ExitStack() as stack:
        if model == "tiny":
            yield _checkpoint(stack.enter_context(_tiny()), "base", None)
        elif (folder / BUNDLE).is_file():
            yield _bundle(folder)
        elif (folder / MANIFEST).is_file() and folder.parent.resolve() == workspace.runs.resolve():
            run = read_run(workspace, folder.name)
            yield _checkpoint(folder / "checkpoint", run.method, run.system_prompt)
        elif (folder / "config.json").is_file() or (folder / "params.json").is_file():
            yield _checkpoint(folder, "base", None)
        else:
            raise CurateError(
                "not a model: neither a run, nor a bundle, nor a model's folder",
                file=model,
                mend="Name `tiny`, runs/NAME, bundles/NAME or a folder with config.json.",
            )


@contextmanager
def _tiny() -> Iterator[Path]:
    from finetune.tiny import make_tiny_model

    with tempfile.TemporaryDirectory(prefix="emocurate-") as folder:
        make_tiny_model(Path(folder))
        yield Path(folder)


def _checkpoint(folder: Path, kind: Kind, system_prompt: str | None) -> OpenedModel:
    import finetune.compat  # noqa: F401  first, because it raises MissingExtra
    from finetune.evaluation.likelihood import CheckpointScorer
    from finetune.generation import continuation
    from finetune.models import build, open_model, read_weights
    from finetune.network import Network
    from finetune.tokenizer import open_chat

    model = open_model(folder)
    chat = open_chat(model)
    decoder = build(model.architecture, read_weights(model))
    scorer, network = CheckpointScorer(decoder), Network(decoder).eval()

    def reply(prompt: list[int], longest: int, choose: Choose) -> list[int]:
        return continuation(network, prompt, chat.stop_ids, longest, choose)

    return OpenedModel(kind, model.fingerprint(), scorer, chat, reply, system_prompt)


def _bundle(folder: Path) -> OpenedModel:
    from deploy.runtime import PteModel, generate
    from deploy.scorer import PteScorer
    from deploy.tokenizer import DeviceTokenizer

    manifest = read_bundle(folder)
    chat = DeviceTokenizer(folder / manifest.tokenizer).as_chat(manifest.chat)
    model = PteModel(folder / manifest.model)

    def reply(prompt: list[int], longest: int, choose: Choose) -> list[int]:
        return list(generate(model, prompt, max_new_tokens=longest, stop=manifest.chat.stop, choose=choose))

    kind: Kind = "pte" if manifest.logits == "last" else "pte-full-logits"
    return OpenedModel(kind, manifest.fingerprint, PteScorer(model), chat, reply, manifest.chat.system_prompt)
