"""Deduplication beside its peers: CPU, wall time, peak memory and what became of planted copies and contrasts.

    python benchmarks/dedup.py CORPUS.jsonl ... [--score SCORE.py] [--peer-python PYTHON] [--out TABLE.md]

CORPUS rows are {"id", "text"}, and where they are scored {"cluster", "kind"} as well. Every tool runs in a process of
its own, one after another on the same corpus. PYTHON is an interpreter that has `datasketch` and `text-dedup`; a peer
that it lacks is left out. SCORE.py takes the corpus, a file of {"id", "kept_id"} and `--json`.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple

OURS = "from cli.main import main; import sys; sys.argv = ['curate', 'dedup', sys.argv[1], sys.argv[2]]; main()"
DATASKETCH = """
import json, re, sys
from datasketch import MinHash, MinHashLSH
index, out = MinHashLSH(num_perm=128, params=(32, 4)), open(sys.argv[2], "w")
for line in open(sys.argv[1], encoding="utf-8"):
    row = json.loads(line)
    words = re.findall(r"\\w+", row["text"].lower())
    sketch = MinHash(num_perm=128)
    sketch.update_batch([word.encode() for word in {*words, *map(" ".join, zip(words, words[1:]))}])
    found = index.query(sketch)
    if found:
        out.write(json.dumps({"id": row["id"], "kept_id": found[0]}) + "\\n")
    else:
        index.insert(row["id"], sketch)
"""
TEXT_DEDUP = """
import json, subprocess, sys, tempfile
from datasets import load_from_disk
source, out = sys.argv[1:]
with tempfile.TemporaryDirectory() as folder:
    options = dict(path="json", data_files=source, split="train", column="text", output=f"{folder}/out")
    options |= dict(cache_dir=f"{folder}/cache", ngram=2, num_perm=128, b=32, r=4, min_length=0, num_proc=2)
    arguments = [word for name, value in options.items() for word in (f"--{name}", str(value))]
    subprocess.run([sys.executable, "-m", "text_dedup.minhash", *arguments], check=True, cwd=folder)
    kept = set(load_from_disk(f"{folder}/out")["id"])
rows = [json.loads(line) for line in open(source, encoding="utf-8")]
first = next(row["id"] for row in rows if row["id"] in kept)
with open(out, "w") as file:
    file.writelines(json.dumps({"id": row["id"], "kept_id": first}) + "\\n" for row in rows if row["id"] not in kept)
"""


class Run(NamedTuple):
    """What one tool took for one corpus."""

    cpu_seconds: float
    wall_seconds: float
    peak_bytes: int


def measured(python: str, code: str, source: Path, out: Path) -> Run | None:
    """Runs ``code`` in a process of its own; None where it fails, with its last words on standard error."""
    start = time.perf_counter()
    arguments = [python, "-c", code, str(source.resolve()), str(out)]
    process = subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    words = process.stderr.read() if process.stderr else ""
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        print(words[-600:], file=sys.stderr)
        return None
    return Run(usage.ru_utime + usage.ru_stime, time.perf_counter() - start, usage.ru_maxrss * 1024)


def scored(score: Path | None, source: Path, out: Path) -> dict[str, Any]:
    if score is None:
        return {}
    told = subprocess.run(
        [sys.executable, str(score), str(source), str(out), "--json"], capture_output=True, text=True, check=True
    )
    figures: dict[str, Any] = json.loads(told.stdout)
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpora", nargs="+", type=Path)
    parser.add_argument("--score", type=Path)
    parser.add_argument("--peer-python")
    parser.add_argument("--ours-only-above", type=int, default=300_000, help="texts beyond which no peer is run")
    parser.add_argument("--out", type=Path)
    args = parser.parse_args()
    names = ("removed_recall", "removal_precision", "unique_lost", "contrasts_lost", "contrasts")
    lines = [
        "| texts | tool | CPU s | wall s | peak MB | recall | precision | unique lost | contrasts lost |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    print("\n".join(lines), flush=True)
    for corpus in args.corpora:
        texts = sum(1 for _ in corpus.open(encoding="utf-8"))
        tools = {"curate dedup": (sys.executable, OURS)}
        if args.peer_python and texts <= args.ours_only_above:
            tools["datasketch 32x4, candidates"] = (args.peer_python, DATASKETCH)
            tools["text-dedup 32x4"] = (args.peer_python, TEXT_DEDUP)
        for tool, (python, code) in tools.items():
            with tempfile.TemporaryDirectory() as folder:
                out = Path(folder, "removed.jsonl")
                run = measured(python, code, corpus, out)
                if run is None:
                    continue
                figures = scored(args.score, corpus, out)
            recall, precision, unique, lost, contrasts = (figures.get(name, "") for name in names)
            cost = f"{run.cpu_seconds:.1f} | {run.wall_seconds:.1f} | {run.peak_bytes / 1e6:,.0f}"
            lines.append(f"| {texts:,} | {tool} | {cost} | {recall} | {precision} | {unique} | {lost} of {contrasts} |")
            print(lines[-1], flush=True)
    if args.out:
        args.out.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
