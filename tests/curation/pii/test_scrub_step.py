"""Scrubbing as a step: its columns, its processes, its silence on the network and in the log."""

import logging
import multiprocessing
import pickle
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor

import pyarrow as pa
import pytest

from curation.pii import LIMITS, Scrub
from curation.step import FAULT_COLUMN, fingerprint
from curation.table import CONTENT
from schemas.config import PIIConfig

ROWS = pa.Table.from_pylist(
    [
        {
            "item_id": "a-1",
            "language": "en",
            "question": "Call 212-555-0198?",
            "answer": "No: 988 🙂, a@b.com.",
            "turns": None,
            "topic": "x@y.com",
        },
        {
            "item_id": "a-2",
            "language": "en",
            "question": None,
            "answer": None,
            "turns": [
                {"role": "seeker", "text": "my name is Sarah", "strategy": None, "emotion": "sad"},
                {"role": "supporter", "text": "Hi Sarah", "strategy": "Greeting", "emotion": None},
            ],
            "topic": None,
        },
    ],
    schema=pa.schema([("item_id", pa.string()), ("language", pa.string()), *CONTENT]),
)


def test_the_step_writes_what_it_says() -> None:
    scrubbed = Scrub()(ROWS)
    assert scrubbed.schema == pa.schema([*Scrub.writes, FAULT_COLUMN])
    qa, dialogue = scrubbed.to_pylist()
    assert (qa["question"], qa["answer"], qa["topic"]) == ("Call [PHONE_1]?", "No: 988 🙂, [EMAIL_1].", "[EMAIL_2]")
    assert [(span["field"], span["start"], span["end"], span["label"]) for span in qa["pii"]] == [
        ("question", 5, 17, "PHONE"),
        ("answer", 11, 18, "EMAIL"),
        ("topic", 0, 7, "EMAIL"),
    ]
    assert dialogue["turns"][1] == {
        "role": "supporter",
        "text": "Hi [PERSON_1]",
        "strategy": "Greeting",
        "emotion": None,
    }
    assert dialogue["question"] is None
    assert dialogue["fault"] is None


def test_nobody_knows_what_is_left_in_a_language_whose_names_are_not_looked_for() -> None:
    german = ROWS.set_column(1, "language", pa.array(["de", "en-GB"]))
    first, second = (row["residual_risk"] for row in Scrub()(german).to_pylist())
    assert first == {"level": "high", "reasons": ["language not covered"]}
    assert second == Scrub()(ROWS).to_pylist()[1]["residual_risk"]


def test_the_spans_hold_no_text() -> None:
    fields = {field.name for field in Scrub.writes.field("pii").type.value_type}
    assert fields == {"field", "start", "end", "shown_start", "shown_end", "label", "source", "score"}


def test_an_empty_table_stays_empty() -> None:
    assert Scrub()(ROWS.slice(0, 0)).num_rows == 0


def test_the_step_works_in_a_spawned_process() -> None:
    step = pickle.loads(pickle.dumps(Scrub(PIIConfig(regions=["GB"]))))
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        assert pool.submit(step, ROWS).result() == step(ROWS)


def test_the_fingerprint_follows_the_configuration() -> None:
    assert fingerprint(Scrub()) == fingerprint(Scrub())
    assert fingerprint(Scrub()) != fingerprint(Scrub(PIIConfig(keep=["988"])))


def test_no_socket_is_opened() -> None:
    code = (
        "import socket\n"
        "def refuse(*args, **kwargs): raise AssertionError('a socket was opened')\n"
        "socket.socket.__init__ = refuse\n"
        "socket.create_connection = socket.getaddrinfo = refuse\n"
        "from curation.pii import scrub_text\n"
        "print(scrub_text('Sarah, a@example.co.uk, https://example.org, 212-555-0198').text)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[PERSON_1], [EMAIL_1], [URL_1], [PHONE_1]"


def test_nothing_of_a_text_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        Scrub()(ROWS)
    assert "555" not in caplog.text
    assert "sarah" not in caplog.text.casefold()


def test_the_limits_say_that_a_person_must_still_read() -> None:
    assert "NOT found" in LIMITS
    assert "A reviewer must still read" in LIMITS
