"""Which languages the rules and models read, and what a user is told of texts in the others."""

from collections.abc import Iterator

from schemas.config import Kind
from schemas.manifest import BuildManifest

NOT_COVERED = "language not covered"
"""Why the residual risk of an item in such a language is high."""

_FIELDS: dict[Kind, str] = {"qa": "question, answer, topic", "dialogue": "turns, topic"}
_UNMASKED = (
    "names, places, streets, post codes and dates in words are looked for in English alone, and STAND IN CLEAR. "
    "Only what is known by its form is masked: e-mail and web addresses, handles, telephone numbers, IP addresses, "
    "IBANs, long numbers, dates in figures."
)
_UNDETECTED = "No program looks which language a text is in: if these are English, say"


def is_covered(language: str) -> bool:
    """Whether names, places and risk are looked for in texts of ``language``, a BCP 47 tag: in English alone."""
    return language.partition("-")[0] == "en"


def scrub_warnings(language: str, rows: int) -> Iterator[str]:
    """What whoever scrubs a file of ``rows`` texts has to know of its language."""
    if rows and not is_covered(language):
        yield (
            f"Warning: rows: {rows:,}, field 'text', language '{language}': {_UNMASKED} "
            f"residual_risk is high in all of them: a person must read them. {_UNDETECTED} `--language en`."
        )


def build_warnings(manifest: BuildManifest) -> Iterator[str]:
    """What whoever builds has to know of the languages of the sources."""
    counts = {source.source_id: source.items for source in manifest.sources}
    for source in manifest.config["sources"]:
        items, language = counts.get(source["id"], 0), source["language"]
        if items and not is_covered(language):
            yield (
                f"Warning: source '{source['id']}', items: {items:,}, fields {_FIELDS[source['kind']]}, "
                f"language '{language}': {_UNMASKED} Risk is not read either: risk_level is empty and residual_risk "
                "high, and reviewers must read them all. "
                f"{_UNDETECTED} `language: en`."
            )
