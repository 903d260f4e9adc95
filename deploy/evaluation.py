"""Base models, runs and bundles alike on benchmarks and on the approved test part, and the one table over them."""

import hashlib
import json
from collections.abc import Callable, Sequence
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
    from finetune.evaluation.bertscore import BertScorer
    from finetune.evaluation.domain import Answered
    from finetune.evaluation.judge import Judge, Judged, JudgePlan
    from finetune.evaluation.rubric import Rating

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
    bertscore: "BertScorer | None"


class BertScoreOptions(NamedTuple):
    """With what BERTScore is computed.

    Args:
        encoder: The folder of a BERT or RoBERTa, in Hugging Face's layout.
        layer: Whose hidden states are compared; none for the one that is known to be best for models of its size.
        idf: Whether a token counts by how few of the approved replies hold it.
    """

    encoder: Path
    layer: int | None = None
    idf: bool = False


class Judging(NamedTuple):
    """How a language model judges the replies.

    Args:
        judge: Who does.
        announce: Told what is about to be sent, before anything is.
        send: Whether it is sent.
    """

    judge: "Judge"
    announce: "Callable[[JudgePlan], None]"
    send: bool = True


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
    bertscore: BertScoreOptions | None = None,
    judging: Judging | None = None,
    limit: int | None = None,
    name: str | None = None,
    progress: Progress = silent,
) -> EvaluationResult:
    """Asks models the questions of benchmarks, and has them reply to the test part, and writes ``evaluations/<name>/``.

    The folder holds ``results.json``, ``table.md``, ``table.html`` and, a file a model, what came of each question
    (numbers only) and each conversation (with the model's reply). Answers to benchmarks, replies and a judge's ratings
    are remembered in the workspace: a killed evaluation goes on where it was.

    Args:
        workspace: Where runs and bundles are and the evaluation goes.
        models: Each ``tiny``, ``runs/NAME``, ``bundles/NAME``, or a folder: of a Hugging Face model, a run or a bundle.
            The first is what the others are compared with.
        data: The folder of the benchmarks' data, laid out as on the Hugging Face Hub; without it no benchmark is asked.
        benchmarks: Suites or benchmarks, see ``finetune.evaluation.benchmarks``.
        export: An export in torchtune's format, whose test part is asked; without it none is.
        bertscore: Compares the replies to the test part by BERTScore as well; none leaves it out.
        judging: Has a language model judge them, through a server that it names: the only thing here that sends
            anything anywhere. None leaves it out.
        limit: Only the first questions of each benchmark, and the first conversations.
        name: The evaluation's; by default from its content.
        progress: How long it takes.

    Raises:
        MissingExtra: If what a model, lm-eval or asking a judge needs is not installed.
        Refused: If the judge is on another machine, and what it would be sent is in no release.
        UsageError: If there is nothing to ask or to compare, a benchmark is not known, or a model is named twice.
        CurateError: If a model or data is missing, damaged or of another layout, or the evaluation exists.
    """
    if len(set(models)) < len(models) or not models:
        raise UsageError("each model is to be named once", field="MODEL", mend="Name one model or several, each once.")
    if export is None and (bertscore or judging):
        raise UsageError(
            "there are no replies to compare", field="--export", mend="Name an export, whose test part is replied to."
        )
    if name is not None:
        new_place(workspace.evaluations, name, "evaluation")
    work, export_fingerprint = _work(workspace, data, benchmarks, export, limit, bertscore)
    from finetune.evaluation.judge import check, settings

    if judging is not None:
        check(workspace, judging.judge, work.conversations)  # before the hours that the models may take
    done = [_ask(workspace, model, work, progress) for model in models]
    judged = _judge(workspace, judging, work, done, progress)
    evaluation = Evaluation(
        benchmarks=list(work.tasks),
        limit=limit,
        export=export_fingerprint,
        bertscore=work.bertscore.settings if work.bertscore else None,
        judge=None if judged is None or judging is None else settings(judging.judge, judged),
        models=[_scored(number, done, judged) for number in range(len(done))],
        versions={package: version(package) for package in _VERSIONED},
    )
    return EvaluationResult(path=_write(workspace, name, evaluation, done, judged), evaluation=evaluation)


