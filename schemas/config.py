"""``curate.yaml``: what a workspace is to do. One model a concern; unknown keys are refused."""

import re
from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, field_validator, model_validator

from schemas.items import Origin, Role, Strict
from schemas.language import is_supported
from schemas.licenses import spdx
from schemas.release_config import ExportConfig, ReleaseConfig
from schemas.review_config import ReviewConfig

Format = Literal["jsonl", "json", "csv", "tsv", "parquet", "dataset"]
Kind = Literal["qa", "dialogue"]
FieldPath = str
"""A path into a record: ``answer``, ``meta.topic``, ``turns.0.text``; ``.`` is the record itself."""


class Section(Strict):
    """A part of the configuration."""


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
    """Who speaks first where ``role`` is null."""
    text: FieldPath = "text"
    """What is said."""
    strategy: FieldPath | None = None
    """The support strategy of the turn, where the source has it annotated."""
    emotion: FieldPath | None = None
    """The emotion of the turn, where the source has it annotated."""
    roles: dict[str, Role] = {}
    """The source's names for the speakers -> ``seeker`` or ``supporter``."""
    merge: bool = False
    """Whether neighbouring turns of one speaker become one turn, joined by a line break."""


class Mapping(Section):
    """Which field of a record goes where. A list of paths is joined by a blank line, each text once."""

    key: FieldPath | None = None
    """The record's own key, unique in its source. Without one, the record's place in the file is its key."""
    question: FieldPath | list[FieldPath] | None = None
    """What is asked. For kind ``qa``."""
    answer: FieldPath | list[FieldPath] | None = None
    """What is answered. For kind ``qa``."""
    turns: TurnMapping | None = None
    """Who says what. For kind ``dialogue``."""
    topic: FieldPath | None = None
    """What it is about, as the source labels it."""
    locator: FieldPath | None = None
    """The place inside a longer text, such as a chapter or a page."""
    parent: FieldPath | None = None
    """What the record is a part of: records with the same parent stay in one part of a split."""
    passage: FieldPath | None = None
    """The passage that the answer was made from: a reviewer sees it, and the answer is checked against it."""
    passage_id: FieldPath | None = None
    """What that passage is called."""
    quotes: FieldPath | None = None
    """The sentences of the passage that support the answer, word for word: a list of texts; for a dialogue a list of
    such lists, one for each turn of the supporter."""
    generator: FieldPath | None = None
    """Which program wrote the record, where not all of a source are of one."""
    prompt: FieldPath | None = None
    """The version of the prompt that the program was given."""


Reader = Literal["student", "patient", "practitioner"]
"""Whom a generated answer is written for."""
QuestionType = Literal["definition", "explanation", "comparison", "application"]
"""What a generated question asks for."""


class GenerateConfig(Section):
    """How `curate generate` makes questions and answers of texts."""

    by: Literal["extraction", "endpoint"] = "extraction"
    """``extraction`` takes the texts' own glossaries and review questions and sends nothing anywhere; ``endpoint``
    asks a language model."""
    passage_tokens: int = Field(default=300, ge=50, le=4_000)
    """The longest passage, in tokens of a model of the Llama 3 family, about."""
    base_url: str | None = Field(default=None, pattern=r"^https?://[^\s@]+$")
    """Where the model is: the address of an OpenAI-compatible server, such as http://127.0.0.1:8080/v1. There is no
    default: without it nothing leaves the machine."""
    model: str | None = Field(default=None, pattern=r"^[\w.:/@+-]{1,120}$")
    """What the server calls the model."""
    prompt: str | None = None
    """A prompt of your own: a file that ends in ``.md``, relative to the workspace. Without it, that of the kind."""
    questions: int = Field(default=3, ge=1, le=20)
    """Questions a passage; for kind ``dialogue`` a conversation a passage has about ten."""
    readers: list[Reader] = Field(default=["student", "patient", "practitioner"], min_length=1)
    """Whom answers are written for, in turn."""
    types: list[QuestionType] = Field(default=["definition", "explanation", "comparison", "application"], min_length=1)
    """What is asked for, in turn."""
    temperature: float = Field(default=0.7, ge=0, le=2)
    """How freely the model draws; it is recorded with each answer."""
    seed: int = 0
    """Given to the server with each request; another seed gives other answers, where the server heeds it."""
    answer_tokens: int = Field(default=1_500, ge=100, le=32_000)
    """The most tokens of one reply."""
    concurrency: int = Field(default=4, ge=1, le=64)
    """Requests under way at once."""
    timeout_seconds: float = Field(default=120, gt=0, le=3_600)
    """How long a reply may take."""
    attempts: int = Field(default=4, ge=1, le=20)
    """Requests a passage at most, within one run."""
    max_requests: int | None = Field(default=None, ge=1)
    """The most requests for this source in all, over all runs."""
    max_tokens: int | None = Field(default=None, ge=1)
    """The most tokens for this source in all, sent and received, over all runs."""


