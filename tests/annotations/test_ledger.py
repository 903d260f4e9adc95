"""The ledger only grows, and shows where it was tampered with."""

import json
import sqlite3
import stat
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotations import Ledger, verify
from curation import Workspace
from schemas.errors import CurateError
from schemas.review import Review

WHEN = datetime(2026, 1, 5, 10, 0, tzinfo=UTC)


def review(number: int) -> Review:
    return Review(item_id=f"a-{number}", content_hash="0" * 64, reviewer="clin-1", verdict="accept", decided_at=WHEN)


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    ledger = Ledger(tmp_path / "reviews.sqlite")
    assert ledger.append(map(review, range(5))) == 5
    return ledger


def tampered(ledger: Ledger, *statements: str) -> None:
    connection = sqlite3.connect(ledger.file)
    for trigger in ("no_update", "no_delete"):
        connection.execute(f"DROP TRIGGER {trigger}")
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()


def test_decisions_come_back_in_their_order(ledger: Ledger) -> None:
    assert [entry.review for entry in ledger.entries()] == list(map(review, range(5)))


def test_only_its_owner_can_read_it(ledger: Ledger) -> None:
    assert stat.S_IMODE(ledger.file.stat().st_mode) == 0o600


@pytest.mark.parametrize("change", ["UPDATE decisions SET review = ''", "DELETE FROM decisions"])
def test_the_file_itself_refuses_to_change_a_decision(ledger: Ledger, change: str) -> None:
    connection = sqlite3.connect(ledger.file)
    with pytest.raises(sqlite3.IntegrityError, match="decisions are only ever added"):
        connection.execute(change)
    connection.close()


@pytest.mark.parametrize(
    ("change", "row"),
    [
        ("UPDATE decisions SET review = replace(review, 'accept', 'reject') WHERE number = 3", 3),
        ("DELETE FROM decisions WHERE number = 2", 2),
        ("UPDATE decisions SET hash = replace(hash, substr(hash, 1, 1), 'x') WHERE number = 5", 5),
        ("UPDATE decisions SET number = 9 WHERE number = 4", 4),
    ],
)
def test_a_change_is_found_at_its_place(ledger: Ledger, change: str, row: int) -> None:
    tampered(ledger, change)
    with pytest.raises(CurateError, match=f"row {row}: the chain of decisions is broken here"):
        ledger.entries()


def test_the_file_itself_refuses_a_decision_in_the_place_of_another(ledger: Ledger) -> None:
    connection = sqlite3.connect(ledger.file)
    with pytest.raises(sqlite3.IntegrityError, match="decisions are only ever added"):
        connection.execute("INSERT OR REPLACE INTO decisions SELECT number, '', hash FROM decisions WHERE number = 2")
    connection.close()


def test_decisions_cut_off_the_end_are_missed_by_what_was_made_after_them(ledger: Ledger, tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    workspace.private.mkdir(exist_ok=True)
    ledger.file.rename(workspace.ledger)
    whole = verify(workspace)
    manifest = workspace.exports / "torchtune" / "manifest.json"
    manifest.parent.mkdir(parents=True)
    manifest.write_text(json.dumps({"ledger_head": whole.head}))
    assert verify(workspace).anchors == ["exports/torchtune/manifest.json"]
    tampered(Ledger(workspace.ledger), "DELETE FROM decisions WHERE number = 5")
    with pytest.raises(CurateError, match="the ledger ends before the decision that exports/torchtune/manifest.json"):
        verify(workspace)


def test_nothing_is_written_when_one_decision_fails(ledger: Ledger) -> None:
    def failing() -> Iterator[Review]:
        yield review(7)
        raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011
        ledger.append(failing())
    assert len(ledger.entries()) == 5


def test_a_file_that_is_no_ledger_is_refused_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "reviews.sqlite").write_text("this is no database, and it is longer than a hundred characters" * 3)
    with pytest.raises(CurateError, match="the ledger cannot be used"):
        Ledger(tmp_path / "reviews.sqlite").entries()


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    workspace = Workspace(tmp_path_factory.mktemp("sealed"))
    Ledger(workspace.private and workspace.ledger).append(map(review, range(12)))
    return workspace


@settings(max_examples=150)
@given(place=st.floats(0, 1, exclude_max=True), change=st.integers(1, 255))
def test_a_changed_byte_is_found_wherever_it_is(sealed: Workspace, place: float, change: int) -> None:
    content = sealed.ledger.read_bytes()
    where = int(place * len(content))
    try:
        sealed.ledger.write_bytes(content[:where] + bytes([content[where] ^ change]) + content[where + 1 :])
        with pytest.raises(CurateError):
            verify(sealed)
    finally:
        sealed.ledger.write_bytes(content)
    assert verify(sealed).decisions == 12


def test_every_byte_of_a_decision_is_under_the_chain(sealed: Workspace) -> None:
    content = sealed.ledger.read_bytes()
    start = content.index(b'{"answer"')
    try:
        for where in range(start, start + 120):
            sealed.ledger.write_bytes(content[:where] + bytes([content[where] ^ 1]) + content[where + 1 :])
            with pytest.raises(CurateError, match=r"row \d+: the chain of decisions is broken here"):
                verify(sealed)
    finally:
        sealed.ledger.write_bytes(content)


def test_decisions_cut_off_the_end_are_missed_by_the_seal(ledger: Ledger, tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    workspace.private.mkdir(exist_ok=True)
    ledger.file.rename(workspace.ledger)
    ledger.file.with_suffix(".seal").rename(workspace.ledger.with_suffix(".seal"))
    assert verify(workspace).decisions == 5
    tampered(Ledger(workspace.ledger), "DELETE FROM decisions WHERE number = 5")
    with pytest.raises(CurateError, match="a byte of it was changed, or its end cut off"):
        verify(workspace)


def test_a_command_that_was_stopped_before_the_seal_raises_no_alarm(ledger: Ledger, tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    workspace.private.mkdir(exist_ok=True)
    ledger.file.rename(workspace.ledger)
    seal = workspace.ledger.with_suffix(".seal")
    ledger.file.with_suffix(".seal").rename(seal)
    before = seal.read_text()
    Ledger(workspace.ledger).append([review(9)])
    seal.write_text(before)
    assert verify(workspace).decisions == 6
    assert seal.read_text() != before
