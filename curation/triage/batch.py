"""Triage of a file of texts, alone: what ``curate triage IN OUT`` does."""

import csv
import io
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from curation.progress import Progress, silent
from curation.triage.dialogue import triage_message, triage_turns
from curation.triage.evidence import Triaged
from curation.triage.levels import LEVELS
from curation.workspace import write_whole
from schemas.errors import ConfigError, CurateError
from schemas.items import Strict

ENDINGS = (".jsonl", ".csv", ".parquet")
ROLES = ("seeker", "supporter")
EVIDENCE = [("start", pa.int64()), ("end", pa.int64()), ("rule", pa.string()), ("confidence", pa.float64())]


class TriageResult(Strict):
    """What a file's triage found. A level orders reading; it is no assessment of a person."""

    records: int
    levels: dict[str, int]
    """Records by level, all levels named."""
    history: int


def triage_file(source: Path, target: Path, *, model: bool = True, progress: Progress = silent) -> TriageResult:
    """Triages the texts of a file into another, a record for a record, in their order.

    Args:
        source: JSON lines, CSV or Parquet by its ending, with ``id`` and ``text``. JSON lines and Parquet may hold
            ``turns`` (a list of ``{role, text}``, role ``seeker`` or ``supporter``) in the place of ``text``.
        target: The file to write, of the same kinds: ``id``, ``level``, ``history``, ``evidence`` (``start``, ``end``,
            ``rule``, ``confidence``; of a dialogue also ``turn``, counted from 0, and the verdict on every turn in
            ``turns``). Replaced where it exists; left as it is where the triage fails.
        model: Whether the trained model reads beside the rules.
        progress: Shown while it goes on.

    Raises:
        ConfigError: If an ending is another one, or both files are one.
        CurateError: If the file cannot be read, or a record has no id or text.
    """
    for file in (source, target):
        if file.suffix not in ENDINGS:
            raise ConfigError(
                f"the ending is none of {', '.join(ENDINGS)}", file=file, mend="Name the file with one of them."
            )
    if source.resolve() == target.resolve():
        raise ConfigError("is both read and written", file=source, mend="Give the result a name of its own.")
    done: list[dict[str, Any]] = []
    with progress("triage", None) as advance:
        for row, record in _records(source):
            done.append(_triaged(record, source, row, model))
            advance(1)
    if not done:
        raise CurateError("holds no records", file=source, mend="Fetch or export the file again.")
    _write(done, target)
    levels = Counter(record["level"] for record in done)
    return TriageResult(
        records=len(done),
        levels={level: levels[level] for level in LEVELS},
        history=sum(record["history"] for record in done),
    )


def _records(source: Path) -> Iterator[tuple[int, Any]]:
    """The records of the file with their places, counted from 1."""
    try:
        if source.suffix == ".parquet":
            rows = (row for batch in pq.ParquetFile(source).iter_batches() for row in batch.to_pylist())
            yield from enumerate(rows, start=1)
            return
        with source.open(encoding="utf-8-sig", newline="") as file:
            if source.suffix == ".csv":
                yield from enumerate(csv.DictReader(file, strict=True), start=1)
                return
            for row, line in enumerate(file, start=1):
                if line.strip():
                    yield row, _parsed(line, source, row)
    except FileNotFoundError:
        raise CurateError("is not there", file=source, mend="Check the path.") from None
    except UnicodeDecodeError:
        raise CurateError("is not UTF-8", file=source, mend="Save it as UTF-8.") from None
    except (csv.Error, pa.ArrowException) as error:
        raise CurateError(f"cannot be read as {source.suffix[1:]}", file=source, mend="Export it again.") from error


def _parsed(line: str, source: Path, row: int) -> Any:
    try:
        return json.loads(line)
    except ValueError:
        raise CurateError("is not JSON", file=source, row=row, mend="Write a JSON object on every line.") from None


def _triaged(record: Any, source: Path, row: int, model: bool) -> dict[str, Any]:
    def fault(what: str, field: str | None, mend: str) -> CurateError:
        return CurateError(what, file=source, row=row, field=field, mend=mend)

    if not isinstance(record, dict):
        raise fault("is no object with `id` and `text`", None, "Write {id, text} on every line.")
    if record.get("id") in (None, ""):
        raise fault("is missing", "id", "Give every record an id.")
    turns, text = record.get("turns"), record.get("text")
    if turns is None:
        if not isinstance(text, str):
            raise fault("is missing or no text", "text", "Give every record its text, or a dialogue its turns.")
        return {"id": record["id"], **_verdict(triage_message(text, model=model))}
    if not isinstance(turns, list) or not all(_is_turn(turn) for turn in turns):
        raise fault("is no list of {role, text}", "turns", f"A role is one of {', '.join(ROLES)}.")
    triaged = triage_turns([(turn["role"], turn["text"]) for turn in turns], model=model)
    evidence = [
        {"turn": place, **one._asdict()} for place, of_turn in enumerate(triaged.turns) for one in of_turn.evidence
    ]
    of_turns = [{"level": one.level, "history": one.history} for one in triaged.turns]
    return {"id": record["id"], **_verdict(triaged.whole), "evidence": evidence, "turns": of_turns}


def _is_turn(turn: Any) -> bool:
    return isinstance(turn, dict) and turn.get("role") in ROLES and isinstance(turn.get("text"), str)


def _verdict(triaged: Triaged) -> dict[str, Any]:
    return {
        "level": triaged.level,
        "history": triaged.history,
        "evidence": [one._asdict() for one in triaged.evidence],
    }


def _write(records: list[dict[str, Any]], target: Path) -> None:
    if target.suffix == ".jsonl":
        write_whole(target, "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records))
    elif target.suffix == ".csv":
        out = io.StringIO()
        writer = csv.DictWriter(out, ["id", "level", "history", "evidence"], extrasaction="ignore", lineterminator="\n")
        writer.writeheader()
        writer.writerows({**record, "evidence": json.dumps(record["evidence"])} for record in records)
        write_whole(target, out.getvalue())
    else:
        _write_parquet(records, target)


def _write_parquet(records: list[dict[str, Any]], target: Path) -> None:
    evidence = pa.list_(pa.struct([("turn", pa.int64()), *EVIDENCE]))
    turns = pa.list_(pa.struct([("level", pa.string()), ("history", pa.bool_())]))
    fields = [("level", pa.string()), ("history", pa.bool_()), ("evidence", evidence), ("turns", turns)]
    ids = pa.array([record["id"] for record in records])
    table = pa.Table.from_pylist(records, schema=pa.schema([("id", ids.type), *fields]))
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f".{target.name}.partial")
    try:
        pq.write_table(table, partial)
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)
