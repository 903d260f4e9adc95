"""``curate.yaml``: what a workspace is to do. One model a concern; unknown keys are refused."""

import re
from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator, model_validator

from schemas.items import Origin, Role
from schemas.language import is_supported
from schemas.licenses import spdx

Format = Literal["jsonl", "json", "csv", "tsv", "parquet", "dataset"]
Kind = Literal["qa", "dialogue"]
FieldPath = str
"""A path into a record: ``answer``, ``meta.topic``, ``turns.0.text``; ``.`` is the record itself."""


class Section(BaseModel):
    """A part of the configuration."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class TurnMapping(Section):
    """How the turns of a dialogue are found in a record, or in the rows of a table that has a turn a row."""

    path: FieldPath = "turns"
    """Where the list of turns is. Not used with ``group_by``."""
    group_by: FieldPath | None = None
    """For tables of one turn a row: the field that names the dialogue. Its rows become one record."""
    order_by: FieldPath | None = None
    """For tables of one turn a row: the field that orders the turns; numbers are ordered as numbers."""
    role: FieldPath | None = "role"
    """Who speaks. Leave it empty (null) where turns only alternate; the first is then ``first``'s."""
    first: Role = "seeker"
    text: FieldPath = "text"
    strategy: FieldPath | None = None
    emotion: FieldPath | None = None
    roles: dict[str, Role] = {}
    """The source's names for the speakers -> ``seeker`` or ``supporter``."""
    merge: bool = False
    """Whether neighbouring turns of one speaker become one turn, joined by a line break."""


class Mapping(Section):
    """Which field of a record goes where. A list of paths is joined by a blank line, each text once."""

    key: FieldPath | None = None
    """The record's own key, unique in its source. Without one, the record's place in the file is its key."""
    question: FieldPath | list[FieldPath] | None = None
    answer: FieldPath | list[FieldPath] | None = None
    turns: TurnMapping | None = None
    topic: FieldPath | None = None
    locator: FieldPath | None = None
    parent: FieldPath | None = None
    """What the record is a part of: records with the same parent stay in one part of a split."""


_SOURCE_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


class SourceConfig(Section):
    """One source of records."""

    id: str
    """A short name of lower-case letters, digits and hyphens. Item ids begin with it: do not change it later."""
    preset: str | None = None
    """Take what is not said here from a preset; ``curate presets`` lists them."""
    path: str | None = None
    """A file, or a folder saved by ``datasets``, relative to the workspace."""
    dataset: str | None = None
    """The id of a dataset on the Hugging Face hub. Fetched over the network, since you ask for it here."""
    revision: str | None = None
    """The commit of that dataset; needed, for a build must be repeatable."""
    split: str = "train"
    format: Format | None = None
    """By the ending of ``path`` where it is not given."""
    encoding: str = "utf-8"
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] | None = None
    quoting: bool = True
    """Whether quotation marks enclose fields that hold the delimiter (delimited text alone)."""
    kind: Kind
    map: Mapping
    language: str = "en"
    license: Annotated[str, AfterValidator(spdx)]
    citation: str | None = None
    collected: date | None = None
    consent: str | None = None
    origin: Origin
    generator: str | None = None
    cleaning: list[str] = []
    """Cleaning rules for this source beside the general ones, such as ``task_chatter``."""

    @field_validator("id")
    @classmethod
    def _plain_id(cls, value: str) -> str:
        if not _SOURCE_ID.fullmatch(value):
            raise ValueError("must be lower-case letters, digits and hyphens, at most 40")
        return value

    @field_validator("language")
    @classmethod
    def _known_language(cls, value: str) -> str:
        if not is_supported(value):
            raise ValueError("is a language that the checks do not know")
        return value

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if (self.path is None) == (self.dataset is None):
            raise ValueError("give either path or dataset")
        if self.dataset is not None and self.revision is None:
            raise ValueError("a dataset of the hub needs its revision (a commit), so that a build can be repeated")
        if self.kind == "qa" and (self.map.question is None or self.map.answer is None):
            raise ValueError("kind 'qa' needs map.question and map.answer")
        if self.kind == "dialogue" and self.map.turns is None:
            raise ValueError("kind 'dialogue' needs map.turns")
        if self.origin == "generated" and not self.generator:
            raise ValueError("origin 'generated' needs generator: which program wrote it")
        return self


class DedupConfig(Section):
    """When two items count as one, and which pairs a person is asked about."""

    near: bool = True
    """Whether near-duplicates are looked for beside exact ones."""
    threshold: float = Field(default=80.0, ge=50, le=100)
    """The least score (0 to 100) of a pair of which one is removed, if no word speaks against it."""
    grey_threshold: float = Field(default=70.0, ge=50, le=100)
    """The least score of a pair that is shown to a reviewer, and that stays in one part of the split."""
    terms: bool = True
    """Whether the lists of disorders, drugs, relations and opposites are used beside the general rules."""
    same_answer: Literal["keep", "remove"] = "keep"
    """What becomes of the same answer under another question; it is reported either way."""

    model: str | None = None
    """The folder of a sentence-transformers model that finds paraphrases as well; their pairs are shown, never removed.
    """
    model_threshold: float = Field(default=92.0, ge=50, le=100)
    """The least similarity of the embeddings of a paraphrase (cosine, in per cent)."""

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.grey_threshold > self.threshold:
            raise ValueError("grey_threshold must not be above threshold")
        return self


class PIIConfig(Section):
    """What personal data is looked for and what stands in its place."""

    regions: list[str] = ["US", "GB", "CA", "AU", "IN"]
    """Regions (ISO 3166 codes) whose telephone numbers are known."""
    keep: list[str] = []
    """Further texts that are never masked, such as a service's own line. Compared by their letters and digits."""


class TriageConfig(Section):
    """How risk is recognised for the order of the review queue."""

    enabled: bool = True


class SplitConfig(Section):
    """The parts of the dataset, as shares that add up to 1."""

    train: float = Field(default=0.8, ge=0, le=1)
    validation: float = Field(default=0.1, ge=0, le=1)
    test: float = Field(default=0.1, ge=0, le=1)
    seed: int = 0

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if abs(self.train + self.validation + self.test - 1) > 1e-9:
            raise ValueError("train, validation and test must add up to 1")
        return self


class WorkspaceConfig(Section):
    """The whole of ``curate.yaml``."""

    name: str = Field(min_length=1)
    """The dataset's name."""
    sources: list[SourceConfig] = Field(min_length=1)
    dedup: DedupConfig = DedupConfig()
    pii: PIIConfig = PIIConfig()
    triage: TriageConfig = TriageConfig()
    split: SplitConfig = SplitConfig()

    @field_validator("sources")
    @classmethod
    def _ids_differ(cls, sources: list[SourceConfig]) -> list[SourceConfig]:
        seen: set[str] = set()
        for source in sources:
            if source.id in seen:
                raise ValueError(f"two sources have the id '{source.id}'")
            seen.add(source.id)
        return sources


Raw = dict[str, Any]
"""Configuration as YAML gives it, before it is validated."""
