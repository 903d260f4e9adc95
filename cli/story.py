"""How a story looks on a terminal: where it came from, each change as a diff, duplicates, decisions."""

from rich.console import Console
from rich.text import Text

from curation.diff import word_diff
from exports.lineage import Trail
from schemas.story import Change, Story


def print_story(story: Trail) -> None:
    """Prints the trail of an item."""
    console = Console(highlight=False, markup=False, soft_wrap=True)
    origin = story.provenance
    console.print(f"{story.item_id} in build {story.build_id}: {story.fate}", style="bold")
    console.print(
        f"from    {origin['file']}, row {origin['row']} (source {origin['source_id']}, record {origin['record']})"
    )
    console.print(f"licence {origin['license']}; written by a {_author(story)}")
    if story.source_file is not None:
        console.print(f"file    {story.source_file.path}, SHA-256 {story.source_file.sha256}")
    if story.source_fault is not None:
        console.print(f"What its steps did cannot be shown: {story.source_fault}", style="yellow")
    elif story.source_changed:
        console.print(
            "A source or the program has changed since this build, so what its steps did cannot be shown: build again.",
            style="yellow",
        )
    for change in story.changes:
        console.print(f"\n{change.step}: {change.field}", style="bold")
        console.print(_diff(change))
    if story.cleaned:
        console.print(f"\nCleaning rules that changed it: {', '.join(story.cleaned)}")
    for span in story.pii:
        console.print(
            f"Masked {span['label']} in {span['field']} at {span['start']}-{span['end']} (found by {span['source']})"
        )
    if story.replaced_by is not None:
        kept = story.replaced_by
        console.print(f"\nRemoved: {kept.reason} ({kept.score:.1f}) of {kept.item_id} ({kept.file}, row {kept.row})")
    for other in story.stands_for:
        console.print(f"Stands for {other.item_id} ({other.file}, row {other.row}): {other.reason}, {other.score:.1f}")
    if story.fate == "item":
        others = [one for one in story.group if one != story.item_id]
        company = f", with {len(others)} items that it never parts from" if others else ""
        console.print(f"Split: {story.split}{company}")
        console.print(f"Risk: {story.risk_level}" + "".join(f"; {one['rule']}" for one in story.risk_evidence))
        console.print(f"Review: {story.state}")
    for decision in story.decisions:
        review = decision.review
        stale = "" if decision.current else ", on an earlier text"
        console.print(
            f"  {decision.number}. {review.verdict} by {review.reviewer}, {review.decided_at:%Y-%m-%d %H:%M}{stale}"
        )
    if story.withdrawn:
        console.print("Withdrawn: nothing made from now on holds it.", style="yellow")
    for one in story.holders:
        console.print(f"In {one.kind} {one.name} ({one.fingerprint[:12]})")


def _author(story: Story) -> str:
    generator = story.provenance["generator"]
    return f"program ({generator})" if generator else "human"


def _diff(change: Change) -> Text:
    """The text after the change, with what went struck through in red and what came in green."""
    shown = Text()
    for piece in word_diff(change.before, change.after):
        if piece.same:
            text = piece.before
            shown.append(text if len(text) < 120 else f"{text[:50]} ... {text[-50:]}", style="dim")
            continue
        if piece.before:
            shown.append(f"[-{_visible(piece.before)}-]", style="red")
        if piece.after:
            shown.append(f"{{+{_visible(piece.after)}+}}", style="green")
    return shown


def _visible(text: str) -> str:
    """Makes white space and invisible characters seen."""
    return "".join(char if char.isprintable() else repr(char)[1:-1] for char in text[:400])
