"""The table of helplines: sources, dates, duplicates, malformed numbers, countries, and what may be shown to a user."""

import re
from collections import Counter
from datetime import date

import pytest

from curation.helplines import Helpline, mentions, table, to_present
from curation.pii import scrub_text
from schemas.config import PIIConfig
from schemas.errors import CurateError

TODAY = date(2026, 11, 24)
ENTRIES = table().entries


def digits(number: str) -> str:
    return re.sub(r"\D", "", number)


def test_every_entry_has_a_source_and_a_day() -> None:
    assert table().entered <= date.today()
    for entry in ENTRIES:
        assert entry.source.startswith(("https://", "http://")), entry.id
        assert entry.checked is None or table().entered <= entry.checked <= date.today(), entry.id


def test_nothing_claims_to_be_checked_that_nobody_has_checked() -> None:
    assert all(entry.checked is None for entry in ENTRIES)


def test_no_line_stands_twice() -> None:
    assert max(Counter(entry.id for entry in ENTRIES).values()) == 1
    named = Counter((entry.country, entry.name) for entry in ENTRIES if entry.purpose != "emergency")
    assert max(named.values()) == 1
    numbers = Counter(
        (entry.country, digits(number)) for entry in ENTRIES for number in {*entry.numbers, *entry.former}
    )
    assert [number for number, times in numbers.items() if times > 1] == []


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.id)
def test_numbers_are_well_formed(entry: Helpline) -> None:
    for number in (*entry.numbers, *entry.text):
        assert re.fullmatch(r"[0-9]+(?:[ -][0-9]+)*", number), number
        assert 3 <= len(digits(number)) <= 12, number
    for number in (*entry.vanity, *(one for one in entry.former if one not in entry.numbers)):
        assert re.fullmatch(r"[0-9A-Z]+(?:[ -][0-9A-Z]+)*", number), number
    for code in entry.languages:
        assert re.fullmatch(r"[a-z]{2}", code), code
    if entry.country in ("US", "CA"):
        assert all(len(digits(number)) in (3, 5, 6, 11) for number in entry.numbers), entry.numbers
    assert bool(entry.former) == bool(entry.former_note)


def test_every_country_of_the_table_has_a_line_for_people_who_think_of_suicide() -> None:
    countries = {entry.country for entry in ENTRIES} - {"EU", "INT"}
    with_line = {entry.country for entry in ENTRIES if entry.purpose == "suicide"}
    assert countries - with_line == set()


def test_every_region_that_the_scrubber_knows_has_a_line_and_an_emergency_number() -> None:
    for region in PIIConfig().regions:
        purposes = {entry.purpose for entry in ENTRIES if entry.country == region}
        assert {"suicide", "emergency"} <= purposes, region


def test_none_is_masked_by_the_scrubber() -> None:
    for entry in ENTRIES:
        for number in entry.dialled:
            text = f"Please call {number} if you need somebody."
            assert scrub_text(text).text == text, entry.id
        for site in entry.sites:
            text = f"More on https://{site}/help today."
            assert scrub_text(text).text == text, entry.id


def test_every_number_is_found_in_a_text() -> None:
    for entry in ENTRIES:
        for number in entry.dialled:
            assert [m for m in mentions(f"Please call {number}.") if m.start == 12], entry.id


def test_an_entry_that_nobody_checked_is_not_shown_to_a_user() -> None:
    with pytest.raises(CurateError, match=r"no crisis line or emergency number of 'US' was compared with its source"):
        to_present("US", TODAY)


def test_a_checked_entry_is_shown_for_a_year() -> None:
    line = next(entry for entry in ENTRIES if entry.id == "us-988").model_copy(update={"checked": date(2026, 11, 1)})
    other = next(entry for entry in ENTRIES if entry.id == "us-rainn")
    assert to_present("US", TODAY, (other, line)) == [line]
    with pytest.raises(CurateError):
        to_present("US", date(2027, 11, 25), (line,))
