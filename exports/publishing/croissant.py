"""``croissant.json``: the release for programs that look for data (Croissant 1.1 with its Responsible-AI vocabulary).

Specifications: https://docs.mlcommons.org/croissant/docs/croissant-spec-1.1.html and croissant-rai-spec.html. What is
written is checked by mlcroissant before a release appears.
"""

import json
from pathlib import Path
from typing import Any

import pyarrow as pa

from curation.workspace import sha256_of
from exports.licences import known_terms
from exports.publishing.data import ITEMS
from exports.publishing.measured import Measured
from exports.shelf import data_file
from schemas.errors import CurateError, MissingExtra
from schemas.release import ReleaseManifest
from schemas.release_config import ReleaseConfig

FILE = "croissant.json"
CONFORMS_TO = ["http://mlcommons.org/croissant/1.1", "http://mlcommons.org/croissant/RAI/1.0"]
_TEXT = "sc:Text"


def croissant_json(folder: Path, manifest: ReleaseManifest, words: ReleaseConfig, measured: Measured) -> str:
    """The metadata of a release whose data lies in ``folder``."""
    content = {
        "@context": _context(),
        "@type": "sc:Dataset",
        "conformsTo": CONFORMS_TO,
        "name": manifest.name,
        "description": words.summary,
        "version": manifest.version,
        "datePublished": manifest.date.isoformat(),
        "license": _licence(manifest.license),
        "citeAs": _cite_as(manifest, words),
        "creator": [{"@type": "sc:Organization", "name": author.name} for author in words.authors],
        "inLanguage": list(measured.languages),
        **({"url": words.homepage} if words.homepage else {}),
        **_responsible(words, measured),
        "distribution": [_file(folder, part) for part, items in measured.parts.items() if items],
        "recordSet": [_record_set(part) for part, items in measured.parts.items() if items],
    }
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def check_croissant(file: Path) -> None:
    """Has mlcroissant read and judge the metadata.

    Raises:
        MissingExtra: If mlcroissant is not installed. CurateError: If it finds the metadata wrong.
    """
    try:
        import mlcroissant
    except ImportError:
        raise MissingExtra("checking the Croissant metadata", "release") from None
    try:
        mlcroissant.Dataset(jsonld=str(file))
    except mlcroissant.ValidationError as error:
        first = next((line.strip() for line in str(error).splitlines() if "-" in line), "")
        raise CurateError(f"mlcroissant refuses the metadata: {first}", file=file.name, mend="Report this.") from None


def _responsible(words: ReleaseConfig, measured: Measured) -> dict[str, Any]:
    review = measured.agreement[0] if measured.agreement else None
    return {
        "rai:dataCollection": words.datasheet.collection,
        "rai:dataPreprocessingProtocol": [
            "Cleaning, deduplication with verification of every pair, de-identification, recognition of risk: "
            "see README.md and evidence/build.json.",
        ],
        "rai:dataAnnotationProtocol": [
            f"Every item was approved by a reviewer: {words.reviewers} Rubrics: {', '.join(measured.rubrics)}.",
        ],
        "rai:annotationsPerItem": f"{measured.decisions} decisions on {sum(measured.states.values())} items; "
        f"{measured.read_twice} items were read by two reviewers or more.",
        "rai:dataAnnotationAnalysis": [
            f"Krippendorff's alpha of the verdict: {_shown(review.alpha.value)} "
            f"(95 % interval {_shown(review.alpha.low)} to {_shown(review.alpha.high)}, {review.items} items)."
        ]
        if review
        else [],
        "rai:machineAnnotationTools": [
            f"EmoCurate: {count} items marked {level}" for level, count in measured.risk.items()
        ],
        "rai:dataBiases": [words.biases],
        "rai:dataUseCases": words.intended_uses,
        "rai:dataLimitations": [words.limitations, *(f"Not to be used for: {use}" for use in words.forbidden_uses)],
        "rai:dataSocialImpact": words.social_impact,
        "rai:personalSensitiveInformation": [
            f"Texts on mental health. {count} spans of kind {label} were masked."
            for label, count in measured.pii.items()
        ]
        or ["Texts on mental health. No span of personal data was masked."],
        "rai:dataReleaseMaintenancePlan": words.datasheet.maintenance,
    }


def _shown(value: float | None) -> str:
    return "not defined" if value is None else f"{value:.3f}"


