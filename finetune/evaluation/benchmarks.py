"""Which benchmarks there are, where their data lies on disk, and how lm-eval is made to read it from there.

lm-eval's own task definitions are used as they are: prompts, targets and metrics. Only where the questions come from is
changed, from the Hugging Face Hub to a local folder, so that nothing is downloaded by the way.
"""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stderr
from functools import partial
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from schemas.errors import CurateError, MissingExtra, UsageError

if TYPE_CHECKING:
    from datasets import Dataset


class Benchmark(NamedTuple):
    """A multiple-choice benchmark.

    Args:
        task: Its name in lm-eval.
        repository: Of its data on the Hugging Face Hub, and its folder below the user's data folder.
        configuration: The folder of its files in the repository; none if they lie at the top or in ``data/``.
        split: What is evaluated: the test split where its answers are public, else the validation split.
        metric: lm-eval's metric that published tables give for it: ``acc``, or ``acc_norm``, which divides each
            choice's likelihood by its length.
        source: The paper that made it.
    """

    task: str
    repository: str
    configuration: str | None
    split: str
    metric: Literal["acc", "acc_norm"]
    source: str


BENCHMARKS = {
    benchmark.task: benchmark
    for benchmark in (
        Benchmark("arc_easy", "allenai/ai2_arc", "ARC-Easy", "test", "acc_norm", "Clark et al. 2018"),
        Benchmark("arc_challenge", "allenai/ai2_arc", "ARC-Challenge", "test", "acc_norm", "Clark et al. 2018"),
        Benchmark("boolq", "aps/super_glue", "boolq", "validation", "acc", "Clark et al. 2019"),
        Benchmark("hellaswag", "Rowan/hellaswag", None, "validation", "acc_norm", "Zellers et al. 2019"),
        Benchmark("openbookqa", "allenai/openbookqa", "main", "test", "acc_norm", "Mihaylov et al. 2018"),
        Benchmark("piqa", "baber/piqa", None, "validation", "acc_norm", "Bisk et al. 2020"),
        Benchmark("social_iqa", "lighteval/siqa", None, "validation", "acc", "Sap et al. 2019"),
        Benchmark("winogrande", "allenai/winogrande", "winogrande_xl", "validation", "acc", "Sakaguchi et al. 2020"),
        Benchmark("commonsense_qa", "tau/commonsense_qa", None, "validation", "acc", "Talmor et al. 2019"),
    )
}

SUITES: dict[str, tuple[str, ...]] = {"commonsense-9": tuple(BENCHMARKS)}
"""``commonsense-9`` is our reading of "nine commonsense and reasoning benchmarks": EmoSApp's abstract names none."""

_READABLE = (".parquet", ".jsonl")


def select(names: Sequence[str]) -> list[Benchmark]:
    """The benchmarks of ``names``, each of which is a suite or a benchmark; each once, in the order named.

    Raises:
        UsageError: If a name is neither.
    """
    chosen: dict[str, Benchmark] = {}
    for name in names:
        for task in SUITES.get(name, (name,)):
            if task not in BENCHMARKS:
                known = ", ".join((*SUITES, *BENCHMARKS))
                raise UsageError(f"there is no benchmark '{name}'", field="--benchmark", mend=f"Choose from {known}.")
            chosen[task] = BENCHMARKS[task]
    return list(chosen.values())


def read_split(benchmark: Benchmark, folder: Path) -> "Dataset":
    """Reads the evaluated split from ``folder``, which is laid out as on the Hub.

    ``folder/<owner>/<name>`` or ``folder/<name>`` holds the repository; in it, below the configuration's folder,
    ``data/`` or the top, the split's files begin with its name and end with .parquet or .jsonl.

    Raises:
        CurateError: If the data is not there or cannot be read; says what to put where.
    """
    import pyarrow as pa
    import pyarrow.json
    import pyarrow.parquet as pq
    from datasets import Dataset

    owner_and_name = folder / benchmark.repository
    repository = owner_and_name if owner_and_name.is_dir() else folder / owner_and_name.name
    places = [repository / (benchmark.configuration or "data"), repository]
    files: list[Path] = []
    for place in places:
        files = sorted(f for f in place.glob(f"{benchmark.split}*") if f.suffix in _READABLE)
        if files:
            break
    if not files:
        raise CurateError(
            f"the data of {benchmark.task} is missing: no {benchmark.split}*.parquet or .jsonl",
            file=places[0],
            mend=f"Run `hf download --repo-type dataset {benchmark.repository} --local-dir {owner_and_name}` where "
            "there is a network, and copy the folder here.",
        )
    try:
        tables = [pq.read_table(f) if f.suffix == ".parquet" else pyarrow.json.read_json(f) for f in files]
        return Dataset(pa.concat_tables(tables, promote_options="default"))
    except (pa.ArrowException, OSError) as error:
        raise CurateError(
            f"the data of {benchmark.task} cannot be read", file=files[0], mend="Download it again."
        ) from error


def load_tasks(benchmarks: Sequence[Benchmark], folder: Path) -> dict[str, Any]:
    """lm-eval's task objects by name, reading from ``folder``.

    Raises:
        MissingExtra: If lm-eval is not installed.
        CurateError: If the data of one is missing, unreadable or of another layout.
    """
    try:
        from lm_eval.api.task import ConfigurableTask
        from lm_eval.tasks import TaskManager
        from lm_eval.tasks._yaml_loader import load_yaml
    except ModuleNotFoundError as error:
        raise MissingExtra("Evaluating on benchmarks", "eval") from error

    splits = {benchmark.task: read_split(benchmark, folder) for benchmark in benchmarks}
    index = TaskManager().task_index
    tasks: dict[str, Any] = {}
    for benchmark in benchmarks:
        name = benchmark.task
        config = load_yaml(index[name].yaml_path)
        config.pop("tag", None)
        config |= {
            "custom_dataset": partial(_dataset, {benchmark.split: splits[name]}),
            "training_split": None,
            "validation_split": benchmark.split if benchmark.split == "validation" else None,
            "test_split": benchmark.split if benchmark.split == "test" else None,
        }
        try:
            with quiet_lm_eval():
                tasks[name] = ConfigurableTask(config=config)
        except Exception as error:  # what a wrong column does depends on the prompt's template; no text is quoted
            raise CurateError(
                f"the data of {name} has other columns than its release on the Hub",
                file=folder / benchmark.repository,
                mend=f"Take {benchmark.repository} as it is on the Hub.",
            ) from error
    return tasks


@contextmanager
def quiet_lm_eval() -> Iterator[None]:
    """Keeps lm-eval's log and its bars, and those of ``datasets``, from the terminal; not all have an option for it."""
    log = logging.getLogger("lm_eval")
    level = log.level
    log.setLevel(logging.ERROR)
    try:
        with redirect_stderr(StringIO()):
            yield
    finally:
        log.setLevel(level)


def _dataset(splits: "dict[str, Dataset]", **_: Any) -> "dict[str, Dataset]":
    return splits
