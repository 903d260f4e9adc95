"""``bundle.json``: all that an app has to know to run the model, and all that an auditor has to know of its making."""

import hashlib
import json
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from curation.workspace import canonical_json, sha256_of
from deploy.agreement import Parity
from deploy.safety.figures import Figures
from schemas.errors import CurateError

FORMAT_VERSION: Literal[3] = 3
BUNDLE = "bundle.json"

_MEND = "Run `curate deploy` again, or copy the bundle again from where it was made."


class ChatFormat(BaseModel):
    """How a conversation becomes token ids.

    ``begin_of_text``, then for each turn ``start_header``, the role as text, ``end_header``, two newlines, the content
    without surrounding white space, ``end_of_turn``; at the end the header of an assistant's turn, which the model
    continues until it says one of ``stop``.
    """

    model_config = ConfigDict(frozen=True)

    name: Literal["llama3"] = "llama3"
    begin: str = "<|begin_of_text|>"
    """The same in text, for runners that read special tokens in it: what stands before the first turn,"""
    turn: str = "<|start_header_id|>{role}<|end_header_id|>\n\n{content}<|eot_id|>"
    """a turn,"""
    reply: str = "<|start_header_id|>assistant<|end_header_id|>\n\n"
    """what the model's turn begins with,"""
    end: str = "<|eot_id|>"
    """and what ends it."""
    begin_of_text: int
    start_header: int
    end_header: int
    end_of_turn: int
    stop: tuple[int, ...]
    ordinary_tokens: int
    """Ids from here on are special tokens: not to be shown, and never to be read from a user's text."""
    special_tokens: tuple[str, ...]
    """Their spellings, in the order of their ids."""
    system_prompt: str | None
    """Content of the first turn, of role ``system``; none if the model was trained without one."""
    replace_in_messages: tuple[str, str] = ("<|", "< |")
    """In what a user says, the first is replaced by the second before it is encoded: ExecuTorch's tokenizer reads
    ``<|eot_id|>`` and its like as the special tokens that they spell, by which a user could speak as the system."""


class SamplingDefaults(BaseModel):
    """How the next token is chosen unless the caller says otherwise: values of Llama-3.2-1B-Instruct's own
    ``generation_config.json``."""

    model_config = ConfigDict(frozen=True)

    temperature: float = 0.6
    top_p: float = 0.9
    max_new_tokens: int = 256


class Quantisation(BaseModel):
    """How the weights are stored in the ``.pte``."""

    model_config = ConfigDict(frozen=True)

    linear: Literal["8da4w", "bf16", "fp32"] = "8da4w"
    """``8da4w``: weights in 4 bits, activations in 8 bits, scaled as they come. The others are for comparison."""
    group_size: int = 32
    """Weights that share a scale (8da4w)."""
    embedding_bits: int = 8
    """(8da4w.)"""
    scales: Literal["hqq", "min-max"] = "hqq"
    """How the scales were chosen: to lose least (Badri and Shaji 2023), or by the extremes (8da4w)."""
    adapter_apart: bool = False
    """Whether the adapter is in float32 beside the rounded base, as it was trained."""

    @property
    def words(self) -> str:
        """For people."""
        if self.linear != "8da4w":
            return f"{self.linear}, not quantised"
        words = f"8da4w in groups of {self.group_size} ({self.scales} scales), embeddings in {self.embedding_bits} bits"
        return f"{words}, the adapter apart in float32" if self.adapter_apart else words


class Lineage(BaseModel):
    """What the bundle was made from, by fingerprint."""

    model_config = ConfigDict(frozen=True)

    run: str
    run_fingerprint: str
    method: str
    base_model: str
    base_model_fingerprint: str
    export_fingerprint: str
    build_id: str
    ledger_head: str
    release: str | None = None
    """The release that the training files are of, where they are of one."""


class BundleManifest(BaseModel):
    """``bundle.json``."""

    model_config = ConfigDict(frozen=True)

    format_version: Literal[3] = FORMAT_VERSION
    name: str
    model: Literal["model.pte"] = "model.pte"
    tokenizer: Literal["tokenizer.model"] = "tokenizer.model"
    safety: Literal["safety.json"] = "safety.json"
    backend: Literal["xnnpack"] = "xnnpack"
    context: int
    """Tokens that conversation and reply may have together."""
    chat: ChatFormat
    sampling: SamplingDefaults
    quantisation: Quantisation
    logits: Literal["last", "all"] = "last"
    """After which of a call's tokens the model gives logits. ``all`` is for evaluation, not for a phone: larger in
    memory and no faster in speaking."""
    memory_bytes: int
    """What loading it and filling its context took, beside the program itself."""
    lineage: Lineage
    licence: str
    """An SPDX expression, of the model; the texts that it was trained on keep theirs."""
    versions: dict[str, str]
    """Of the packages that made it; the runtime must not be older than ``executorch``."""
    files: dict[str, str]
    """SHA-256 of every other file in the bundle."""
    fingerprint: str = ""
    """SHA-256 over all of the above."""

    def sealed(self) -> "BundleManifest":
        """The same manifest with its fingerprint filled in."""
        return self.model_copy(update={"fingerprint": self._digest()})

    def is_intact(self) -> bool:
        """Whether nothing was changed since the manifest was sealed."""
        return self.fingerprint == self._digest()

    def _digest(self) -> str:
        content = self.model_dump(mode="json", exclude={"fingerprint"})
        return hashlib.sha256(canonical_json(content).encode()).hexdigest()

    def as_text(self) -> str:
        """As it stands in the file."""
        return self.model_dump_json(indent=2) + "\n"


class BundleResult(BaseModel):
    """What ``deploy`` reports."""

    model_config = ConfigDict(frozen=True)

    path: Path
    model_bytes: int
    parity: Parity
    safety: Figures
    manifest: BundleManifest


def read_bundle(folder: Path) -> BundleManifest:
    """Reads ``bundle.json`` and verifies it and every file it names, byte by byte.

    This finds what went wrong on the way, not who wanted it to: against an attacker a bundle needs the app's signature.

    Raises:
        CurateError: If the bundle is not there, incomplete, of another version or not as it was made; names the file.
    """
    file = folder / BUNDLE
    if not file.is_file():
        raise CurateError("no bundle here: bundle.json is missing", file=folder, mend="Run `curate deploy RUN` first.")
    content = file.read_bytes()
    _check_version(content, file)
    try:
        manifest = BundleManifest.model_validate_json(content)
    except ValidationError:
        raise CurateError("the bundle was changed after it was made", file=file, mend=_MEND) from None
    # The fingerprint is of what the file says, and the comparison of how it says it: no byte of it is left out.
    if not manifest.is_intact() or manifest.as_text().encode() != content:
        raise CurateError("the bundle was changed after it was made", file=file, mend=_MEND)
    for name, expected in manifest.files.items():
        part = folder / name
        if not part.is_file():
            raise CurateError("a file of the bundle is missing", file=part, mend=_MEND)
        if sha256_of(part) != expected:
            raise CurateError("the file was changed after the bundle was made", file=part, mend=_MEND)
    return manifest


def _check_version(content: bytes, file: Path) -> None:
    """A bundle of another version is no damaged one, and has another mend."""
    try:
        found = json.loads(content)["format_version"]
    except (ValueError, KeyError, TypeError):
        return
    if isinstance(found, int) and found != FORMAT_VERSION:
        mend = "Run `curate deploy` again with this version." if found < FORMAT_VERSION else "Install a newer version."
        raise CurateError(f"a bundle of format {found}; this version reads {FORMAT_VERSION}", file=file, mend=mend)