def _work(
    workspace: Workspace,
    data: Path | None,
    names: Sequence[str],
    export: Path | None,
    limit: int | None,
    bertscore: BertScoreOptions | None,
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
    scorer = _bert_scorer(bertscore, conversations) if bertscore else None
    return _Work(tasks, conversations, limit, country, scorer), fingerprint


def _bert_scorer(options: BertScoreOptions, conversations: "Sequence[Conversation]") -> "BertScorer":
    from finetune.evaluation.bertscore import BertScorer
    from finetune.evaluation.domain import last_reply

    approved = [one.messages[last_reply(one)].content for one in conversations] if options.idf else None
    return BertScorer(options.encoder, options.layer, approved)


def _judge(
    workspace: Workspace, judging: Judging | None, work: _Work, done: Sequence[_Done], progress: Progress
) -> "Judged | None":
    if judging is None:
        return None
    from finetune.evaluation.judge import judge_replies

    return judge_replies(
        workspace,
        judging.judge,
        work.conversations,
        [[answer.reply for answer in one.answered] for one in done],
        announce=judging.announce,
        send=judging.send,
        progress=progress,
    )


def _ask(workspace: Workspace, model: str, work: _Work, progress: Progress) -> _Done:
    from finetune.evaluation.domain import converse
    from finetune.evaluation.harness import ask, count_questions
    from finetune.evaluation.remembered import Replies

    folder = workspace.cache / "evaluation"
    total = count_questions(work.tasks, work.limit) + len(work.conversations)
    with opened(workspace, model) as asked, progress(model, total) as advance:
        questions = ask(
            asked.scorer,
            asked.chat.text,
            asked.chat.begin_id,
            work.tasks,
            limit=work.limit,
            answers=folder / f"{asked.fingerprint}.sqlite",
            advance=advance,
        )
        answered = converse(
            asked.scorer,
            asked.reply,
            asked.chat,
            work.conversations,
            max_new_tokens=MAX_NEW_TOKENS,
            country=work.country,
            similarity=work.bertscore.score if work.bertscore else None,
            remembered=Replies(folder / f"{asked.fingerprint}-replies.jsonl"),
            advance=advance,
        )
    return _Done(model, asked, questions, answered)


def _scored(number: int, done: Sequence[_Done], judged: "Judged | None") -> ModelScores:
    """The scores of one model, compared with the first."""
    from finetune.evaluation.domain import domain_scores
    from finetune.evaluation.judge import judged_scores

    one = done[number]
    first = done[0] if number else None
    return ModelScores(
        model=one.model,
        kind=one.opened.kind,
        fingerprint=one.opened.fingerprint,
        scores=scores(one.questions, first.questions if first else None),
        domain=domain_scores(one.answered, first.answered if first else None) if one.answered else None,
        judged=judged_scores(judged.ratings, number, 0 if first else None) if judged else None,
    )


def _write(
    workspace: Workspace, name: str | None, evaluation: Evaluation, done: Sequence[_Done], judged: "Judged | None"
) -> Path:
    from finetune.evaluation.table import html, markdown

    if name is None:
        content = canonical_json(evaluation.model_dump(mode="json"))
        name = f"eval-{hashlib.sha256(content.encode()).hexdigest()[:8]}"
    final = workspace.evaluations / name
    with whole_folder(final, replace=True) as out:
        (out / "results.json").write_text(evaluation.model_dump_json(indent=2) + "\n", encoding="utf-8")
        (out / "table.md").write_text(markdown(evaluation), encoding="utf-8")
        (out / "table.html").write_text(html(evaluation), encoding="utf-8")
        for number, one in enumerate(done):
            short = one.opened.fingerprint[:12]
            questions = [question._asdict() for question in one.questions]
            ratings = judged.ratings if judged else [None] * len(one.answered)
            replies = [
                _reply(answer, rating[number] if rating else None)
                for answer, rating in zip(one.answered, ratings, strict=True)
            ]
            for kind, records in (("questions", questions), ("replies", replies)):
                lines = "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)
                if lines:
                    (out / f"{kind}-{short}.jsonl").write_text(lines, encoding="utf-8")
    return final


def _reply(answer: "Answered", rating: "Rating | None") -> dict[str, Any]:
    """A line of the file of replies."""
    bertscore = answer.measures.bertscore
    measures = {**answer.measures._asdict(), "bertscore": bertscore._asdict() if bertscore else None}
    judged = {"judged": rating.model_dump(exclude={"reply"})} if rating else {}
    return {**answer._asdict(), "measures": measures, **judged}
