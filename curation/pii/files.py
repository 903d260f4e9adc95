"""Scrubbing of a file of texts by itself, outside a build: chunks of rows, over all cores where there are many."""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import nullcontext
from functools import partial
from itertools import chain, islice
from pathlib import Path

from pydantic import BaseModel

from curation.languages import is_covered
from curation.pii.draft import Region, Scrubbed
from curation.pii.kept_map import kept_map, restored
from curation.pii.keys import Key
from curation.pii.risk import residual_risk
from curation.pii.scrub import scrub_items
from curation.pii.tables import read, write
from curation.progress import Progress, silent
from curation.rows import Row, check_apart, ending_of
from curation.sources.text import check_file
from curation.workers import Workers, cores
from curation.workspace import whole_file
from schemas.config import PIIConfig
from schemas.errors import UsageError
from schemas.language import MEND as LANGUAGE_MEND
from schemas.language import is_supported

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


def check_scrub(
    source: Path,
    target: Path,
    config: PIIConfig,
    *,
    language: str = "en",
    keep_map: Path | None = None,
    keys: Sequence[Path | None] = (),
) -> None:
    """Sees that :func:`scrub_file` can begin, and that nothing it writes takes the place of a file of ``keys``.

    Raises:
        CurateError: If the source cannot be opened.
        UsageError: As :func:`scrub_file` raises it.
    """
    ending_of(source)
    ending_of(target)
    check_apart([source, *keys], [target, keep_map])
    if not is_supported(language):
        raise UsageError(f"'{language}' is no language that is known here", mend=LANGUAGE_MEND)
    if keep_map and config.mode == "remove":
        raise UsageError("what is removed leaves no place to put it back", mend="Use placeholder or surrogate.")
    check_file(source, str(source))


def scrub_file(
    source: Path,
    target: Path,
    config: PIIConfig | None = None,
    *,
    key: Key | None = None,
    language: str = "en",
    workers: int | None = None,
    keep_map: tuple[Path, Key] | None = None,
    show: Shown | None = None,
    progress: Progress = silent,
) -> ScrubbedFile:
    """Scrubs the texts of ``source`` into ``target``, which appears whole or not at all.

    Each row is an item of its own. A row that an earlier scrubbing wrote (its spans say where the replacements stand)
    is not changed a second time.

    Args:
        source: The file that is read.
        target: The file that is written.
        config: What is looked for, and what stands in its place.
        key: The key of the surrogates.
        language: The language of all texts, as a BCP 47 tag.
        workers: Processes; one a core if it is not given.
        keep_map: Where a way back to the originals is kept, and the key that encrypts it; by default none is kept.
        show: Told of each row before and after.
        progress: Told how far it is.

    Raises:
        CurateError: If a file or a row cannot be read or written.
        UsageError: If the language is none that is known, a map is asked for where nothing stands in the place of what
            is masked, a file is both read and written, or an ending is not known.
        MissingExtra: If a map is asked for without the package that encrypts it.
    """
    started = time.perf_counter()
    config = config or PIIConfig()
    check_scrub(source, target, config, language=language, keep_map=keep_map[0] if keep_map else None)
    spans: Counter[str] = Counter()
    risks: Counter[str] = Counter()
    rows = changed = 0
    work = partial(_scrub_chunk, config=config, key=key, language=language)

    def out() -> Iterator[Row]:
        nonlocal rows, changed
        with progress("scrub", None) as advance:
            for before, after in _over_cores(work, _chunks(read(source)), workers):
                for row, scrubbed in zip(before, after, strict=True):
                    rows, changed = rows + 1, changed + bool(scrubbed["spans"])
                    spans.update(span["label"] for span in scrubbed["spans"])
                    risks[scrubbed["residual_risk"]["level"]] += 1
                    if way_back is not None:
                        way_back.add(row, scrubbed)
                    if show is not None:
                        show(row, scrubbed)
                    yield scrubbed
                advance(len(before))

    # OUT comes to its place before the map does: an old map is not lost while the old OUT still stands.
    with kept_map(*keep_map) if keep_map else nullcontext() as way_back, whole_file(target, 0o666) as partial_file:
        write(partial_file, out())
        if way_back is not None:
            way_back.flush()
    return ScrubbedFile(
        rows=rows,
        changed=changed,
        spans=dict(sorted(spans.items())),
        residual_risk=dict(sorted(risks.items())),
        seconds=round(time.perf_counter() - started, 3),
    )


def restore_file(source: Path, target: Path, map_file: Path, key: Key) -> int:
    """Puts the originals that a map keeps back into a scrubbed file; the target has ``id`` and ``text``. Returns the rows.

    Raises:
        CurateError: If a file cannot be read or written, the key is another one, or map and rows do not belong together.
    """
    ending_of(target)
    check_apart([source, map_file], [target])
    rows = 0

    def out() -> Iterator[Row]:
        nonlocal rows
        for row in restored(read(source), map_file, key):
            rows += 1
            yield {**row, "spans": [], "residual_risk": {"level": "high", "reasons": ["originals put back"]}}

    with whole_file(target) as partial_file:
        write(partial_file, out())
    return rows


def _scrub_chunk(rows: Sequence[Row], *, config: PIIConfig, key: Key | None, language: str) -> list[Row]:
    found = scrub_items(
        [{"text": row["text"]} for row in rows],
        config,
        [language] * len(rows),
        ids=[str(row["id"]) for row in rows],
        secret=key.secret if key else None,
        done=[{"text": _standing(row)} for row in rows],
    )
    covered = is_covered(language)
    return [_written(row, of_row["text"], covered) for row, of_row in zip(rows, found, strict=True)]


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


def _written(row: Row, scrubbed: Scrubbed, covered: bool) -> Row:
    spans, doubted, original = {"text": scrubbed.spans}, {"text": scrubbed.doubted}, {"text": row["text"]}
    risk = residual_risk([scrubbed.text], spans, doubted, original, covered=covered)
    return {
        "id": row["id"],
        "text": scrubbed.text,
        "spans": [
            {
                "start": span.start,
                "end": span.end,
                "label": span.label,
                "score": span.score,
                "source": span.source,
                "shown_start": start,
                "shown_end": end,
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
    workers = workers or cores()
    first = list(islice(chunks, POOL_CHUNKS))
    if workers == 1 or len(first) < POOL_CHUNKS:
        for chunk in chain(first, chunks):
            yield chunk, work(chunk)
        return
    with Workers(workers) as pool:
        yield from pool.each(work, ((chunk, chunk) for chunk in chain(first, chunks)))
