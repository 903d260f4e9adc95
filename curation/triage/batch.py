"""Triage of a file of texts, alone: what ``curate triage IN OUT`` does."""

import csv
import io
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from curation.progress import Progress, silent
from curation.rows import Row, check_apart, ending_of, read_rows
from curation.triage.dialogue import triage_message, triage_turns
from curation.triage.evidence import Triaged
from curation.triage.levels import LEVELS
from curation.workspace import whole_file, write_whole
from schemas.errors import CurateError
from schemas.items import Strict

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
        UsageError: If an ending is another one, or both files are one.
        CurateError: If the file cannot be read, or a record has no id or text.
    """
    ending_of(target)
    check_apart([source], [target])
    done: list[Row] = []
    with progress("triage", None) as advance:
        for row, record in read_rows(source, turns=True):
            done.append(_triaged(record, source, row, model))
            advance(1)
    _write(done, target)
    levels = Counter(record["level"] for record in done)
    return TriageResult(
        records=len(done),
        levels={level: levels[level] for level in LEVELS},
        history=sum(record["history"] for record in done),
    )


def _triaged(record: Row, source: Path, row: int, model: bool) -> Row:
    turns = record.get("turns")
    if turns is None:
        return {"id": record["id"], **_verdict(triage_message(record["text"], model=model))}
    if not isinstance(turns, list) or not all(_is_turn(turn) for turn in turns):
        mend = f"A role is one of {', '.join(ROLES)}."
        raise CurateError("is no list of {role, text}", file=source, row=row, field="turns", mend=mend)
    triaged = triage_turns([(turn["role"], turn["text"]) for turn in turns], model=model)
    evidence = [
        {"turn": place, **one._asdict()} for place, of_turn in enumerate(triaged.turns) for one in of_turn.evidence
    ]
    of_turns = [{"level": one.level, "history": one.history} for one in triaged.turns]
    return {"id": record["id"], **_verdict(triaged.whole), "evidence": evidence, "turns": of_turns}


def _is_turn(turn: Any) -> bool:
    return isinstance(turn, dict) and turn.get("role") in ROLES and isinstance(turn.get("text"), str)


def _verdict(triaged: Triaged) -> Row:
    return {
        "level": triaged.level,
        "history": triaged.history,
        "evidence": [one._asdict() for one in triaged.evidence],
    }


def _write(records: list[Row], target: Path) -> None:
    if ending_of(target) == ".jsonl":
        write_whole(target, "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records))
    elif ending_of(target) == ".csv":
        out = io.StringIO()
        writer = csv.DictWriter(out, ["id", "level", "history", "evidence"], extrasaction="ignore", lineterminator="\n")
        writer.writeheader()
        writer.writerows({**record, "evidence": json.dumps(record["evidence"])} for record in records)
        write_whole(target, out.getvalue())
    else:
        _write_parquet(records, target)


def _write_parquet(records: list[Row], target: Path) -> None:
    evidence = pa.list_(pa.struct([("turn", pa.int64()), *EVIDENCE]))
    turns = pa.list_(pa.struct([("level", pa.string()), ("history", pa.bool_())]))
    fields = [("level", pa.string()), ("history", pa.bool_()), ("evidence", evidence), ("turns", turns)]
    named = [{**record, "id": str(record["id"])} for record in records]
    table = pa.Table.from_pylist(named, schema=pa.schema([("id", pa.string()), *fields]))
    with whole_file(target) as partial:
        pq.write_table(table, partial)
