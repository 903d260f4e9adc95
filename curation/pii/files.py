"""Scrubbing of a file of texts by itself, outside a build: chunks of rows, over all cores where there are many."""

import multiprocessing
import os
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from functools import partial
from itertools import chain, islice
from pathlib import Path

from pydantic import BaseModel

from curation.pii.draft import Region, Scrubbed
from curation.pii.keys import Key
from curation.pii.risk import residual_risk
from curation.pii.scrub import scrub_items
from curation.pii.tables import Row, check_ending, read, write
from curation.progress import Progress, silent
from schemas.config import PIIConfig

CHUNK_ROWS = 200
POOL_CHUNKS = 6
"""The fewest chunks that are worth starting worker processes for, which takes seconds."""

Shown = Callable[[Row, Row], None]
"""Told of each row before and after."""


class ScrubbedFile(BaseModel):
    """What was done to a file."""

    rows: int
    changed: int
    """Rows in which something was masked."""
    spans: dict[str, int]
    """Spans masked, by label."""
    residual_risk: dict[str, int]
    """Rows by what they may still say of whom they speak."""
    seconds: float


def scrub_file(
    source: Path,
    target: Path,
    config: PIIConfig | None = None,
    *,
    key: Key | None = None,
    language: str = "en",
    workers: int | None = None,
    show: Shown | None = None,
    progress: Progress = silent,
) -> ScrubbedFile:
    """Scrubs the texts of ``source`` into ``target``, which appears whole or not at all.

    Each row is an item of its own. A row that an earlier scrubbing wrote (its spans say where the replacements stand)
    is not changed a second time.

    Raises:
        CurateError: If a file or a row cannot be read or written.
    """
    started = time.perf_counter()
    check_ending(target)
    config = config or PIIConfig()
    spans: Counter[str] = Counter()
    risks: Counter[str] = Counter()
    rows = changed = 0
    partial_file = target.with_name(f".{target.stem}.partial{target.suffix}")
    work = partial(_scrub_chunk, config=config, key=key, language=language)

    def out() -> Iterator[Row]:
        nonlocal rows, changed
        with progress("scrub", None) as advance:
            for before, after in _over_cores(work, _chunks(row for _, row in read(source)), workers):
                for row, scrubbed in zip(before, after, strict=True):
                    rows, changed = rows + 1, changed + bool(scrubbed["spans"])
                    spans.update(span["label"] for span in scrubbed["spans"])
                    risks[scrubbed["residual_risk"]["level"]] += 1
                    if show is not None:
                        show(row, scrubbed)
                    yield scrubbed
                advance(len(before))

    try:
        write(partial_file, out())
        partial_file.replace(target)
    finally:
        partial_file.unlink(missing_ok=True)
    return ScrubbedFile(
        rows=rows,
        changed=changed,
        spans=dict(sorted(spans.items())),
        residual_risk=dict(sorted(risks.items())),
        seconds=round(time.perf_counter() - started, 3),
    )


def _scrub_chunk(rows: Sequence[Row], *, config: PIIConfig, key: Key | None, language: str) -> list[Row]:
    found = scrub_items(
        [{"text": row["text"]} for row in rows],
        config,
        [language] * len(rows),
        ids=[str(row["id"]) for row in rows],
        secret=key.secret if key else None,
        done=[{"text": _standing(row)} for row in rows],
    )
    return [_written(row, of_row["text"]) for row, of_row in zip(rows, found, strict=True)]


def _standing(row: Row) -> list[Region]:
    """Where an earlier scrubbing's replacements stand, as its spans say."""
    return [
        (span["shown_start"], span["shown_end"])
        for span in row["spans"]
        if isinstance(span, dict) and {"shown_start", "shown_end"} <= span.keys() and _inside(span, len(row["text"]))
    ]


def _inside(span: Row, length: int) -> bool:
    start, end = span["shown_start"], span["shown_end"]
    return isinstance(start, int) and isinstance(end, int) and 0 <= start <= end <= length


def _written(row: Row, scrubbed: Scrubbed) -> Row:
    risk = residual_risk([scrubbed.text], {"text": scrubbed.spans}, {"text": scrubbed.doubted}, {"text": row["text"]})
    return {
        "id": row["id"],
        "text": scrubbed.text,
        "spans": [
            {
                **{
                    "start": span.start,
                    "end": span.end,
                    "label": span.label,
                    "score": span.score,
                    "source": span.source,
                },
                **{"shown_start": start, "shown_end": end},
            }
            for span, (start, end) in zip(scrubbed.spans, scrubbed.shown, strict=True)
        ],
        "residual_risk": risk._asdict(),
    }


def _chunks(rows: Iterable[Row]) -> Iterator[list[Row]]:
    rows = iter(rows)
    while chunk := list(islice(rows, CHUNK_ROWS)):
        yield chunk


def _over_cores(
    work: Callable[[list[Row]], list[Row]], chunks: Iterator[list[Row]], workers: int | None
) -> Iterator[tuple[list[Row], list[Row]]]:
    """Yields each chunk and what ``work`` made of it, in order."""
    workers = workers or len(os.sched_getaffinity(0))
    first = list(islice(chunks, POOL_CHUNKS))
    if workers == 1 or len(first) < POOL_CHUNKS:
        for chunk in chain(first, chunks):
            yield chunk, work(chunk)
        return
    waiting: deque[tuple[list[Row], Future[list[Row]]]] = deque()
    with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn")) as pool:
        for chunk in chain(first, chunks):
            waiting.append((chunk, pool.submit(work, chunk)))
            if len(waiting) > 2 * workers:
                done, future = waiting.popleft()
                yield done, future.result()
        for done, future in waiting:
            yield done, future.result()
