"""The table of helplines, and where a text names one."""

import pytest

from curation.helplines import is_help_site, mentions, table


def test_every_entry_can_be_reached_and_ids_are_unique() -> None:
    entries = table().entries
    assert len({entry.id for entry in entries}) == len(entries)
    assert all(entry.numbers or entry.sites for entry in entries)


def test_every_number_of_the_table_is_found_as_it_is_dialled() -> None:
    for entry in table().entries:
        for number in (*entry.numbers, *entry.vanity):
            text = f"Please call {number}."
            assert [text[found.start : found.end] for found in mentions(text)] == [number], entry.id


@pytest.mark.parametrize(
    "text", ["It cost $1,000.", "I scored 111 points.", "the 9/11 attacks", "988-555-0100", "room 143"]
)
def test_short_numbers_count_only_where_a_call_is_spoken_of(text: str) -> None:
    assert mentions(text) == []


def test_a_look_alike_domain_is_not_a_help_site() -> None:
    assert is_help_site("https://chat.samaritans.org/x")
    assert not is_help_site("evil-samaritans.org")
    assert not is_help_site("samaritans.org.example.com")
    assert not is_help_site("https://samaritans.org@example.com/")
