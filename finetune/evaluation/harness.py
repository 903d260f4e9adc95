"""A model as lm-eval sees one, and benchmarks run on it."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from curation.progress import Advance
from finetune.evaluation.answers import Answers
from finetune.evaluation.benchmarks import quiet_lm_eval
from finetune.evaluation.likelihood import Likelihood, Scorer, Tokens
from finetune.evaluation.results import Question
from schemas.errors import CurateError, MissingExtra

try:
    from lm_eval.api.model import LM
except ModuleNotFoundError as error:
    raise MissingExtra("Evaluating on benchmarks", "eval") from error

if TYPE_CHECKING:
    from lm_eval.api.instance import Instance


def ask(
    scorer: Scorer,
    encode: Callable[[str], list[int]],
    begin_of_text: int,
    tasks: Mapping[str, Any],
    *,
    limit: int | None = None,
    answers: Path | None = None,
    advance: Advance | None = None,
) -> list[Question]:
    """Asks a model the questions of benchmarks, without examples before them (zero-shot).

    Args:
        scorer: The model.
        encode: Its tokenizer.
        begin_of_text: The token that every sequence begins with, as in training.
        tasks: lm-eval's tasks, from ``benchmarks.load_tasks``.
        limit: Only the first questions of each.
        answers: Where answers are remembered; none for nowhere.
        advance: Called with 1 as each question is answered.

    Raises:
        CurateError: If a choice is empty, or does not fit into the model's context.
    """
    requests: list[Instance] = []
    for task in tasks.values():
        with quiet_lm_eval():
            task.build_all_requests(limit=limit, rank=0, world_size=1)
        requests += task.instances
    with Answers(answers) as remembered:
        model = _LanguageModel(scorer, encode, begin_of_text, remembered, advance or (lambda done: None))
        for request, score in zip(requests, model.loglikelihood(requests), strict=True):
            request.resps.append(score)
    with quiet_lm_eval():
        return [question for name, task in tasks.items() for question in _judged(name, task, limit)]


def _judged(name: str, task: Any, limit: int | None) -> list[Question]:
    """What lm-eval makes of the answers to one benchmark."""
    task.apply_filters()
    by_question: dict[int, list[Instance]] = defaultdict(list)
    for request in task.instances:
        by_question[request.doc_id].append(request)
    questions = []
    for number, doc in task.doc_iterator(rank=0, limit=limit, world_size=1):
        choices = sorted(by_question[number], key=lambda request: request.idx)
        scores = [request.filtered_resps["none"] for request in choices]
        judged = task.process_results(doc, scores)
        by_length = judged.get("acc_norm")
        questions.append(
            Question(
                name,
                number,
                bool(judged["acc"]),
                None if by_length is None else bool(by_length),
                [total for total, _ in scores],
            )
        )
    return questions


def count_questions(tasks: Mapping[str, Any], limit: int | None) -> int:
    """How many questions ``ask`` will ask."""
    sizes = [len(task.task_docs) for task in tasks.values()]
    return sum(size if limit is None else min(limit, size) for size in sizes)


class _LanguageModel(LM):  # type: ignore[misc]  # lm-eval ships no types
    """lm-eval's interface to a ``Scorer``."""

    def __init__(
        self, scorer: Scorer, encode: Callable[[str], list[int]], begin_of_text: int, answers: Answers, advance: Advance
    ) -> None:
        super().__init__()
        self._scorer, self._encode, self._begin, self._answers = scorer, encode, begin_of_text, answers
        self._advance = advance

    def loglikelihood(self, requests: "list[Instance]") -> list[tuple[float, bool]]:
        """Answers all requests, those with one prefix together."""
        pairs = [self._pair(*request.args) for request in requests]
        by_prefix: dict[tuple[int, ...], list[int]] = defaultdict(list)
        for place, (prefix, _) in enumerate(pairs):
            by_prefix[tuple(prefix)].append(place)
        unanswered: dict[tuple[str, int], int] = defaultdict(int)
        for request in requests:
            unanswered[request.task_name, request.doc_id] += 1
        found: list[Likelihood | None] = [None] * len(pairs)
        for shared, places in sorted(by_prefix.items()):  # neighbours share a beginning, which a KV cache keeps
            endings = [pairs[place][1] for place in places]
            for place, score in zip(places, self._scores(shared, endings), strict=True):
                found[place] = score
                question = requests[place].task_name, requests[place].doc_id
                unanswered[question] -= 1
                if not unanswered[question]:
                    self._advance(1)
        return [(score.total, score.greedy) for score in found if score is not None]

    def _scores(self, prefix: Tokens, endings: list[list[int]]) -> list[Likelihood]:
        known = [self._answers.get(prefix, ending) for ending in endings]
        missing = [ending for ending, score in zip(endings, known, strict=True) if score is None]
        new = iter(self._scorer.score(prefix, missing) if missing else [])
        scores = [next(new) if score is None else score for score in known]
        self._answers.put(prefix, endings, scores)
        return scores

    def _pair(self, context: str, continuation: str) -> tuple[list[int], list[int]]:
        """Tokens of a prefix and its ending.

        Cut as lm-eval cuts for any causal model: white space at the context's end goes to the continuation, both are
        tokenised as one text, and the ending is what follows as many tokens as the context alone has. What is longer
        than the model's context loses its beginning.
        """
        stripped = context.rstrip()
        whole = [self._begin, *self._encode(context + continuation)]
        start = 1 + len(self._encode(stripped)) if stripped else 1
        prefix, ending = whole[:start], whole[start:]
        if not ending:
            raise CurateError("a choice has no text", mend="Take the benchmark's data as it is on the Hub.")
        room = self._scorer.context + 1 - len(ending)  # the ending's last token is predicted, not read
        if room < 1:
            raise CurateError(
                f"a choice of {len(ending)} tokens does not fit into the model's context of {self._scorer.context}",
                mend="Deploy with a larger context, or leave this benchmark out.",
            )
        return prefix[-room:], ending

    def loglikelihood_rolling(self, requests: "list[Instance]") -> list[float]:
        """lm-eval asks every model to have this; no multiple-choice benchmark calls it."""
        raise NotImplementedError("only multiple-choice benchmarks can be asked")

    def generate_until(self, requests: "list[Instance]") -> list[str]:
        """Likewise."""
        raise NotImplementedError("only multiple-choice benchmarks can be asked")
