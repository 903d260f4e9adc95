"""The report of a large build: what making it costs, and how soon a browser has it open.

    python -m benchmarks.report [--items 1000000] [--removed 150000] [--runs 5]

The tables are made up, with all columns of a build: texts of usual length from a list of words, near pairs of all
scores, personal data, risk. The texts of a pair have no sentence in common, which costs the most to compare. They lie
on disk, memory-mapped, and the page is made from them in a process of its own, so that what it needs beside the tables
can be told. Chromium then opens the page some times: told are the median milliseconds until it is loaded, and from a
change of the slider until the next picture.
"""

import argparse
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from curation.build import ITEM_COLUMNS, REMOVED_COLUMNS
from curation.flow import PAIRS
from curation.pii.step import FOUND, MASKED, RESIDUAL
from curation.table import PROVENANCE, TURN
from curation.triage import LEVELS
from curation.triage.step import EVIDENCE, FLAGGED
from schemas.config import WorkspaceConfig
from schemas.faults import Quarantined
from schemas.manifest import BuildManifest, SourceCounts, StepCounts

SOURCES = ("forum", "answers", "helpline", "books")
WORDS = "i feel that my sleep work family and days are hard to bear since you can try a walk or talk"
CHUNK = 50_000
TYPES: dict[str, pa.DataType] = {
    **{"turns": pa.list_(TURN), "risk_history": pa.bool_(), "risk_evidence": EVIDENCE, "flags": FLAGGED, "pii": MASKED},
    **{"pii_kept": FOUND, "residual_risk": RESIDUAL, "cleaned": pa.list_(pa.string()), "provenance": PROVENANCE},
    **{"support": pa.list_(pa.struct([("field", pa.string())])), "score": pa.float64()},
}


def write_tables(folder: Path, items: int, removed: int) -> None:
    """Writes the made-up tables as Arrow files, some rows at a time."""
    chance = np.random.default_rng(0)
    texts = [" ".join(chance.choice(WORDS.split(), size)) for size in chance.integers(10, 250, 2_000)]
    _write(folder / "items.arrow", ITEM_COLUMNS, items, texts, chance, "")
    _write(folder / "removed.arrow", REMOVED_COLUMNS, removed, texts, chance, "r")
    pairs = [
        {
            "item_id": item_id(place % items, ""),
            "other_id": item_id(place % removed, "r") if place % 3 else item_id((place * 7 + 1) % items, ""),
            "relation": "same",
            "zone": "removed" if place % 3 else "grey",
            "score": round(float(chance.uniform(70, 100)), 1),
            "guarded": place % 3 == 0 and place % 2 == 0,
            "differences": ["anxious -> sad"],
        }
        for place in range(removed * 2)
    ]
    with pa.OSFile(str(folder / "pairs.arrow"), "wb") as out, pa.ipc.new_file(out, PAIRS) as writer:
        writer.write_table(pa.Table.from_pylist(pairs, PAIRS), max_chunksize=CHUNK)


def item_id(place: int, mark: str) -> str:
    """An id as a build's: the source, and digits that look like a hash."""
    return f"{SOURCES[place % 4]}-{mark}{place * 2_654_435_761 % 2**44:011x}"


def _write(file: Path, columns: list[str], rows: int, texts: list[str], chance: np.random.Generator, mark: str) -> None:
    schema = pa.schema([(name, TYPES.get(name, pa.string())) for name in columns])
    with pa.OSFile(str(file), "wb") as out, pa.ipc.new_file(out, schema) as writer:
        for start in range(0, rows, CHUNK):
            made = (_row(place, texts, chance, mark) for place in range(start, min(start + CHUNK, rows)))
            taken = [{name: row.get(name) for name in columns} for row in made]
            writer.write_table(pa.Table.from_pylist(taken, schema))


def _row(place: int, texts: list[str], chance: np.random.Generator, mark: str) -> dict[str, Any]:
    one, other = (texts[int(at)] for at in chance.integers(0, len(texts), 2))
    dialogue = place % 10 == 0
    question = f"my name is [PERSON_1] and {one}" if place % 8 == 1 else one
    span = {"start": 11, "end": 15, "shown_start": 11, "shown_end": 21, "source": "cue", "score": 0.9}
    level = LEVELS[place % len(LEVELS)] if place % 5 == 0 else "none"
    evidence = [{"field": "question", "start": 0, "end": 5, "rule": f"{level}/made-{place % 9}", "confidence": 0.9}]
    turns = [{"role": role, "text": one} for role in ("seeker", "supporter") * 4]
    return {
        "item_id": item_id(place, mark),
        "kept_id": item_id(place, ""),
        "reason": "near-duplicate" if place % 3 else "exact duplicate",
        "score": round(float(chance.uniform(80, 100)), 1) if place % 3 else 100.0,
        "kind": "dialogue" if dialogue else "qa",
        "split": "train",
        "question": None if dialogue else question,
        "answer": None if dialogue else other,
        "turns": turns if dialogue else None,
        "topic": f"topic {place % 300}",
        "language": "en",
        "risk_level": level,
        "risk_history": False,
        "risk_evidence": evidence if level != "none" and not dialogue else [],
        "flags": [],
        "pii": [{"field": "question", "label": "PERSON", **span}] if place % 8 == 1 and not dialogue else [],
        "pii_kept": [],
        "residual_risk": {"level": "low", "reasons": []},
        "cleaned": ["spaces"],
        "provenance": {"source_id": SOURCES[place % 4], "origin": "human"},
    }


