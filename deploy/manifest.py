"""``bundle.json``: all that an app has to know to run the model, and all that an auditor has to know of its making."""

import hashlib
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from curation.workspace import canonical_json
from schemas.errors import CurateError

FORMAT_VERSION: Literal[1] = 1
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
    begin_of_text: int
    start_header: int
    end_header: int
    end_of_turn: int
    stop: tuple[int, ...]
    ordinary_tokens: int
    """Ids from here on are special tokens: not to be shown, and never to be read from a user's text."""
    system_prompt: str | None
    """Content of the first turn, of role ``system``; none if the model was trained without one."""


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

    linear: Literal["8da4w"] = "8da4w"
    """Weights in 4 bits, activations in 8 bits, scaled as they come."""
    group_size: int = 32
    """Weights that share a scale."""
    embedding_bits: int = 8
    scales: Literal["hqq", "min-max"] = "hqq"
    """How the scales were chosen: to lose least (Badri and Shaji 2023), or by the extremes."""


class Parity(BaseModel):
    """The ``.pte`` against the unquantised model in torchtune, measured when the bundle was made.

    The difference is that of quantisation. No threshold is applied.
    """

    model_config = ConfigDict(frozen=True)

    reference: Literal["torchtune float32, unquantised"] = "torchtune float32, unquantised"
    positions: int
    """Next-token predictions compared, over a few fixed prompts."""
    top1_agreement: float
    """Share of them in which both put the same token first."""
    max_abs_logit_difference: float
    mean_kl: float
    """Kullback-Leibler divergence of the .pte's prediction from the reference's, in nats."""


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


class BundleManifest(BaseModel):
    """``bundle.json``."""

    model_config = ConfigDict(frozen=True)

    format_version: Literal[1] = FORMAT_VERSION
    name: str
    model: Literal["model.pte"] = "model.pte"
    tokenizer: Literal["tokenizer.model"] = "tokenizer.model"
    backend: Literal["xnnpack"] = "xnnpack"
    context: int
    """Tokens that conversation and reply may have together."""
    chat: ChatFormat
    sampling: SamplingDefaults
    quantisation: Quantisation
    parity: Parity
    lineage: Lineage
    versions: dict[str, str]
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


class BundleResult(BaseModel):
    """What ``deploy`` reports."""

    model_config = ConfigDict(frozen=True)

    path: Path
    model_bytes: int
    manifest: BundleManifest


def read_bundle(folder: Path) -> BundleManifest:
    """Reads ``bundle.json`` and verifies it and every file it names.

    Raises:
        CurateError: If the bundle is not there, incomplete, or not as it was made; names the file.
    """
    file = folder / BUNDLE
    if not file.is_file():
        raise CurateError("no bundle here: bundle.json is missing", file=folder, mend="Run `curate deploy RUN` first.")
    try:
        manifest = BundleManifest.model_validate_json(file.read_bytes())
    except ValidationError as error:
        raise CurateError("the bundle was changed after it was made", file=file, mend=_MEND) from error
    if not manifest.is_intact():
        raise CurateError("the bundle was changed after it was made", file=file, mend=_MEND)
    for name, expected in manifest.files.items():
        part = folder / name
        if not part.is_file():
            raise CurateError("a file of the bundle is missing", file=part, mend=_MEND)
        with part.open("rb") as stream:
            found = hashlib.file_digest(stream, "sha256").hexdigest()
        if found != expected:
            raise CurateError("the file was changed after the bundle was made", file=part, mend=_MEND)
    return manifest
