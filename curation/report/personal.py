"""The personal data that was masked: by kind and source, with examples in which it is masked."""

from collections import defaultdict
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
from markupsafe import Markup, escape

from curation.report.charts import Chart, chart, simple
from curation.report.columns import Tally, batches, flattened, source_codes
from curation.table import texts
from schemas.manifest import BuildManifest

MOST_EXAMPLES = 3
"""Examples of a kind on the page, of different sources as far as there are."""
LOOKED_AT = 20
"""Items with personal data of a kind and a source among which examples are looked for."""
AROUND = 60
"""Characters shown on either side of what was masked."""
RESIDUAL_LEVELS = ("high", "medium", "low")


class Example(NamedTuple):
    """Where something was masked: the scrubbed text around, and the kind in place of whatever stands there now."""

    source_id: str
    text: Markup


class Personal(NamedTuple):
    """What the page says of personal data."""

    masked: Chart
    kept: Chart
    residual: Chart
    examples: dict[str, list[Example]]


def personal(manifest: BuildManifest, items: pa.Table) -> Personal:
    """Personal data of the items.

    Args:
        manifest: The counts.
        items: The items, scrubbed; columns ``pii``, ``residual_risk``, ``provenance`` and those of the texts.
    """
    source_ids = [source.source_id for source in manifest.sources]
    labels, residual = Tally(source_ids), Tally(source_ids)
    for batch in batches(items, ["pii", "residual_risk", "provenance"]):
        codes = source_codes(batch, source_ids)
        spans, of_spans = flattened(batch["pii"], codes)
        labels.add(pc.struct_field(spans, "label"), of_spans)
        residual.add(pc.struct_field(batch["residual_risk"], "level"), codes)
    found, levels = labels.values(), residual.values()
    return Personal(
        chart("Masked, by kind and source", source_ids, found.items()),
        simple("Recognised and kept, by reason", sorted(manifest.pii_kept.items(), key=lambda one: (-one[1], one[0]))),
        chart(
            "Items by how much they may still say of whom they speak",
            source_ids,
            [(level, levels.get(level, [0] * len(source_ids))) for level in RESIDUAL_LEVELS],
        ),
        _examples(items, found, source_ids),
    )


def _examples(items: pa.Table, found: dict[str, list[int]], source_ids: list[str]) -> dict[str, list[Example]]:
    """Examples of each kind: one of each source in their order, then further ones of the first."""
    room = {
        (label, source_ids[code]): min(number, LOOKED_AT)
        for label, numbers in found.items()
        for code, number in enumerate(numbers)
        if number
    }
    by_place: dict[tuple[str, str], list[Example]] = defaultdict(list)
    for batch in batches(items, ["pii", "provenance", "question", "answer", "turns"]):
        if not room:
            break
        for row in batch.filter(pc.greater(pc.list_value_length(batch["pii"]), 0)).to_pylist():
            source_id = row["provenance"]["source_id"]
            for label in {span["label"] for span in row["pii"]} & {one for one, source in room if source == source_id}:
                place = label, source_id
                if example := _example(row, label):
                    by_place[place].append(Example(source_id, example))
                room[place] -= 1
                if not room[place] or len(by_place[place]) == MOST_EXAMPLES:
                    del room[place]
            if not room:
                break
    examples = {}
    for label in found:
        of_sources = [by_place[label, source_id] for source_id in source_ids]
        turns = [one[turn] for turn in range(MOST_EXAMPLES) for one in of_sources if turn < len(one)]
        examples[label] = turns[:MOST_EXAMPLES]
    return examples


def _example(row: dict[str, Any], label: str) -> Markup | None:
    """The first place in an item's texts where this kind was masked; None if it is in its labels alone."""
    of_field = dict(texts(row))
    for span in row["pii"]:
        if span["label"] == label and span["field"] in of_field:
            text = of_field[span["field"]]
            before, after = text[: span["shown_start"]], text[span["shown_end"] :]
            if len(before) > AROUND:
                before = "… " + before[-AROUND:].partition(" ")[2]
            if len(after) > AROUND:
                after = after[:AROUND].rpartition(" ")[0] + " …"
            # Not what stands there: a surrogate looks like the personal data of somebody.
            return escape(before) + Markup("<mark>") + f"[{label}]" + Markup("</mark>") + escape(after)
    return None
