"""``CITATION.cff``: how the release wants to be cited (Citation File Format 1.2.0)."""

from typing import Any

import yaml

from schemas.release import ReleaseManifest
from schemas.release_config import Author, ReleaseConfig


def citation_cff(manifest: ReleaseManifest, words: ReleaseConfig) -> str:
    """The file's content. A licence of one's own (LicenseRef) has no place in the format and is left out."""
    entry: dict[str, Any] = {
        "cff-version": "1.2.0",
        "message": "Please cite this dataset as below.",
        "type": "dataset",
        "title": words.title,
        "abstract": words.summary,
        "version": manifest.version,
        "date-released": manifest.date,
        "authors": [_author(author) for author in words.authors],
    }
    if "LicenseRef" not in manifest.license and " " not in manifest.license:
        entry["license"] = manifest.license
    if words.homepage:
        entry["url"] = words.homepage
    text: str = yaml.safe_dump(entry, sort_keys=False, allow_unicode=True, width=100)
    return text


def _author(author: Author) -> dict[str, str]:
    found = {"name": author.name}
    if author.affiliation:
        found["affiliation"] = author.affiliation
    if author.orcid:
        found["orcid"] = f"https://orcid.org/{author.orcid}"
    return found
