"""A whole build beside its peers: CPU, wall time, peak memory, and what became of what was planted.

    python -m benchmarks.build MADE ... [--peer-python PYTHON ...] [--with-triage] [--out TABLE.md]

MADE is a folder made by `python -m benchmarks.made`. Each tool does one job on it: validate, clean, deduplicate, mask
personal data by patterns alone. PYTHON is an interpreter that has `datatrove` or `data_juicer`; each in an environment
of its own:

    pip install 'datatrove[io,processing]==0.10.1' spacy presidio-analyzer==2.2.366
    pip install py-data-juicer==1.6.1 ftfy selectolax scipy aiohttp ray 'torch==2.13.0'

(Data-Juicer installs what it misses while it runs, so give it ray and torch beforehand.) The tools run one after
another. CPU time counts the processes that they start; peak memory is the most that all of them hold at once.
Data-Juicer gets its records in one file without the lines that it cannot read; making that file is not counted.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from benchmarks.made.damage import Texts
from benchmarks.made.score import Score, records, score, summed
from curation.build import open_build
from curation.workspace import Workspace

PEERS = Path(__file__).parent / "peers"
OURS = "from cli.main import main; main()"


class Run(NamedTuple):
    """What a tool took."""

    cpu_seconds: float
    wall_seconds: float
    peak_bytes: int


class Result(NamedTuple):
    """What a tool took, and what it made of the corpus."""

    tool: str
    items: int
    run: Run
    score: Score
    steps: dict[str, float]
    """CPU seconds by step, where the tool tells them."""


def measured(command: list[str], folder: Path) -> Run:
    """Runs ``command`` in ``folder``.

    Raises:
        SystemExit: If it fails, with the end of what it said.
    """
    start = time.perf_counter()
    log = folder / "log"
    with log.open("w", encoding="utf-8") as told:
        process = subprocess.Popen(command, cwd=folder, stdout=told, stderr=told)
    most = [0]
    ended = threading.Event()
    watch = threading.Thread(target=_watch, args=(process.pid, most, ended))
    watch.start()
    _, status, usage = os.wait4(process.pid, 0)
    ended.set()
    watch.join()
    if status:
        raise SystemExit(f"{command[0]} failed:\n{log.read_text(encoding='utf-8')[-2000:]}")
    return Run(usage.ru_utime + usage.ru_stime, time.perf_counter() - start, most[0])


def _watch(root: int, most: list[int], ended: threading.Event) -> None:
    """Keeps in ``most`` the most memory that a process and its descendants held at once (Linux alone)."""
    while not ended.wait(0.5):
        most[0] = max(most[0], sum(_held(process) for process in _with_descendants(root)))


def _with_descendants(root: int) -> Iterator[int]:
    yield root
    try:
        for task in Path(f"/proc/{root}/task").iterdir():
            for child in (task / "children").read_text().split():
                yield from _with_descendants(int(child))
    except OSError:
        return


def _held(process: int) -> int:
    """Bytes that a process holds, of what it shares with others its part."""
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:")), 0)


def ours(made: Path, folder: Path, *, triage: bool) -> Result:
    """`curate build-dataset` without a model for personal data; without triage it is the peers' job."""
    workspace = folder / "workspace"
    workspace.mkdir()
    shutil.copytree(made / "sources", workspace / "sources")
    config = yaml.safe_load((made / "curate.yaml").read_text(encoding="utf-8"))
    config |= {"pii": {"model": "none"}, "triage": {"enabled": triage}}
    (workspace / "curate.yaml").write_text(json.dumps(config), encoding="utf-8")  # JSON is YAML
    run = measured([sys.executable, "-c", OURS, "-C", str(workspace), "build-dataset"], folder)
    build = open_build(Workspace(workspace))
    work = json.loads((workspace / ".curate" / "work" / f"{build.manifest.build_id}.json").read_text())
    steps = {step["step"]: step["cpu_seconds"] for step in work["steps"]}
    steps["start, split, report, writing"] = run.cpu_seconds - sum(steps.values())
    told = [(one.source_id, one.row) for one in build.quarantined()]
    name = "curate build-dataset" + (" with triage" if triage else "")
    return Result(name, build.manifest.items, run, score(made, _items(build.items()), told), steps)


def _items(table: Any) -> Iterator[tuple[str, Texts]]:
    """The key and the texts of each item of a build."""
    for batch in table.select(["question", "answer", "turns", "provenance"]).to_batches(max_chunksize=10_000):
        for row in batch.to_pylist():
            turns = [turn["text"] for turn in row["turns"] or []]
            yield row["provenance"]["record"], turns or [row["question"], row["answer"]]


def datatrove(python: str, made: Path, folder: Path, *options: str) -> Result:
    run = measured([python, str(PEERS / "by_datatrove.py"), str(made.resolve()), str(folder), *options], folder)
    excluded = [key for key, _ in _documents(folder, "excluded")]
    name = " with ".join([f"datatrove {_version(python, 'datatrove')}", *options])
    return _peer(name, made, _documents(folder, "kept"), excluded, run)


def datatrove_with_presidio(python: str, made: Path, folder: Path) -> Result:
    return datatrove(python, made, folder, "presidio")