def _licence(expression: str) -> str:
    terms = known_terms().get(expression)
    return f"https://spdx.org/licenses/{expression}.html" if terms and "LicenseRef" not in expression else expression


def _cite_as(manifest: ReleaseManifest, words: ReleaseConfig) -> str:
    authors = " and ".join(f"{{{author.name}}}" for author in words.authors)
    return (
        f"@misc{{{manifest.name}, title={{{words.title}}}, author={{{authors}}}, "
        f"year={{{manifest.date.year}}}, version={{{manifest.version}}}}}"
    )


def _file(folder: Path, part: str) -> dict[str, Any]:
    file = data_file(folder, part)
    return {
        "@type": "cr:FileObject",
        "@id": f"{part}-file",
        "name": f"{part}-file",
        "contentUrl": file.relative_to(folder).as_posix(),
        "contentSize": f"{file.stat().st_size} B",
        "encodingFormat": "application/x-parquet",
        "sha256": sha256_of(file),
    }


def _record_set(part: str) -> dict[str, Any]:
    fields = [_field(part, column) for column in ITEMS]
    return {"@type": "cr:RecordSet", "@id": part, "name": part, "key": {"@id": f"{part}/item_id"}, "field": fields}


def _field(part: str, column: pa.Field) -> dict[str, Any]:
    found: dict[str, Any] = {
        "@type": "cr:Field",
        "@id": f"{part}/{column.name}",
        "name": column.name,
        "description": _MEANING[column.name],
        "dataType": _TEXT,
        "source": {"fileObject": {"@id": f"{part}-file"}, "extract": {"column": column.name}},
    }
    if pa.types.is_list(column.type):
        found |= {"isArray": True, "arrayShape": "-1"}
    if column.name == "turns":
        del found["dataType"]
        found["subField"] = [
            {
                "@type": "cr:Field",
                "@id": f"{part}/turns/{one.name}",
                "name": one.name,
                "description": _TURN[one.name],
                "dataType": _TEXT,
                "source": {
                    "fileObject": {"@id": f"{part}-file"},
                    "extract": {"column": "turns"},
                    "transform": {"jsonPath": one.name},
                },
            }
            for one in column.type.value_type
        ]
    return found


_TURN = {
    "role": "Who speaks: seeker or supporter.",
    "text": "What is said.",
    "strategy": "The support strategy, as the source labels it.",
    "emotion": "The emotion, as the source labels it.",
}
_MEANING = {
    "item_id": "The item's id; it stays the same in every release.",
    "content_hash": "SHA-256 of the text as it is here.",
    "kind": "qa or dialogue.",
    "question": "What was asked; null for dialogues.",
    "answer": "What was answered; null for dialogues.",
    "turns": "The turns of a dialogue; null for questions and answers.",
    "topic": "What it is about, as the source labels it.",
    "language": "The language, a BCP 47 tag.",
    "group_id": "Items of one group are alike or belong together, and are in one part.",
    "risk_level": "The risk that a program recognised; null where none was looked for. No assessment of a person.",
    "pii_masked": "The kinds of personal data that were masked, one entry a span.",
    "residual_risk": "How much the text may still say of a person: low, medium or high.",
    "source_id": "The source that the item is from.",
    "license": "The licence of the source, an SPDX expression.",
    "origin": "human or generated.",
    "generator": "The program that wrote the text, where one did.",
    "verdict": "accept, or edit where the reviewer's words stand in place of the source's.",
}


def _context() -> dict[str, Any]:
    """The context of Croissant 1.1, with the Responsible-AI vocabulary."""
    plain = (
        "arrayShape citeAs column containedIn equivalentProperty extract field fileProperty fileObject fileSet format "
        "includes isArray isLiveDataset jsonPath key md5 parentField path recordSet references regex repeated replace "
        "samplingRate separator source subField transform"
    )
    return {
        "@language": "en",
        "@vocab": "https://schema.org/",
        **{name: f"cr:{name}" for name in plain.split()},
        "conformsTo": "dct:conformsTo",
        "cr": "http://mlcommons.org/croissant/",
        "data": {"@id": "cr:data", "@type": "@json"},
        "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
        "dct": "http://purl.org/dc/terms/",
        "description": {"@container": "@language"},
        "examples": {"@id": "cr:examples", "@type": "@json"},
        "name": {"@container": "@language"},
        "rai": "http://mlcommons.org/croissant/RAI/",
        "sc": "https://schema.org/",
    }