_OF_TEXTS: dict[str, Any] = {
    "key": "id",
    "topic": "topic",
    "locator": "locator",
    "parent": "passage_id",
    "passage": "passage",
    "passage_id": "passage_id",
    "quotes": "quotes",
    "generator": "generator",
    "prompt": "prompt",
}
"""The mapping of what `curate generate` writes."""

_SOURCE_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


def generated_path(source_id: str) -> str:
    """Where `curate generate` writes the records of a source, relative to the workspace."""
    return f"generated/{source_id}/items.jsonl"


class SourceConfig(Section):
    """One source of records."""

    id: str
    """A short name of lower-case letters, digits and hyphens. Item ids begin with it: do not change it later."""
    preset: str | None = None
    """Take what is not said here from a preset; ``curate presets`` lists them."""
    path: str | None = None
    """A file, or a folder saved by ``datasets``, relative to the workspace; or an address, such as ``s3://bucket/key``.
    """
    texts: str | None = None
    """A book or a folder of books, relative to the workspace, from which ``curate generate`` makes the records. With
    it, ``path``, ``map`` and ``origin`` are not given: they follow from ``generate``."""
    generate: GenerateConfig | None = None
    """How the records are made of ``texts``."""
    dataset: str | None = None
    """The id of a dataset on the Hugging Face hub. Fetched over the network, since you ask for it here."""
    revision: str | None = Field(default=None, pattern=r"^[0-9a-f]{40}$")
    """The commit of that dataset, 40 hexadecimal digits: a branch moves, and a build must be repeatable."""
    split: str = "train"
    """The part of a dataset of the hub, or of a folder saved by ``datasets``, that is read."""
    format: Format | None = None
    """By the ending of ``path`` where it is not given."""
    encoding: str = "utf-8"
    """How the file's characters are written as bytes, such as ``cp1252``; a byte-order mark outweighs it."""
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] | None = None
    """What stands between the fields of delimited text; by the format where it is not given."""
    quoting: bool = True
    """Whether quotation marks enclose fields that hold the delimiter (delimited text alone)."""
    kind: Kind
    """What a record becomes: ``qa`` (a question and its answer) or ``dialogue``."""
    map: Mapping
    """Which field of a record goes where."""
    language: str = "en"
    """The language of the texts, a BCP 47 tag."""
    license: Annotated[str, AfterValidator(spdx)]
    """The licence of the texts, an SPDX expression; ``LicenseRef-NAME`` for terms of one's own."""
    citation: str | None = None
    """How the source asks to be cited."""
    collected: date | None = None
    """When the texts were collected."""
    consent: str | None = None
    """On what basis the people in the texts agreed to this use."""
    origin: Origin
    """Whether humans wrote the texts or a program generated them."""
    generator: str | None = None
    """Which program, where one did."""
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

    @model_validator(mode="before")
    @classmethod
    def _of_texts(cls, raw: Any) -> Any:
        """Fills in what follows from ``texts``."""
        if not isinstance(raw, dict) or raw.get("texts") is None:
            return raw
        how = raw.get("generate") or {}
        by_endpoint = isinstance(how, dict) and how.get("by") == "endpoint"
        kind = raw.get("kind")
        content: dict[str, Any] = {"turns": {}} if kind == "dialogue" else {"question": "question", "answer": "answer"}
        follows = {
            "path": generated_path(str(raw.get("id"))),
            "map": {**_OF_TEXTS, **content},
            "origin": "generated" if by_endpoint else "human",
            "generator": "curate generate" if by_endpoint else None,
        }
        for key in ("path", "dataset", "map", "origin", "generator"):
            # A configuration that was filled in already, as a manifest holds it, may be read again.
            if raw.get(key) is not None and key != "map" and raw[key] != follows.get(key):
                raise ValueError(f"with texts, {key} is not given: it follows from them")
        return {**raw, "generate": how, **follows}

    @model_validator(mode="after")
    def _texts_alone(self) -> Self:
        if self.generate is not None and self.texts is None:
            raise ValueError("generate needs texts: the book or the folder that it reads")
        if self.texts is not None and self.kind == "dialogue" and self.generate and self.generate.by == "extraction":
            raise ValueError("books hold questions, not dialogues: give kind 'qa', or generate by 'endpoint'")
        return self

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if (self.path is None) == (self.dataset is None):
            raise ValueError("give one of path, texts and dataset")
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
    mode: Literal["placeholder", "surrogate", "remove"] = "placeholder"
    """What stands for what is masked: ``[PERSON_1]``, an invented value of the same kind, or nothing."""
    model: str = Field(default="embedded", pattern=r"^(embedded|none|(spacy|gliner|transformers):.+)$")
    """What finds names: ``embedded``, ``none``, or what is installed: ``spacy:NAME``, ``gliner:PATH``,
    ``transformers:PATH``."""

    @field_validator("regions")
    @classmethod
    def _known_regions(cls, regions: list[str]) -> list[str]:
        from phonenumbers import SUPPORTED_REGIONS

        known = [region.upper() for region in regions]
        for region in known:
            if region not in SUPPORTED_REGIONS:
                near = " (did you mean GB?)" if region == "UK" else ""
                raise ValueError(f"there is no region '{region}'{near}: write ISO 3166 codes, such as US or GB")
        return known


