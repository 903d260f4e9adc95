"""An item's story goes back to the row of its source and shows what each step changed."""

import pytest

from annotations import trace
from curation import Workspace, build_dataset, open_build
from schemas.errors import CurateError
from tests.conftest import curate


@pytest.fixture
def built(example: Workspace) -> Workspace:
    build_dataset(example)
    return example


def item_of(workspace: Workspace, source: str, record: str) -> str:
    build = open_build(workspace)
    for row in [*build.items().to_pylist(), *build.removed().to_pylist()]:
        if (row["provenance"]["source_id"], row["provenance"]["record"]) == (source, record):
            return str(row["item_id"])
    raise AssertionError(record)


def test_cleaning_and_scrubbing_show_as_changes(built: Workspace) -> None:
    story = trace(built, item_of(built, "forum", "28"))
    assert (story.fate, story.provenance["file"], story.provenance["row"]) == ("item", "sources/forum.csv", 28)
    (change,) = story.changes
    assert (change.step, change.field) == ("scrub", "answer")
    assert "212-555-0147" in change.before
    assert "212-555-0147" not in change.after
    assert {span["label"] for span in story.pii} == {"PHONE", "EMAIL"}
    assert (story.state, story.decisions) == ("waiting", [])


def test_a_removed_record_names_the_item_that_stands_for_it(built: Workspace) -> None:
    story = trace(built, item_of(built, "forum-later", "h1"))
    assert story.fate == "removed"
    assert story.replaced_by is not None
    assert story.replaced_by.item_id == item_of(built, "forum", "2")
    assert story.replaced_by.reason == "near-duplicate"
    kept = trace(built, story.replaced_by.item_id)
    assert [relative.item_id for relative in kept.stands_for] == [story.item_id]


def test_turns_that_were_joined_or_dropped_show_as_one_change(built: Workspace) -> None:
    story = trace(built, item_of(built, "chats", "d06"))
    assert "task_chatter" in story.cleaned
    assert "press quit" in story.changes[0].before
    assert "press quit" not in story.changes[0].after


def test_a_source_that_changed_is_not_read_as_if_it_had_not(built: Workspace) -> None:
    item = item_of(built, "forum", "28")
    file = built.sources / "forum.csv"
    file.write_text("id,topic,question,answer\n" + file.read_text().split("\n", 2)[2])
    story = trace(built, item)
    assert story.source_changed
    assert story.changes == []


def test_a_source_that_cannot_be_read_is_named(built: Workspace) -> None:
    item = item_of(built, "forum", "28")
    (built.sources / "forum.csv").rename(built.sources / "away.csv")
    told = curate("-C", built.root, "trace", item)
    assert told.returncode == 0, told.stderr
    assert "What its steps did cannot be shown: sources/forum.csv: there is no such file." in told.stdout
    assert "build again" not in told.stdout


def test_a_story_is_of_the_build_and_not_of_todays_settings(built: Workspace) -> None:
    item = item_of(built, "forum", "28")
    before = trace(built, item)
    with built.config_file.open("a") as file:
        file.write("pii: {keep: ['212-555-0147']}\n")
    assert trace(built, item) == before


def test_an_unknown_item_is_one_line(built: Workspace) -> None:
    with pytest.raises(CurateError, match=r"has no item 'x'\. Take an id from the report"):
        trace(built, "x")


def test_the_command_tells_the_story(built: Workspace) -> None:
    told = curate("-C", built.root, "trace", item_of(built, "forum", "10"))
    assert told.returncode == 0
    assert "sources/forum.csv, row 10" in told.stdout
    assert "{+It’+}" in told.stdout
    assert curate("-C", built.root, "trace", "x").returncode == 1
