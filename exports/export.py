"""Approved items, and only these, as training files in a folder with a manifest."""

import csv
import hashlib
import io
import json
from pathlib import Path
from typing import Any

from curation import PARTS, Workspace
from curation.config import load_config
from curation.workspace import sha256_of, whole_folder
from exports.approved import approved
from exports.formats import FORMATS
from exports.messages import Messages, messages
from exports.tokens import token_counter
from schemas.errors import Refused, UsageError
from schemas.items import Strict
from schemas.release_config import ExportConfig

INDEX = "items.csv"
"""Which item each row of a training file comes from: part, row, item_id, content_hash."""


class TokenCounts(Strict):
    """Tokens of the conversations of one part."""

    tokens: int
    longest: int


class ExportResult(Strict):
    """What was exported, and what was not and why."""

    folder: str
    format: str
    build_id: str
    ledger_head: str
    """The hash that stands for the ledger when it was read."""
    withdrawals_head: str
    """The hash that stands for all withdrawals when they were read."""
    system_prompt: str | None
    """What every conversation begins with: the system prompt and the crisis policy."""
    examples: dict[str, int]
    """Examples in each part."""
    tokens: dict[str, TokenCounts] | None
    """By part, if a tokenizer was given."""
    left_out: dict[str, int]
    """Items that are not in it: by where they stand in the review, or why they teach nothing."""
    fingerprint: str
    """SHA-256 over the files."""
    sha256: dict[str, str]


def export(workspace: Workspace, format: str = "torchtune", *, tokenizer: Path | None = None) -> ExportResult:
    """Writes the approved items of the last build to ``exports/<format>/``, replacing what is there.

    Args:
        workspace: The workspace.
        format: A key of :data:`exports.formats.FORMATS`.
        tokenizer: A ``tokenizer.model`` or ``tokenizer.json``, to count tokens with.

    Raises:
        UsageError: If the format is not known.
        Refused: If no item is approved.
        CurateError: If there is no build, the ledger is broken, or the tokenizer cannot be read.
    """
    if format not in FORMATS:
        raise UsageError(f"there is no format '{format}'", mend=f"The formats are: {', '.join(FORMATS)}.")
    state = approved(workspace)
    config = load_config(workspace).export
    conversations: dict[str, list[tuple[dict[str, Any], Messages]]] = {part: [] for part in PARTS}
    left_out = {name: count for name, count in state.counts().items() if name != "approved" and count}
    for row in state.rows:
        said = messages(row, config.system_message)
        why = why_left_out(row, said, config)
        if why is None:
            conversations[row["split"]].append((row, said))
        else:
            left_out[why] = left_out.get(why, 0) + 1
    withdrawn = state.build.manifest.items - len(state.items)
    if withdrawn:
        left_out["withdrawn"] = withdrawn
    if not any(conversations.values()):
        raise Refused(
            f"no item of build {state.build.manifest.build_id} is approved, and only approved items are exported",
            mend="Write a sheet with `curate review sheet FILE`, and take it in with `curate review decide FILE`.",
        )
    counts = _token_counts(conversations, tokenizer) if tokenizer else None
    folder = workspace.exports / format
    with whole_folder(folder, replace=True) as partial:
        for part, found in conversations.items():
            _write_part(partial, part, format, [FORMATS[format](row, said) for row, said in found])
        (partial / INDEX).write_text(_index(conversations), encoding="utf-8")
        sums = {file.name: sha256_of(file) for file in sorted(partial.iterdir())}
        result = ExportResult(
            folder=workspace.relative(folder),
            format=format,
            build_id=state.build.manifest.build_id,
            ledger_head=state.ledger_head,
            withdrawals_head=state.withdrawn.head,
            system_prompt=config.system_message,
            examples={part: len(found) for part, found in conversations.items()},
            tokens=counts,
            left_out=left_out,
            fingerprint=hashlib.sha256(json.dumps(sums, sort_keys=True).encode()).hexdigest(),
            sha256=sums,
        )
        (partial / "manifest.json").write_text(result.model_dump_json(indent=2) + "\n", encoding="utf-8")
    return result


def why_left_out(row: dict[str, Any], said: Messages, config: ExportConfig) -> str | None:
    """The reason for which an approved item is not written into training files, if there is one."""
    if not any(one["role"] == "user" for one in said):
        return "without an exchange"
    if config.crisis_items == "leave_out" and row["risk_level"] in config.crisis_levels:
        return "of a crisis"
    if config.crisis_items == "leave_out" and row["risk_level"] is None:
        return "of a risk that was not read"
    return None


def _write_part(folder: Path, part: str, format: str, records: list[dict[str, Any]]) -> None:
    if format == "parquet":
        import pyarrow as pa
        import pyarrow.parquet as pq

        from exports.formats.parquet import SCHEMA

        pq.write_table(pa.Table.from_pylist(records, SCHEMA), folder / f"{part}.parquet", compression="zstd")
        return
    lines = "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)
    (folder / f"{part}.jsonl").write_text(lines, encoding="utf-8")


def _index(conversations: dict[str, list[tuple[dict[str, Any], Messages]]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["part", "row", "item_id", "content_hash"])
    for part, found in conversations.items():
        for number, (row, _) in enumerate(found, start=1):
            writer.writerow([part, number, row["item_id"], row["content_hash"]])
    return out.getvalue()


def _token_counts(
    conversations: dict[str, list[tuple[dict[str, Any], Messages]]], tokenizer: Path
) -> dict[str, TokenCounts]:
    count = token_counter(tokenizer)
    found = {}
    for part, of_part in conversations.items():
        counted = [count(said) for _, said in of_part]
        found[part] = TokenCounts(tokens=sum(counted), longest=max(counted, default=0))
    return found