def made_manifest(items: int, removed: int, quarantined: int) -> BuildManifest:
    """The counts of such a build."""
    records = items + removed + quarantined

    def steps(part: int) -> list[StepCounts]:
        read, left = records // part, (records - quarantined) // part
        reasons = {"exact duplicate": removed // part // 3, "near-duplicate": removed // part - removed // part // 3}
        return [
            StepCounts(
                step="validate",
                read=read,
                kept=left,
                quarantined=quarantined // part,
                reasons={"is blank": quarantined // part},
            ),
            StepCounts(step="deduplicate", read=left, kept=items // part, removed=removed // part, reasons=reasons),
        ]

    source = {"id": "made", "path": "made.jsonl", "kind": "qa", "map": {"question": "q", "answer": "a"}}
    config = WorkspaceConfig.model_validate(
        {"name": "made", "sources": [{**source, "license": "CC0-1.0", "origin": "human"}]}
    )
    counts = {"records": records, "items": items, "removed": removed, "quarantined": quarantined}
    of_source = {name: number // 4 for name, number in counts.items()}
    return BuildManifest(
        build_id="000000000000",
        name="made",
        code_version="0",
        code_sha256="",
        config=config.model_dump(mode="json"),
        files_read=[],
        records=records,
        items=items,
        removed=removed,
        quarantined=quarantined,
        sources=[SourceCounts(source_id=one, license="CC0-1.0", steps=steps(4), **of_source) for one in SOURCES],
        steps=steps(1),
        cleaned={"spaces": items},
        pii={"PERSON": items // 8},
        pii_kept={},
        residual_risk={"low": items},
        risk={},
        splits={"train": items},
        groups=items,
        near_pairs={"grey": removed * 2 // 3},
        removed_at={str(score): removed * (130 - score) // 100 for score in range(70, 101)},
        sha256={},
    )


def make_page(folder: Path, items: int, removed: int) -> None:
    """Makes the page of the tables in ``folder`` and prints the cost; run in a process of its own."""
    from curation.report import report_html

    files = [folder / f"{name}.arrow" for name in ("items", "removed", "pairs")]
    kept, others, pairs = (pa.ipc.open_file(pa.memory_map(str(file))).read_all() for file in files)
    fault = {
        "step": "validate",
        "field": "answer",
        "message": "is blank",
        "mend": "Fill it in, or take the record out.",
    }
    faults = [
        Quarantined(source_id=SOURCES[row % 4], file="sources/made.jsonl", row=row, record=str(row), **fault)
        for row in range(items // 20)
    ]
    with most_memory() as memory:
        cpu = time.process_time()
        page = report_html(made_manifest(items, removed, len(faults)), kept, others, pairs, faults)
        cpu = time.process_time() - cpu
    (folder / "report.html").write_text(page, encoding="utf-8")
    cost = {"cpu_seconds": round(cpu, 2), "memory_mb": round((max(memory) - memory[0]) / 1024)}
    print(json.dumps({**cost, "page_bytes": len(page.encode())}))


@contextmanager
def most_memory() -> Iterator[list[int]]:
    """Memory of this process's own in KiB, looked at every 10 ms: not the pages of mapped files."""
    seen = [_own_memory()]
    done = threading.Event()

    def look() -> None:
        while not done.wait(0.01):
            seen.append(_own_memory())

    looking = threading.Thread(target=look)
    looking.start()
    try:
        yield seen
    finally:
        done.set()
        looking.join()


def _own_memory() -> int:
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("RssAnon"))


def opened(page: Path, runs: int) -> dict[str, float]:
    """Median milliseconds until Chromium has the page open, and until the slider has answered a key."""
    from selenium import webdriver
    from selenium.webdriver.common.keys import Keys

    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium") or ""
    for switch in ("--headless=new", "--no-sandbox", "--disable-gpu", "--window-size=1280,900"):
        options.add_argument(switch)
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(shutil.which("chromedriver")))
    measure = """
        const done = arguments[arguments.length - 1], slider = document.getElementById("threshold");
        const start = performance.now();
        slider.value = arguments[0];
        slider.dispatchEvent(new Event("input", { bubbles: true }));
        requestAnimationFrame(() => setTimeout(() => done(performance.now() - start)));
    """
    loaded, answered = [], []
    for _ in range(runs):
        driver.get(page.as_uri())
        loaded.append(driver.execute_script("return performance.getEntriesByType('navigation')[0].loadEventEnd"))
        driver.find_element("id", "threshold").send_keys(Keys.ARROW_RIGHT)
        answered += [driver.execute_async_script(measure, place) for place in range(0, 30, 3)]
    driver.quit()
    return {
        "opened_ms": round(statistics.median(loaded)),
        "opened_most_ms": round(max(loaded)),
        "slider_ms": round(statistics.median(answered)),
        "slider_most_ms": round(max(answered)),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--items", type=int, default=1_000_000)
    parser.add_argument("--removed", type=int, default=150_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--folder", type=Path, help="keep the tables and the page here")
    parser.add_argument("--make", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.make:
        make_page(asked.folder, asked.items, asked.removed)
        return
    with tempfile.TemporaryDirectory() as temporary:
        folder = asked.folder or Path(temporary)
        if not (folder / "pairs.arrow").exists():
            write_tables(folder, asked.items, asked.removed)
        again = [sys.executable, "-m", "benchmarks.report", "--make", f"--folder={folder}"]
        again += [f"--items={asked.items}", f"--removed={asked.removed}"]
        made = subprocess.run(again, check=True, capture_output=True, text=True).stdout
        print(json.dumps({**json.loads(made), **opened(folder / "report.html", asked.runs)}, indent=2))


if __name__ == "__main__":
    main()
