"""The nine benchmarks, on a few questions of each that are written here in the layout of its data."""

import json
import shutil
import sqlite3
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from finetune.compat import TransformerDecoder
from finetune.evaluation.benchmarks import BENCHMARKS, load_tasks, select
from finetune.evaluation.harness import ask
from finetune.evaluation.likelihood import CheckpointScorer, of_logits
from finetune.evaluation.results import AVERAGE, rightness, scores
from schemas.errors import CurateError, UsageError

from .conftest import BEGIN, BENCHMARK_DATA, LooksUp

Encode = Callable[[str], list[int]]
NINE = select(["commonsense-9"])


def right_sequences(encode: Encode) -> dict[str, list[tuple[int, ...]]]:
    """Every question's prompt with its right answer, as tokens, straight from lm-eval's tasks."""
    found = {}
    for name, task in load_tasks(NINE, BENCHMARK_DATA).items():
        sequences = []
        for doc in task.eval_docs:
            choices, target, text = task.doc_to_choice(doc), task.doc_to_target(doc), task.doc_to_text(doc)
            if name == "winogrande":  # the choices are the beginnings, and the end is the same for both
                whole = f"{choices[text]} {target}"
            else:
                right = target if isinstance(target, int) else choices.index(target)
                whole = f"{text} {choices[right]}"
            sequences.append((BEGIN, *encode(whole)))
        found[name] = sequences
    return found


def test_a_model_that_knows_all_answers_gets_them_all(encode: Encode) -> None:
    known = {sequence for sequences in right_sequences(encode).values() for sequence in sequences}
    questions = ask(LooksUp(known), encode, BEGIN, load_tasks(NINE, BENCHMARK_DATA))
    assert Counter(question.benchmark for question in questions) == {
        "arc_easy": 4, "arc_challenge": 3, "boolq": 4, "hellaswag": 3, "openbookqa": 3, "piqa": 3, "social_iqa": 3,
        "winogrande": 3, "commonsense_qa": 3,
    }  # fmt: skip
    assert all(question.correct for question in questions)
    assert [score.share.value for score in scores(questions)] == [1.0] * 10


def test_a_model_that_knows_some_answers_gets_exactly_those(encode: Encode) -> None:
    sequences = right_sequences(encode)
    known = {sequences["boolq"][0], sequences["hellaswag"][2], sequences["openbookqa"][1]}
    questions = ask(
        LooksUp(known), encode, BEGIN, load_tasks(select(["boolq", "hellaswag", "openbookqa"]), BENCHMARK_DATA)
    )
    # Where it knows nothing all choices are as likely, and the first is taken: right where that is the right one.
    assert [(question.benchmark, question.number) for question in questions if question.correct] == [
        ("boolq", 0), ("boolq", 1), ("boolq", 3), ("hellaswag", 0), ("hellaswag", 2), ("openbookqa", 0),
        ("openbookqa", 1),
    ]  # fmt: skip


def test_endings_scored_together_have_the_likelihoods_of_each_alone(tiny_model: TransformerDecoder) -> None:
    prefix, endings = [BEGIN, 5, 77, 300], [[9], [9, 400, 12], [600, 2]]
    scores = CheckpointScorer(tiny_model).score(prefix, endings)
    for ending, score in zip(endings, scores, strict=True):
        with torch.inference_mode():
            logits = tiny_model(torch.tensor([prefix + ending[:-1]]))[0, len(prefix) - 1 :]
        assert score.total == pytest.approx(of_logits(logits, ending).total, abs=1e-4)


def test_endings_that_do_not_fit_one_pass_go_in_several(tiny_model: TransformerDecoder) -> None:
    prefix, endings = [BEGIN, 5, 77, 300], [[9], [9, 400, 12], [600, 2]]
    together = CheckpointScorer(tiny_model).score(prefix, endings)
    apart = CheckpointScorer(tiny_model, longest_pass=6).score(prefix, endings)
    assert [score.total for score in apart] == pytest.approx([score.total for score in together], abs=1e-4)


