"""The drawing of the funnel: every record on it, to one scale, and within its frame."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation import Build
from curation.report.sankey import MOST_REASONS, NARROW, NODE, WIDE, Shape, sankey
from schemas.manifest import SourceCounts, StepCounts


@pytest.mark.parametrize("shape", [WIDE, NARROW], ids=lambda shape: shape.name)
def test_all_records_that_leave_end_somewhere_and_the_others_are_items(built: Build, shape: Shape) -> None:
    flow = sankey(built.manifest, shape)
    assert sum(end.records for end in flow.ends) == built.manifest.removed + built.manifest.quarantined
    assert [node.name for node in flow.nodes] == ["load", "validate", "clean", "deduplicate", "items"]
    assert [node.records for node in flow.nodes] == [65, 60, 55, 54, 47]


@given(st.lists(st.lists(st.integers(0, 400), min_size=9, max_size=9), min_size=1, max_size=12))
def test_whatever_the_numbers_everything_lies_within_the_frame(built: Build, numbers: list[list[int]]) -> None:
    sources = []
    for place, (kept, *lost) in enumerate(numbers):
        reasons = {f"a reason of number {reason}": number for reason, number in enumerate(lost) if number}
        gone = sum(reasons.values())
        step = StepCounts(step="validate", read=kept + gone, kept=kept, quarantined=gone, reasons=reasons)
        counts = {"records": kept + gone, "items": kept, "removed": 0, "quarantined": gone}
        sources.append(SourceCounts(source_id=f"s{place}", license="CC0-1.0", steps=[step], **counts))
    steps = [source.steps[0] for source in sources]
    reasons = {reason: sum(step.reasons.get(reason, 0) for step in steps) for step in steps for reason in step.reasons}
    whole = StepCounts(
        step="validate",
        read=sum(step.read for step in steps),
        kept=sum(step.kept for step in steps),
        quarantined=sum(step.quarantined for step in steps),
        reasons=reasons,
    )
    counts = {"records": whole.read, "items": whole.kept, "removed": 0, "quarantined": whole.quarantined}
    flow = sankey(built.manifest.model_copy(update={"sources": sources, "steps": [whole], **counts}), WIDE)
    assert sum(end.records for end in flow.ends) == whole.quarantined
    assert len(flow.ends) <= MOST_REASONS
    assert all(end.y - end.height / 2 >= 0 and end.y + end.height / 2 <= flow.height - NODE for end in flow.ends)
    for band in flow.bands:
        assert all(
            0 <= float(number) <= WIDE.width + 1 or float(number) <= flow.height
            for number in re.findall(r"[\d.]+", band.path)
        )
        assert 0 <= band.series < 8