def data_juicer(python: str, made: Path, folder: Path) -> Result:
    with (folder / "records.jsonl").open("w", encoding="utf-8") as file:
        for key, _, texts in records(made):
            record = {"id": key, "text": "\n\n".join(texts), "answer": texts[-1]}
            file.write(json.dumps(record, ensure_ascii=False) + "\n")
    run = measured([python, str(PEERS / "by_data_juicer.py"), str(folder / "records.jsonl"), str(folder)], folder)
    kept = _documents(folder, ".", "kept.jsonl")
    return _peer(f"Data-Juicer {_version(python, 'py-data-juicer')}", made, kept, [], run)


def _documents(folder: Path, name: str, pattern: str = "*.jsonl") -> Iterator[tuple[str, Texts]]:
    for file in sorted((folder / name).glob(pattern)):
        with file.open(encoding="utf-8", newline="\n") as lines:
            for line in lines:
                document = json.loads(line)
                yield document["id"], [document["text"]]


def _peer(tool: str, made: Path, kept: Iterator[tuple[str, Texts]], told: list[str], run: Run) -> Result:
    items = 0

    def counted() -> Iterator[tuple[str, Texts]]:
        nonlocal items
        for one in kept:
            items += 1
            yield one

    scored = score(made, counted(), told)
    return Result(tool, items, run, scored, {})


def _version(python: str, distribution: str) -> str:
    code = f"from importlib.metadata import version; print(version({distribution!r}))"
    return subprocess.run([python, "-c", code], capture_output=True, text=True, check=True).stdout.strip()


def _has(python: str, module: str) -> bool:
    code = f"import importlib.util, sys; sys.exit(importlib.util.find_spec({module!r}) is None)"
    return subprocess.run([python, "-c", code], check=False).returncode == 0


def tools(peer_pythons: list[str], with_triage: bool) -> Iterator[Callable[[Path, Path], Result]]:
    """Each tool that is there: called with a made folder and an empty one to work in."""
    for triage in [False, True][: 1 + with_triage]:
        yield partial(ours, triage=triage)
    peers = [("datatrove", datatrove), ("presidio_analyzer", datatrove_with_presidio), ("data_juicer", data_juicer)]
    for python in peer_pythons:
        for module, peer in peers:
            if _has(python, module):
                yield partial(peer, python)


COST = ["records", "tool", "CPU s", "wall s", "peak MB", "items"]
QUALITY = [
    *("tool", "copies found", "unique lost", "contrasts lost", "patterns masked", "names masked", "help lines kept"),
    *("terms kept", "HTML undone", "mojibake undone", "clean touched", "faults told / dropped / passed"),
]


def cost(records: int, result: Result) -> list[str]:
    run = result.run
    figures = [f"{run.cpu_seconds:.1f}", f"{run.wall_seconds:.1f}", f"{run.peak_bytes / 1e6:,.0f}"]
    return [f"{records:,}", result.tool, *figures, f"{result.items:,}"]


def quality(result: Result) -> list[str]:
    found = result.score
    patterns = summed(share for kind, share in found.masked.items() if kind != "name")
    ends = {end: sum(kind[end] for kind in found.faults.values()) for end in ("told", "dropped", "passed")}
    shares = [
        *(summed(found.copies_found.values()), found.unique_lost, found.contrasts_lost, patterns),
        *(found.masked["name"], found.stayed["crisis"], found.stayed["term"]),
        *(found.repaired["html"], found.repaired["mojibake"], found.clean_touched),
    ]
    return [result.tool, *map(str, shares), " / ".join(f"{number:,}" for number in ends.values())]


def table(head: list[str], rows: list[list[str]]) -> str:
    return "\n".join(f"| {' | '.join(row)} |" for row in [head, ["---"] * len(head), *rows])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("made", nargs="+", type=Path)
    parser.add_argument("--peer-python", nargs="+", default=[])
    parser.add_argument("--with-triage", action="store_true", help="a second run of ours, with triage and its model")
    parser.add_argument("--details", type=Path, help="a file for each figure by kind, and our CPU time by step (JSONL)")
    parser.add_argument("--out", type=Path, help="a file for the tables")
    arguments = parser.parse_args()
    costs: list[list[str]] = []
    qualities: list[list[str]] = []
    details: list[str] = []
    for made in arguments.made:
        number = json.loads((made / "made.json").read_text(encoding="utf-8"))["records"]
        for tool in tools(arguments.peer_python, arguments.with_triage):
            with tempfile.TemporaryDirectory() as folder:
                result = tool(made, Path(folder))
            costs.append(cost(number, result))
            qualities.append(quality(result))
            print(*costs[-1], *qualities[-1][1:], sep=" | ", flush=True)
            told = {"records": number, **result._asdict(), "run": result.run._asdict()}
            details.append(json.dumps(told | {"score": result.score._asdict()}))
    tables = f"{table(COST, costs)}\n\n{table(QUALITY, qualities)}\n"
    print(tables)
    if arguments.out:
        arguments.out.write_text(tables, encoding="utf-8")
    if arguments.details:
        arguments.details.write_text("\n".join(details) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
