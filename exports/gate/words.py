"""Whether all is said that only a person can say."""

from collections.abc import Iterator
from typing import Any

from exports.gate.candidate import Candidate
from exports.gate.reason import Reason

NEEDED = (
    *("title", "summary", "license", "authors", "contact", "reviewers", "intended_uses", "forbidden_uses"),
    *("limitations", "biases", "social_impact", "withdrawal"),
)
"""The keys of ``release`` that have to be filled in, beside all of ``release.datasheet``."""


def missing(candidate: Candidate) -> Iterator[Reason]:
    """Keys of ``release`` in ``curate.yaml`` that say nothing."""
    said: dict[str, Any] = candidate.words.model_dump()
    keys = [name for name in NEEDED if _blank(said[name])]
    keys += [f"datasheet.{name}" for name, value in said["datasheet"].items() if _blank(value)]
    for key in keys:
        yield Reason(
            code="words.missing",
            message=f"release.{key} is missing in curate.yaml",
            mend="`curate schema curate-yaml` says what belongs there; nothing is made up in its place.",
        )


def _blank(value: Any) -> bool:
    return not value or (isinstance(value, str) and not value.strip())
