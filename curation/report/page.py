"""The page from the build's tables. It depends on nothing else: the same build has the same page."""

from collections import Counter

import pyarrow as pa

from curation.dedup import RULE
from curation.pages import page_environment
from curation.pii import LIMITS as PII_LIMITS
from curation.report.figures import bars, lengths, topics
from curation.report.pairs import MOST_PAIRS, grey_pairs, pairs
from curation.report.risk import MOST_ITEMS, marked_items
from curation.split import PARTS
from curation.triage import LEVELS
from curation.triage import LIMITS as RISK_LIMITS
from schemas.faults import Quarantined
from schemas.manifest import NOT_LOOKED_AT, BuildManifest

MOST_FAULTS = 500
"""Quarantined records on the page; all are in quarantine.jsonl."""


def report_html(
    manifest: BuildManifest, items: pa.Table, removed: pa.Table, near: pa.Table, quarantined: list[Quarantined]
) -> str:
    """The report of a build as one HTML page, with its style inside and no script or address of anything outside.

    Args:
        manifest: The counts.
        items: The items, scrubbed.
        removed: The removed records, scrubbed.
        near: The near pairs, columns of :data:`curation.flow.PAIRS`.
        quarantined: The records that could not be used; of these the page shows places, never texts.
    """
    environment = page_environment("curation.report")
    environment.filters["count"] = lambda value: f"{value:,}"
    by_message = Counter((one.step, one.source_id, one.field, one.message, one.mend) for one in quarantined)
    return environment.get_template("page.html.j2").render(
        build=manifest,
        lossy=[step.step for step in manifest.steps if step.removed or step.quarantined],
        reasons=manifest.reasons(),
        lengths=lengths(items),
        topics=topics(items),
        pairs=pairs(items, removed, near),
        grey=grey_pairs(items, near),
        keeper_rule=RULE,
        thresholds=bars(manifest.removed_at.items()),
        most_pairs=MOST_PAIRS,
        cleaned=bars(sorted(manifest.cleaned.items(), key=lambda one: (-one[1], one[0]))),
        pii=bars(sorted(manifest.pii.items(), key=lambda one: (-one[1], one[0]))),
        pii_limits=PII_LIMITS,
        pii_kept=bars(sorted(manifest.pii_kept.items(), key=lambda one: (-one[1], one[0]))),
        risk=bars((level, manifest.risk.get(level, 0)) for level in (*LEVELS, NOT_LOOKED_AT)),
        risk_limits=RISK_LIMITS,
        flags=bars(sorted(manifest.flags.items(), key=lambda one: (-one[1], one[0]))),
        marked=marked_items(items),
        most_marked=MOST_ITEMS,
        splits=bars((part, manifest.splits.get(part, 0)) for part in PARTS),
        faults=quarantined[:MOST_FAULTS],
        faults_by_message=sorted(by_message.items(), key=lambda one: (-one[1], one[0])),
        origins=_origins(items),
    )


def _origins(items: pa.Table) -> list[tuple[str, int]]:
    found: Counter[str] = Counter()
    for provenance in items["provenance"].to_pylist():
        found[provenance["generator"] or provenance["origin"]] += 1
    return sorted(found.items())