def test_what_was_answered_is_not_asked_again(encode: Encode, tmp_path: Path) -> None:
    tasks, file = load_tasks(select(["arc_easy", "winogrande"]), BENCHMARK_DATA), tmp_path / "answers.sqlite"
    first, second = LooksUp(set()), LooksUp(set())
    one = ask(first, encode, BEGIN, tasks, answers=file)
    two = ask(second, encode, BEGIN, tasks, answers=file)
    assert one == two
    assert first.asked == 4 + 4 + 4 + 3 + 2 * 3
    assert second.asked == 0


def test_a_killed_evaluation_goes_on_where_it_was(encode: Encode, tmp_path: Path) -> None:
    class Dies(LooksUp):
        def score(self, prefix, endings):  # type: ignore[no-untyped-def]
            if self.asked > 8:
                raise KeyboardInterrupt
            return super().score(prefix, endings)

    file = tmp_path / "answers.sqlite"
    with pytest.raises(KeyboardInterrupt):
        ask(Dies(set()), encode, BEGIN, load_tasks(select(["arc_easy"]), BENCHMARK_DATA), answers=file)
    rest = LooksUp(set())
    ask(rest, encode, BEGIN, load_tasks(select(["arc_easy"]), BENCHMARK_DATA), answers=file)
    assert 0 < rest.asked < 4 + 4 + 4 + 3


def test_the_remembered_answers_hold_no_text(encode: Encode, tmp_path: Path) -> None:
    file = tmp_path / "answers.sqlite"
    ask(LooksUp(set()), encode, BEGIN, load_tasks(select(["arc_easy"]), BENCHMARK_DATA), answers=file)
    columns = [row[1] for row in sqlite3.connect(file).execute("pragma table_info(answers)")]
    assert columns == ["id", "total", "greedy"]
    assert b"sun" not in file.read_bytes()


def test_missing_data_names_what_to_put_where(encode: Encode, tmp_path: Path) -> None:
    with pytest.raises(CurateError) as raised:
        ask(LooksUp(set()), encode, BEGIN, load_tasks(select(["piqa"]), tmp_path))
    message = str(raised.value)
    assert "piqa" in message
    assert f"hf download --repo-type dataset baber/piqa --local-dir {tmp_path / 'baber/piqa'}" in message


def test_data_of_another_layout_is_named_without_its_text(encode: Encode, tmp_path: Path) -> None:
    shutil.copytree(BENCHMARK_DATA, tmp_path / "data")
    file = tmp_path / "data/baber/piqa/validation.jsonl"
    file.write_text(json.dumps({"question": "canary", "answer": "canary"}) + "\n")
    with pytest.raises(CurateError, match="other columns") as raised:
        ask(LooksUp(set()), encode, BEGIN, load_tasks(select(["piqa"]), tmp_path / "data"))
    assert "canary" not in str(raised.value)


def test_an_unknown_benchmark_is_answered_with_those_there_are() -> None:
    with pytest.raises(UsageError, match="commonsense-9"):
        select(["mmlu"])


def test_a_prompt_longer_than_the_context_loses_its_beginning(encode: Encode) -> None:
    lengths: list[int] = []

    class Short(LooksUp):
        context = 16

        def score(self, prefix, endings):  # type: ignore[no-untyped-def]
            lengths.extend(len(prefix) + len(ending) - 1 for ending in endings)
            return super().score(prefix, endings)

    ask(Short(set()), encode, BEGIN, load_tasks(select(["boolq"]), BENCHMARK_DATA))
    assert max(lengths) == 16


def test_every_benchmark_is_known_to_lm_eval_and_has_its_metric() -> None:
    for name, task in load_tasks(NINE, BENCHMARK_DATA).items():
        assert BENCHMARKS[name].metric in task.aggregation()


def test_the_average_counts_each_benchmark_once(encode: Encode) -> None:
    known = set(right_sequences(encode)["arc_easy"])
    questions = ask(LooksUp(known), encode, BEGIN, load_tasks(select(["arc_easy", "boolq"]), BENCHMARK_DATA))
    shares = {name: float(right.mean()) for name, right in rightness(questions).items()}
    average = next(score for score in scores(questions) if score.benchmark == AVERAGE)
    assert average.share.value == pytest.approx((shares["arc_easy"] + shares["boolq"]) / 2)
