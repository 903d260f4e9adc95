"""A new study: models reply to prompts, and what raters will compare is laid out."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

from annotations.study import Prompt, Rater, Study, write_study
from curation.progress import Progress, silent
from curation.workspace import Workspace, new_place
from deploy.models import OpenedModel, opened
from finetune.sampling import sampler
from schemas.errors import UsageError

TEMPERATURE, TOP_P, MAX_NEW_TOKENS = 0.6, 0.9, 256
"""As on the phone (``deploy.manifest.SamplingDefaults``): raters judge what users would read."""


def new_study(
    workspace: Workspace,
    name: str,
    *,
    prompts: Sequence[Prompt],
    models: Sequence[str],
    raters: Sequence[Rater],
    seed: int = 0,
    progress: Progress = silent,
) -> Path:
    """Has each model reply to each prompt and writes ``studies/<name>/``.

    The same models, prompts and seed give the same replies on the same machine.

    Args:
        workspace: Where runs and bundles are and the study goes.
        name: The study's.
        prompts: What the models reply to.
        models: See ``deploy.models.opened``; two or more.
        raters: Who will compare the replies.
        seed: Of the drawing of tokens.
        progress: How long it takes.

    Raises:
        UsageError: If there are too few models, prompts or raters, or one is named twice.
        CurateError: If a model cannot be opened, or there is a study of this name.
        ConfigError: If a reply is empty or gives its model away.
    """
    new_place(workspace.root / "studies", name, "study")
    for field, what, names, least in (
        ("--model", "model", list(models), 2),
        ("--prompts", "prompt", [prompt.id for prompt in prompts], 1),
        ("--rater", "rater", [rater.alias for rater in raters], 1),
    ):
        if len(names) < least or len(set(names)) < len(names):
            raise UsageError(
                f"a study needs {least} {what}{'s' * (least > 1)} or more, each once", field=field, mend="Name more."
            )
    study = Study(name=name, prompts=tuple(prompts), models=tuple(models), raters=tuple(raters), seed=seed)
    replies: dict[tuple[str, str], str] = {}
    with progress("replies", len(models) * len(prompts)) as advance:
        for model in models:
            with opened(workspace, model) as speaking:
                for prompt in prompts:
                    replies[model, prompt.id] = _reply(speaking, prompt, seed)
                    advance(1)
    return write_study(workspace, study, replies)


def _reply(model: OpenedModel, prompt: Prompt, seed: int) -> str:
    from finetune.chat import Turn

    opening = [] if model.system_prompt is None else [Turn("system", model.system_prompt)]
    tokens = model.chat.prompt([*opening, Turn("user", prompt.text)])
    # A seed of its own for each prompt, so that leaving one out changes no other reply.
    own_seed = int.from_bytes(hashlib.sha256(f"{seed}:{prompt.id}".encode()).digest()[:4])
    room = min(MAX_NEW_TOKENS, model.scorer.context - len(tokens))
    if room < 1:
        raise UsageError(f"prompt {prompt.id} does not fit into a model's context", field="--prompts", mend="Cut it.")
    return model.chat.decode(model.reply(tokens, room, sampler(TEMPERATURE, TOP_P, own_seed))).strip()
