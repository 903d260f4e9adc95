"""Base models, runs and bundles alike on benchmarks and on the approved test part, and the one table over them."""

import hashlib
import json
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from pydantic import BaseModel, ConfigDict

from curation.config import load_config
from curation.progress import Progress, silent
from curation.workspace import Workspace, canonical_json, new_place, whole_folder
from deploy.models import OpenedModel, opened
from finetune.evaluation.results import Evaluation, ModelScores, Question, scores
from schemas.errors import CurateError, UsageError

if TYPE_CHECKING:
    from finetune.data import Conversation
    from finetune.evaluation.domain import Answered

MAX_NEW_TOKENS = 256
_VERSIONED = ("emocurate", "lm_eval", "torch", "torchtune")


class EvaluationResult(BaseModel):
    """What ``evaluate`` reports."""

    model_config = ConfigDict(frozen=True)

    path: Path
    evaluation: Evaluation


class _Work(NamedTuple):
    """What every model is asked."""

    tasks: dict[str, Any]
    conversations: "list[Conversation]"
    limit: int | None
    country: str | None


class _Done(NamedTuple):
    """What came of one model."""

    model: str
    opened: OpenedModel
    questions: list[Question]
    answered: "list[Answered]"


def evaluate(
    workspace: Workspace,
    models: Sequence[str],
    *,
    data: Path | None = None,
    benchmarks: Sequence[str] = ("commonsense-9",),
    export: Path | None = None,
    limit: int | None = None,
    name: str | None = None,
    progress: Progress = silent,
) -> EvaluationResult:
    """Asks models the questions of benchmarks, and has them reply to the test part, and writes ``evaluations/<name>/``.

    The folder holds ``results.json``, ``table.md``, ``table.html`` and, a file a model, what came of each question
    (numbers only) and each conversation (with the model's reply). Answers to benchmarks are remembered in the
    workspace: a killed evaluation goes on where it was.

    Args:
        workspace: Where runs and bundles are and the evaluation goes.
        models: Each ``tiny``, ``runs/NAME``, ``bundles/NAME``, or a folder: of a Hugging Face model, a run or a bundle.
            The first is what the others are compared with.
        data: The folder of the benchmarks' data, laid out as on the Hugging Face Hub; without it no benchmark is asked.
        benchmarks: Suites or benchmarks, see ``finetune.evaluation.benchmarks``.
        export: An export in torchtune's format, whose test part is asked; without it none is.
        limit: Only the first questions of each benchmark, and the first conversations.
        name: The evaluation's; by default from its content.
        progress: How long it takes.

    Raises:
        MissingExtra: If what a model or lm-eval needs is not installed.
        UsageError: If there is nothing to ask, a benchmark is not known, or a model is named twice.
        CurateError: If a model or data is missing, damaged or of another layout, or the evaluation exists.
    """
    if len(set(models)) < len(models) or not models:
        raise UsageError("each model is to be named once", field="MODEL", mend="Name one model or several, each once.")
    if name is not None:
        new_place(workspace.evaluations, name, "evaluation")
    work, export_fingerprint = _work(workspace, data, benchmarks, export, limit)
    done = [_ask(workspace, model, work, progress) for model in models]
    evaluation = Evaluation(
        benchmarks=list(work.tasks),
        limit=limit,
        export=export_fingerprint,
        models=[_scored(one, done[0]) for one in done],
        versions={package: version(package) for package in _VERSIONED},
    )
    return EvaluationResult(path=_write(workspace, name, evaluation, done), evaluation=evaluation)


def _work(
    workspace: Workspace, data: Path | None, names: Sequence[str], export: Path | None, limit: int | None
) -> tuple[_Work, str | None]:
    import finetune.compat  # noqa: F401  first, because it raises MissingExtra
    from finetune.data import read_conversations, read_manifest
    from finetune.evaluation.benchmarks import load_tasks, select

    if data is None and export is None:
        raise UsageError(
            "there is nothing to ask",
            field="--data",
            mend="Give the benchmarks' folder with --data, an export with --export, or both.",
        )
    tasks = load_tasks(select(names), data) if data is not None else {}
    conversations, fingerprint = [], None
    if export is not None:
        fingerprint = read_manifest(export).fingerprint
        conversations = read_conversations(export, "test")[:limit]
        if not conversations:
            raise CurateError(
                "the export has no test part", file=export / "test.jsonl", mend="Approve more items, and export again."
            )
    country = load_config(workspace).triage.country if export is not None else None
    return _Work(tasks, conversations, limit, country), fingerprint


def _ask(workspace: Workspace, model: str, work: _Work, progress: Progress) -> _Done:
    from finetune.evaluation.domain import converse
    from finetune.evaluation.harness import ask, count_questions

    total = count_questions(work.tasks, work.limit) + len(work.conversations)
    with opened(workspace, model) as asked, progress(model, total) as advance:
        questions = ask(
            asked.scorer,
            asked.chat.text,
            asked.chat.begin_id,
            work.tasks,
            limit=work.limit,
            answers=workspace.cache / "evaluation" / f"{asked.fingerprint}.sqlite",
            advance=advance,
        )
        answered = converse(
            asked.scorer,
            asked.reply,
            asked.chat,
            work.conversations,
            max_new_tokens=MAX_NEW_TOKENS,
            country=work.country,
            advance=advance,
        )
    return _Done(model, asked, questions, answered)


def _scored(one: _Done, first: _Done) -> ModelScores:
    from finetune.evaluation.domain import domain_scores

    return ModelScores(
        model=one.model,
        kind=one.opened.kind,
        fingerprint=one.opened.fingerprint,
        scores=scores(one.questions, None if one is first else first.questions),
        domain=domain_scores(one.answered) if one.answered else None,
    )


def _write(workspace: Workspace, name: str | None, evaluation: Evaluation, done: Sequence[_Done]) -> Path:
    from finetune.evaluation.table import html, markdown

    if name is None:
        content = canonical_json(evaluation.model_dump(mode="json"))
        name = f"eval-{hashlib.sha256(content.encode()).hexdigest()[:8]}"
    final = workspace.evaluations / name
    with whole_folder(final, replace=True) as out:
        (out / "results.json").write_text(evaluation.model_dump_json(indent=2) + "\n", encoding="utf-8")
        (out / "table.md").write_text(markdown(evaluation), encoding="utf-8")
        (out / "table.html").write_text(html(evaluation), encoding="utf-8")
        for one in done:
            short = one.opened.fingerprint[:12]
            questions = [question._asdict() for question in one.questions]
            replies = [{**answer._asdict(), "measures": answer.measures._asdict()} for answer in one.answered]
            for kind, records in (("questions", questions), ("replies", replies)):
                lines = "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)
                if lines:
                    (out / f"{kind}-{short}.jsonl").write_text(lines, encoding="utf-8")
    return final
