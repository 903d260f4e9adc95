"""Exported training files to tokenised samples.

An export is a folder with ``train.jsonl``, perhaps ``validation.jsonl`` and ``test.jsonl``, and ``manifest.json``. A
line is ``{"item_id", "content_hash", "messages": [{"role", "content"}, ...]}``.
"""

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from curation.workspace import sha256_of
from finetune.chat import Chat, Turn
from schemas.errors import CurateError

Split = Literal["train", "validation", "test"]

_EXPORT = "Run `curate export --format torchtune` and give the folder that it writes."
_EXPORT_AGAIN = "Run `curate export --format torchtune` again; it writes lines that hold."


class ExportManifest(BaseModel):
    """What training has to know of an export."""

    model_config = ConfigDict(frozen=True)

    format: Literal["torchtune"]
    fingerprint: str = Field(pattern=r"^[0-9a-f]{8,}$")
    build_id: str = Field(min_length=1)
    ledger_head: str = Field(pattern=r"^[0-9a-f]{64}$")
    """Stands for all decisions up to the export."""
    sha256: dict[str, str]
    """Of each file of a split."""


class Message(BaseModel):
    """A turn as exported."""

    model_config = ConfigDict(frozen=True, strict=True)

    role: Literal["system", "user", "assistant"]
    content: str = Field(pattern=r"\S")


class Conversation(BaseModel):
    """A line of an export: one item that was approved."""

    model_config = ConfigDict(frozen=True, strict=True)

    item_id: str = Field(min_length=1)
    content_hash: str = Field(min_length=1)
    messages: list[Message] = Field(min_length=1)


class Sample(NamedTuple):
    """A conversation, tokenised.

    Args:
        item_id: The item it comes from.
        content_hash: Of the text that was approved.
        ids: Token ids, at most ``max_sequence_length``.
        in_loss: For each id, whether predicting it is trained.
        tokens_cut: How many tokens lie beyond ``max_sequence_length``; without ids if it was left out for that.
    """

    item_id: str
    content_hash: str
    ids: list[int]
    in_loss: list[bool]
    tokens_cut: int

    @property
    def is_trainable(self) -> bool:
        """Whether any token of an assistant is left after cutting; the first token of a sample is never predicted."""
        return any(self.in_loss[1:])


def read_manifest(export: Path) -> ExportManifest:
    """Reads an export's ``manifest.json``.

    Raises:
        CurateError: If the folder is no export in torchtune's format, an incomplete one, or one that was changed.
    """
    file = export / "manifest.json"
    if not file.is_file():
        raise CurateError("not an export: its manifest is missing", file=file, mend=_EXPORT)
    try:
        manifest = ExportManifest.model_validate_json(file.read_bytes())
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        key = ".".join(str(part) for part in first["loc"]) or None
        raise CurateError(first["msg"], file=file, field=key, mend=_EXPORT) from error
    _check_files(export, manifest)
    return manifest


def _check_files(export: Path, manifest: ExportManifest) -> None:
    """Only what was approved may be trained on: the files are those that the export wrote, all of them."""
    for name in sorted({*manifest.sha256, *(path.name for path in export.glob("*.jsonl"))}):
        file = export / name
        if not file.is_file() or sha256_of(file) != manifest.sha256.get(name):
            raise CurateError("was changed after the export, added to it, or is missing", file=file, mend=_EXPORT)


def read_conversations(export: Path, split: Split) -> list[Conversation]:
    """Reads one split; a file that is absent or empty is an empty split.

    Raises:
        CurateError: On the first line that does not hold: file, row and field, never the text.
    """
    file = export / f"{split}.jsonl"
    if not file.is_file():
        return []
    conversations = []
    with file.open("rb") as lines:
        for row, line in enumerate(lines, start=1):
            if line.strip():
                conversations.append(_parse(line, file, row))
    return conversations


def _parse(line: bytes, file: Path, row: int) -> Conversation:
    try:
        record = json.loads(line)
    except ValueError:  # "from None" here and below: the errors behind these carry the text of the line
        raise CurateError("not a line of JSON", file=file, row=row, mend=_EXPORT_AGAIN) from None
    try:
        conversation = Conversation.model_validate(record)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        field = ".".join(str(part) for part in first["loc"]) or None
        what = "empty text" if first["type"] == "string_pattern_mismatch" else first["msg"]
        raise CurateError(what, file=file, row=row, field=field, mend=_EXPORT_AGAIN) from None
    for i, message in enumerate(conversation.messages):
        if message.role == "system" and i > 0:
            raise CurateError(
                "a system message after the first", file=file, row=row, field=f"messages.{i}.role", mend=_EXPORT_AGAIN
            )
    if not any(message.role == "assistant" for message in conversation.messages):
        raise CurateError(
            "no assistant message to learn from", file=file, row=row, field="messages", mend=_EXPORT_AGAIN
        )
    return conversation


def tokenise(
    conversations: Sequence[Conversation],
    chat: Chat,
    max_sequence_length: int,
    long: Literal["refuse", "drop", "cut"] = "cut",
) -> list[Sample]:
    """Tokenises conversations; of those with more than ``max_sequence_length`` tokens nothing or the beginning is kept.

    Raises:
        CurateError: If there are such and ``long`` is ``refuse``; names the first.
    """
    samples = []
    for conversation in conversations:
        ids, in_loss = chat.encode([Turn(m.role, m.content) for m in conversation.messages])
        beyond = max(0, len(ids) - max_sequence_length)
        kept = 0 if beyond and long == "drop" else max_sequence_length
        samples.append(Sample(conversation.item_id, conversation.content_hash, ids[:kept], in_loss[:kept], beyond))
    too_long = [sample for sample in samples if sample.tokens_cut]
    if too_long and long == "refuse":
        raise CurateError(
            f"{len(too_long)} of {len(samples)} conversations have more than {max_sequence_length} tokens, "
            f"the first is {too_long[0].item_id}",
            mend="Raise max_sequence_length, or set long_conversations=drop to leave them out (cut: to cut them off).",
        )
    return samples


def common_system_prompt(conversations: Sequence[Conversation]) -> str | None:
    """The system message that most conversations begin with, or none if most begin without that one.

    The deployed model has to be given what it was trained with.
    """
    first = Counter(c.messages[0].content for c in conversations if c.messages[0].role == "system")
    if not first:
        return None
    prompt, count = first.most_common(1)[0]
    return prompt if 2 * count > len(conversations) else None
