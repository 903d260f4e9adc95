"""The page from the build's tables. It depends on nothing else: the same build has the same page."""

import base64
import hashlib
from importlib.resources import files

import pyarrow as pa
from markupsafe import Markup

from curation.dedup import RULE
from curation.languages import build_warnings
from curation.pages import page_environment
from curation.pii import LIMITS as PII_LIMITS
from curation.report.charts import simple
from curation.report.distributions import distributions
from curation.report.pairs import overlaps, sample_pairs
from curation.report.personal import personal
from curation.report.quarantine import quarantine
from curation.report.risk import MOST_ITEMS, risk
from curation.report.sankey import NARROW, NODE, WIDE, sankey
from curation.report.scores import thresholds
from curation.split import PARTS
from curation.triage import LIMITS as RISK_LIMITS
from schemas.faults import Quarantined
from schemas.manifest import BuildManifest


def report_html(
    manifest: BuildManifest, items: pa.Table, removed: pa.Table, near: pa.Table, quarantined: list[Quarantined]
) -> str:
    """The report of a build as one HTML page, with its style and script inside and no address of anything outside.

    It holds counts, and a bounded sample of the texts, so it is about as large for a million items as for ten
    thousand. Tables are read a batch at a time: they may lie on disk.

    Args:
        manifest: The counts.
        items: The items, scrubbed.
        removed: The removed records, scrubbed.
        near: The near pairs, columns of :data:`curation.flow.PAIRS`.
        quarantined: The records that could not be used; of these the page shows places, never texts.
    """
    source_ids = [source.source_id for source in manifest.sources]
    environment = page_environment("curation.report")
    environment.filters["count"] = lambda value: f"{value:,}"
    script = files("curation.report").joinpath("page.js").read_text(encoding="utf-8")
    return environment.get_template("page.html.j2").render(
        build=manifest,
        script=Markup(script),
        script_hash=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
        flows=[sankey(manifest, shape) for shape in (WIDE, NARROW)],
        node=NODE,
        lossy=[step.step for step in manifest.steps if step.removed or step.quarantined],
        lossless=[step.step for step in manifest.steps if step.read and not (step.removed or step.quarantined)],
        reasons=manifest.reasons(),
        items=distributions(items, source_ids),
        cleaned=simple(
            "Cleaning rules, by items they changed", sorted(manifest.cleaned.items(), key=lambda one: (-one[1], one[0]))
        ),
        splits=simple(
            "Parts",
            [(part, manifest.splits.get(part, 0)) for part in PARTS],
            f"{manifest.groups:,} groups of items that stay in one part: near-duplicates, the answers of one question, "
            "the questions of one answer.",
        ),
        keeper_rule=RULE,
        thresholds=thresholds(manifest, near),
        sample=sample_pairs(items, removed, near),
        overlaps=overlaps(removed),
        personal=personal(manifest, items),
        pii_limits=PII_LIMITS,
        language_warnings=list(build_warnings(manifest)),
        risk=risk(items, source_ids),
        risk_limits=RISK_LIMITS,
        most_marked=MOST_ITEMS,
        quarantine=quarantine(quarantined),
    )
