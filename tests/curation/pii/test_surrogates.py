"""Surrogates: consistent within an item, unrelated across items, and plausible."""

import stat
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.pii import read_key, scrub_items
from curation.pii.spans import LABELS
from curation.pii.surrogates import Surrogates
from schemas.config import PIIConfig
from schemas.errors import CurateError

KEY = bytes(range(32))
SURROGATE = PIIConfig(mode="surrogate")


def of(label: str, value: str, item: str = "a") -> str:
    return Surrogates(KEY, item).of(label, value)


def test_a_name_has_one_surrogate_in_whatever_case() -> None:
    surrogates = Surrogates(KEY, "a")
    whole = surrogates.of("PERSON", "Rajesh Patel")
    first, family = whole.split()
    assert surrogates.of("PERSON", "rajesh") == first.lower()
    assert surrogates.of("PERSON", "RAJESH") == first.upper()
    assert surrogates.of("PERSON", "Patel's") == family + "'s"
    assert {"Rajesh", "Patel"}.isdisjoint({first, family})


def test_items_are_unrelated() -> None:
    assert len({of("PERSON", "Sarah", f"item-{number}") for number in range(40)}) > 20


def test_dates_keep_their_distance_and_their_form() -> None:
    surrogates = Surrogates(KEY, "a")
    first, second = (date.fromisoformat(surrogates.of("DATE", day)) for day in ("2019-03-01", "2019-03-15"))
    assert (second - first).days == 14
    assert first != date(2019, 3, 1)
    assert len(surrogates.of("DATE", "03/09/85").split("/")) == 3
    assert surrogates.of("DATE", "May 2019").split()[1].isdigit()


@pytest.mark.parametrize(
    ("label", "value", "end"),
    [("ORG", "Westbrook High School", " High School"), ("LOCATION", "14 Birchwood Lane", " Lane"), ("AGE", "97", "90")],
)
def test_the_kind_stays(label: str, value: str, end: str) -> None:
    assert of(label, value).endswith(end)
    assert of(label, value) != value


def test_addresses_of_the_internet_are_nobodys() -> None:
    assert of("EMAIL", "jo@gmail.com").endswith("@example.org")
    assert of("URL", "https://jo.blog").startswith("https://www.example.org/")
    assert of("IP", "10.1.2.3").startswith("192.0.2.")
    assert of("PHONE", "(312) 867-5309").startswith("(312) 555-01")
    assert of("PHONE", "07911 123456").startswith("07700 900")


@given(st.sampled_from(LABELS), st.text(min_size=1, max_size=30).filter(lambda text: any(map(str.isalnum, text))))
def test_every_value_has_a_surrogate_and_always_the_same(label: str, value: str) -> None:
    assert of(label, value)
    assert of(label, value) == of(label, value)


def test_the_same_item_has_the_same_surrogates_and_the_text_stays_a_text() -> None:
    turns = {"turns.0.text": "My name is Rajesh, I live in Leeds.", "turns.1.text": "Hi Rajesh, rajesh is a nice name."}
    once, again = (scrub_items([turns], SURROGATE, ["en"], ids=["a"], secret=KEY)[0] for _ in range(2))
    assert once == again
    name = once["turns.0.text"].text.removeprefix("My name is ").split(",")[0]
    assert once["turns.1.text"].text == f"Hi {name}, {name.lower()} is a nice name."
    assert "Leeds" not in once["turns.0.text"].text


def test_scrubbing_a_second_time_leaves_surrogates_where_the_record_says_they_are() -> None:
    text = "My name is Sarah Whitfield, call (212) 867-5309 or visit Boston."
    once = scrub_items([{"text": text}], SURROGATE, ["en"], ids=["a"], secret=KEY)[0]["text"]
    again = scrub_items([{"text": once.text}], SURROGATE, ["en"], ids=["a"], secret=KEY, done=[{"text": once.shown}])[
        0
    ]["text"]
    assert again.text == once.text
    assert again.spans == []
    assert [once.text[start:end] for start, end in once.shown] == [
        of(span.label, text[span.start : span.end]) for span in once.spans
    ]


def test_removal_leaves_no_trace() -> None:
    found = scrub_items([{"text": "My sister Anna left."}], PIIConfig(mode="remove"), ["en"])[0]["text"]
    assert found.text == "My sister left."


def test_the_key_is_its_owners_alone(tmp_path: Path) -> None:
    file = tmp_path / "keys" / "surrogates.key"
    key = read_key(file, make=True)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert read_key(file) == key
    assert key.secret.hex() not in key.id
    file.chmod(0o644)
    with pytest.raises(CurateError, match="others may read this key"):
        read_key(file)


def test_surrogates_want_a_key() -> None:
    with pytest.raises(CurateError, match="need a key"):
        scrub_items([{"text": "x"}], SURROGATE, ["en"])
