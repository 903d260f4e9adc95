"""The pages of a release for readers: card, datasheet, licences, changelog. They say what was measured, and what
``curate.yaml`` says; nothing else.
"""

from typing import Any

import yaml

from annotations.coefficients import Estimate
from curation.workspace import Workspace
from exports.licences import alternatives, known_terms, licence_of_generator
from exports.publishing.changes import counts_of
from exports.publishing.measured import Measured
from schemas.release import BuildEvidence, Change, ReleaseManifest, SourceEvidence
from schemas.release_config import ReleaseConfig

TASKS = {"qa": "question-answering", "dialogue": "text-generation"}
"""The hub's task category for each kind of item."""


def card(workspace: Workspace, manifest: ReleaseManifest, words: ReleaseConfig, measured: Measured) -> str:
    """``README.md``: the hub's metadata, and the card."""
    from annotations import known_rubrics

    known = known_rubrics(workspace)
    page = _render(
        "card.md.j2", release=manifest, words=words, m=measured, rubrics=[known[name] for name in measured.rubrics]
    )
    return f"---\n{_metadata(manifest, words, measured)}---\n\n{page}"


def datasheet(manifest: ReleaseManifest, words: ReleaseConfig, measured: Measured) -> str:
    """``DATASHEET.md``: all sections of Datasheets for Datasets."""
    return _render("datasheet.md.j2", release=manifest, words=words, m=measured)


def licences(manifest: ReleaseManifest, build: BuildEvidence) -> str:
    """``LICENSES.md``: of each source its licence, what that asks, and who is to be named."""

    def names(source: SourceEvidence) -> list[str]:
        found = {name for choice in alternatives(source.license) for name in choice}
        goes_on = licence_of_generator(source.generator)
        return sorted(found | ({goes_on} if goes_on else set()))

    return _render("licences.md.j2", release=manifest, build=build, terms=known_terms(), names=names)


def changelog(manifest: ReleaseManifest, changes: list[Change], before: str) -> str:
    """``CHANGELOG.md``: this version in front of all before it.

    Args:
        manifest: The release.
        changes: Since the last one.
        before: The changelog of the last one, empty if there is none.
    """
    section = _render("changelog.md.j2", release=manifest, counts=counts_of(changes))
    return f"# Changelog\n\n{section}" + (f"\n{before.removeprefix('# Changelog').lstrip()}" if before else "")


def hub_licence(expression: str) -> dict[str, str]:
    """The licence in the hub's own words; ``other`` with its name where the hub has none for it."""
    terms = known_terms().get(expression)
    if terms is not None:
        return {"license": terms.hub}
    return {"license": "other", "license_name": expression.lower().replace(" ", "-"), "license_link": "LICENSES.md"}


def _metadata(manifest: ReleaseManifest, words: ReleaseConfig, measured: Measured) -> str:
    files = [{"split": part, "path": f"data/{part}-*.parquet"} for part, number in measured.parts.items() if number]
    human, generated = "human" in measured.origins, any(name != "human" for name in measured.origins)
    entry: dict[str, Any] = {
        "pretty_name": words.title,
        "language": sorted({language.split("-")[0] for language in measured.languages}),
        **hub_licence(manifest.license),
        "size_categories": [measured.size],
        "task_categories": sorted({TASKS[kind] for kind in measured.kinds}),
        "language_creators": [*(["found"] if human else []), *(["machine-generated"] if generated else [])],
        "multilinguality": ["monolingual" if len(measured.languages) == 1 else "multilingual"],
        "source_datasets": ["extended"],
        "tags": ["mental-health", "counselling", "human-reviewed", "croissant"],
        "configs": [{"config_name": "default", "default": True, "data_files": files}],
    }
    text: str = yaml.safe_dump(entry, sort_keys=False, allow_unicode=True, width=100)
    return text


def _render(template: str, **values: Any) -> str:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("exports.publishing", ""),
        autoescape=False,  # Markdown; table cells are kept whole by `finalize`
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=lambda value: value.replace("\n", " ").replace("|", "&#124;") if isinstance(value, str) else value,
    )
    environment.filters["count"] = lambda value: f"{value:,}"
    environment.filters["estimate"] = estimate
    environment.filters["agreed"] = agreed
    environment.filters["share"] = lambda value: "" if value is None else f"{100 * value:.1f} %"
    return environment.get_template(template).render(**values)


def estimate(found: Estimate) -> str:
    """A coefficient with its interval, as the pages show it."""
    if found.value is None:
        return "not defined"
    if found.low is None or found.high is None:
        return f"{found.value:.3f}"
    return f"{found.value:.3f} ({found.low:.3f} to {found.high:.3f})"


def agreed(measured: Measured) -> str:
    """How far reviewers agreed on the verdict, in a sentence."""
    if not measured.agreement:
        return "How far reviewers agree was not measured."
    verdict = measured.agreement[0]
    if verdict.alpha.value is None:
        return f"All said the same of {verdict.items:,} items."
    return f"Krippendorff's alpha of the verdict is {estimate(verdict.alpha)}, on {verdict.items:,} items."
