"""Dates, ages, places and numbers by rule: what each finds, and what only looks like it."""

import pytest

from curation.pii import cues, dates, forms, identifiers, places
from curation.pii.completed import completed
from curation.pii.spans import Span


def found(text: str, spans: list[Span]) -> list[tuple[str, str]]:
    return [(span.label, text[span.start : span.end]) for span in sorted(spans)]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("born March 14, 1991 in", "March 14, 1991"),
        ("on the 3rd of June", "the 3rd of June"),
        ("since 17 Jan 2022.", "17 Jan 2022"),
        ("on 07/22/1985", "07/22/1985"),
        ("at 2019-11-03 22:49:16", "2019-11-03 22:49:16"),
        ("in May 2019", "May 2019"),
        ("on february 9th", "february 9th"),
        ("I graduated from there in 2009 and", "2009"),
        ("we married in the summer of 2011", "2011"),
    ],
)
def test_written_dates_are_found(text: str, value: str) -> None:
    assert ("DATE", value) in found(text, dates.find(text))


@pytest.mark.parametrize(
    "text",
    [
        "the 4-7-8 breath",
        "in May",
        "since 2019",
        "on Monday",
        "may 3 times",
        "July 4th",
        "3/4 of it",
        "5-4-3-2-1",
        "24/7",
    ],
)
def test_what_only_looks_like_a_date_is_not(text: str) -> None:
    assert dates.find(text) == []


@pytest.mark.parametrize("text", ["I'm 92", "she turned 101", "a 97-year-old man", "my grandmother is 94", "aged 90"])
def test_ages_over_89_are_found(text: str) -> None:
    assert [span.label for span in dates.find(text)] == ["AGE"]


@pytest.mark.parametrize(
    "text", ["I'm 89", "I'm 34", "he is 95 kg", "I got 92 points", "a score of 97", "turned 90 degrees"]
)
def test_other_numbers_are_no_ages(text: str) -> None:
    assert dates.find(text) == []


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("at 14 Birchwood Lane is", "14 Birchwood Lane"),
        ("at 23b station road now", "23b station road"),
        ("at 418 Sycamore Dr, Unit 12, Chula Vista, CA 91910.", "418 Sycamore Dr, Unit 12, Chula Vista, CA 91910"),
        ("near SW9 8DF", "SW9 8DF"),
        ("zip code is 60614", "60614"),
    ],
)
def test_addresses_are_found(text: str, value: str) -> None:
    assert ("LOCATION", value) in found(text, places.find(text))


@pytest.mark.parametrize(
    "text",
    [
        "I drove 20 miles on the road",
        "2 ways",
        "5 minutes a day on the street",
        "a long way",
        "24 hour drive",
        "a 10 mins walk",
    ],
)
def test_other_ways_are_no_addresses(text: str) -> None:
    assert places.find(text) == []


@pytest.mark.parametrize(
    ("text", "label", "value"),
    [
        ("My MRN is 00482913.", "ID", "00482913"),
        ("Member ID: XJH 4471 9920", "ID", "XJH 4471 9920"),
        ("his plate is 7XYZ 482", "ID", "7XYZ 482"),
        ("VIN 1HGCM82633A004352", "ID", "1HGCM82633A004352"),
        ("passport number 533380006", "ID", "533380006"),
        ("NI number QQ 12 34 56 C", "SSN", "QQ 12 34 56 C"),
        ("my snap is lil.raincloud", "USERNAME", "lil.raincloud"),
        ("u/throwaway_22 here", "USERNAME", "u/throwaway_22"),
        ("lostgirl at hotmail dot com", "EMAIL", "lostgirl at hotmail dot com"),
        ("m_rossi(at)libero(dot)it", "EMAIL", "m_rossi(at)libero(dot)it"),
        ("five five five, 0 1 4 2", "PHONE", "five five five, 0 1 4 2"),
    ],
)
def test_announced_numbers_and_accounts_are_found(text: str, label: str, value: str) -> None:
    assert (label, value) in found(text, identifiers.find(text))


@pytest.mark.parametrize(
    "text", ["in case 3 people come", "I was at home. In fact", "my file is lost", "one two three four", "the line is"]
)
def test_other_words_announce_nothing(text: str) -> None:
    assert identifiers.find(text) == []


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Phone:\n60-56-85-91", "60-56-85-91"),
        ("781 1704 office", "781 1704"),
        ("stop the messages to 699 956 915", "699 956 915"),
    ],
)
def test_telephones_are_found_by_the_word_beside_them(text: str, value: str) -> None:
    assert ("PHONE", value) in found(text, forms.find(text))


@pytest.mark.parametrize(
    ("text", "parts", "whole"),
    [
        (
            "Owens, Garcia and Brown called.",
            [("Owens", "ORG"), ("Garcia", "ORG"), ("Brown", "ORG")],
            "Owens, Garcia and Brown",
        ),
        (
            "at 12 Elm Road\nLeeds\n, 32\n 60810.",
            [("Elm Road", "LOCATION"), ("Leeds", "LOCATION")],
            "12 Elm Road\nLeeds\n, 32\n 60810",
        ),
        ("Follow up with Ryan Bagy MD in May.", [("Ryan Bagy", "PERSON")], "Ryan Bagy MD"),
        ("Leeds and Hull", [("Leeds", "LOCATION"), ("Hull", "LOCATION")], "Leeds"),
        ("home to the United States", [("United", "LOCATION")], "United States"),
        ("flown from New York City", [("York", "LOCATION")], "New York City"),
        ("Was it DJ Priya again?", [("Priya", "PERSON")], "DJ Priya"),
        ("a song of J. Cole's", [("Cole", "PERSON")], "J. Cole"),
        ("Ask Billy O or his son", [("Billy", "PERSON")], "Billy O"),
        ("like Dora the Explorer does", [("Dora", "PERSON")], "Dora the Explorer"),
        ("I told Sarah the Monday before", [("Sarah", "PERSON")], "Sarah"),
        ("is roger the roo real", [("roger", "PERSON"), ("roo", "PERSON")], "roger the roo"),
        ("Ask Billy I guess", [("Billy", "PERSON")], "Billy"),
        ("Ask Billy O'Dowd", [("Billy", "PERSON")], "Billy"),
    ],
)
def test_what_the_model_left_of_a_name_goes_with_it(text: str, parts: list[tuple[str, str]], whole: str) -> None:
    spans = [Span(text.index(part), text.index(part) + len(part), label, "ner:embedded", 0.9) for part, label in parts]
    assert text[slice(*completed(text, spans)[0][:2])] == whole


@pytest.mark.parametrize(
    ("text", "speakers"),
    [
        ("Trevor: I can't sleep.\nDr. Hill: Since when?", ["Trevor"]),
        ("Photo: the new house", []),
        ("Request: a longer one", []),
        ("Latest News: rain", []),
    ],
)
def test_a_speaker_has_a_name_that_is_known(text: str, speakers: list[str]) -> None:
    spans = [span for span in cues.find(text) if span.source == "cue:speaker"]
    assert [value for _, value in found(text, spans)] == speakers