class TriageConfig(Section):
    """How risk is recognised for the order of the review queue."""

    enabled: bool = True
    model: bool = True
    """Whether the small trained model reads beside the phrases. It notices more, and takes longer."""
    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")] | None = None
    """Where the people are whom the dataset is for (ISO 3166). An answer that gives only helplines of other countries
    is flagged. Without it, the region of an item's language counts (``en-GB``), where it has one."""


class SplitConfig(Section):
    """The parts of the dataset, as shares that add up to 1."""

    train: float = Field(default=0.8, ge=0, le=1)
    """The share that a model is trained on."""
    validation: float = Field(default=0.1, ge=0, le=1)
    """The share that training is steered by."""
    test: float = Field(default=0.1, ge=0, le=1)
    """The share that a finished model is measured on."""
    seed: int = 0
    """Another seed draws another split."""

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
    """What is read, in this order."""
    dedup: DedupConfig = DedupConfig()
    """When two items count as one."""
    pii: PIIConfig = PIIConfig()
    """What personal data is looked for."""
    triage: TriageConfig = TriageConfig()
    """How risk is recognised."""
    split: SplitConfig = SplitConfig()
    """The parts of the dataset."""
    review: ReviewConfig = ReviewConfig()
    """Who decides on items, and when one counts as approved. A build does not depend on it."""
    export: ExportConfig = ExportConfig()
    """What training files say beside the items. A build does not depend on it."""
    release: ReleaseConfig = ReleaseConfig()
    """What a release says of itself, and what it is held to. A build does not depend on it."""

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
