"""Benchmarks on base models, runs and bundles alike, and the one table over them."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from pydantic import BaseModel, ConfigDict

from curation.progress import Progress, silent
from curation.workspace import Workspace, canonical_json, new_place, whole_folder
from deploy.manifest import BUNDLE, read_bundle
from finetune.evaluation.results import Evaluation, Kind, ModelScores, Question, scores
from finetune.manifest import MANIFEST, read_run
from schemas.errors import CurateError, UsageError

if TYPE_CHECKING:
    from finetune.evaluation.harness import TextTokenizer
    from finetune.evaluation.likelihood import Scorer

_VERSIONED = ("emocurate", "lm_eval", "torch", "torchtune")


class EvaluationResult(BaseModel):
    """What ``evaluate`` reports."""

    model_config = ConfigDict(frozen=True)

    path: Path
    evaluation: Evaluation


class _Opened(NamedTuple):
    """A model, ready to be asked."""

    kind: Kind
    fingerprint: str
    scorer: "Scorer"
    encode: "TextTokenizer"
    begin_of_text: int


def evaluate(
    workspace: Workspace,
    models: Sequence[str],
    *,
    data: Path,
    benchmarks: Sequence[str] = ("commonsense-9",),
    limit: int | None = None,
    name: str | None = None,
    progress: Progress = silent,
) -> EvaluationResult:
    """Asks models the questions of benchmarks and writes ``evaluations/<name>/``.

    The folder holds ``results.json``, ``table.md``, ``table.html`` and, a file a model, what came of each question
    (numbers only). Answers are remembered in the workspace: a killed evaluation goes on where it was.

    Args:
        workspace: Where runs and bundles are and the evaluation goes.
        models: Each ``tiny``, ``runs/NAME``, ``bundles/NAME``, or a folder: of a Hugging Face model, a run or a bundle.
            The first is what the others are compared with.
        data: The folder of the benchmarks' data, laid out as on the Hugging Face Hub.
        benchmarks: Suites or benchmarks, see ``finetune.evaluation.benchmarks``.
        limit: Only the first questions of each benchmark.
        name: The evaluation's; by default from its content.
        progress: How long it takes.

    Raises:
        MissingExtra: If what a model or lm-eval needs is not installed.
        UsageError: If a benchmark is not known, or a model is named twice.
        CurateError: If a model or data is missing, damaged or of another layout, or the evaluation exists.
    """
    from finetune.evaluation.benchmarks import select
    from finetune.evaluation.harness import ask, count_questions

    if len(set(models)) < len(models) or not models:
        raise UsageError("each model is to be named once", field="MODEL", mend="Name one model or several, each once.")
    if name is not None:
        new_place(workspace.evaluations, name, "evaluation")
    chosen = select(benchmarks)
    total = count_questions(chosen, data, limit)
    found: list[tuple[str, Kind, str, list[Question]]] = []
    for model in models:
        with _opened(workspace, model) as opened, progress(model, total) as advance:
            remembered = workspace.cache / "evaluation" / f"{opened.fingerprint}.sqlite"
            questions = ask(
                opened.scorer,
                opened.encode,
                opened.begin_of_text,
                chosen,
                data,
                limit=limit,
                answers=remembered,
                advance=advance,
            )
        found.append((model, opened.kind, opened.fingerprint, questions))
    evaluation = Evaluation(
        benchmarks=[benchmark.task for benchmark in chosen],
        limit=limit,
        models=[
            ModelScores(
                model=model,
                kind=kind,
                fingerprint=fingerprint,
                scores=scores(questions, found[0][3] if place else None),
            )
            for place, (model, kind, fingerprint, questions) in enumerate(found)
        ],
        versions={package: version(package) for package in _VERSIONED},
    )
    path = _write(workspace, name, evaluation, [questions for *_, questions in found])
    return EvaluationResult(path=path, evaluation=evaluation)


def _write(
    workspace: Workspace, name: str | None, evaluation: Evaluation, questions: "Sequence[Sequence[Question]]"
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
        for model, asked in zip(evaluation.models, questions, strict=True):
            lines = [json.dumps(question._asdict()) + "\n" for question in asked]
            (out / f"questions-{model.fingerprint[:12]}.jsonl").write_text("".join(lines), encoding="utf-8")
    return final


@contextmanager
def _opened(workspace: Workspace, model: str) -> Iterator[_Opened]:
    with ExitStack() as stack:
        if model == "tiny":
            yield _checkpoint(stack.enter_context(_tiny()), "base")
            return
        folder = workspace.root / model if (workspace.root / model).is_dir() else Path(model)
        if (folder / BUNDLE).is_file():
            yield _bundle(folder)
        elif (folder / MANIFEST).is_file() and folder.parent.resolve() == workspace.runs.resolve():
            run = read_run(workspace, folder.name)
            yield _checkpoint(folder / "checkpoint", run.method)
        elif (folder / "config.json").is_file():
            yield _checkpoint(folder, "base")
        else:
            raise CurateError(
                "not a model: neither a run, nor a bundle, nor a Hugging Face folder",
                file=model,
                mend="Name `tiny`, runs/NAME, bundles/NAME or a folder with config.json.",
            )


@contextmanager
def _tiny() -> Iterator[Path]:
    import tempfile

    from finetune.tiny import make_tiny_model

    with tempfile.TemporaryDirectory(prefix="emocurate-") as folder:
        make_tiny_model(Path(folder))
        yield Path(folder)


def _checkpoint(folder: Path, kind: Kind) -> _Opened:
    import finetune.compat  # noqa: F401  first, because it raises MissingExtra
    from finetune.evaluation.likelihood import CheckpointScorer
    from finetune.models import build, open_model, read_weights
    from finetune.tokenizer import load_tokenizer

    model = open_model(folder)
    tokenizer = load_tokenizer(model.tokenizer_file, model.architecture.vocab_size)

    def encode(text: str) -> list[int]:
        ids: list[int] = tokenizer.encode(text, add_bos=False, add_eos=False)
        return ids

    scorer = CheckpointScorer(build(model.architecture, read_weights(model)))
    return _Opened(kind, model.fingerprint(), scorer, encode, tokenizer.bos_id)


def _bundle(folder: Path) -> _Opened:
    from deploy.runtime import PteModel
    from deploy.scorer import PteScorer
    from deploy.tokenizer import DeviceTokenizer

    manifest = read_bundle(folder)
    tokenizer = DeviceTokenizer(folder / manifest.tokenizer)
    scorer = PteScorer(PteModel(folder / manifest.model))
    return _Opened("pte", manifest.fingerprint, scorer, tokenizer.encode, manifest.chat.begin_of_text)
